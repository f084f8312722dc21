#include "core/launcher/plain_network.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QHostInfo>
#include <QSocketNotifier>
#include <cerrno>
#include <cstring>

namespace varka::launcher {
namespace {

constexpr int kTypeA = 1, kNoError = 0, kServFail = 2, kNxDomain = 3;
constexpr int kMaxLookups = 64;          // of the host's resolver at a time
constexpr std::size_t kMaxAnswers = 25;  // fits 512 bytes
constexpr std::size_t kHeader = 12;

unsigned byteAt(const std::string& packet, std::size_t at) {
  return static_cast<unsigned char>(packet[at]);
}

void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xff);
}

}  // namespace

std::optional<PlainQuestion> plainQuestion(const std::string& packet) {
  if (packet.size() < kHeader || (byteAt(packet, 2) & 0xf8) != 0 || byteAt(packet, 4) != 0 ||
      byteAt(packet, 5) != 1)
    return std::nullopt;
  PlainQuestion out;
  std::size_t at = kHeader;
  for (;;) {
    if (at >= packet.size()) return std::nullopt;
    const unsigned length = byteAt(packet, at++);
    if (length == 0) break;
    if (length > 63 || at + length > packet.size() || out.name.size() + length > 253) return std::nullopt;
    if (!out.name.empty()) out.name += '.';
    for (unsigned i = 0; i < length; ++i, ++at) {
      const char c = packet[at];
      out.name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  if (packet.size() < at + 4) return std::nullopt;
  out.type = static_cast<int>(byteAt(packet, at) << 8 | byteAt(packet, at + 1));
  out.end = at + 4;
  return out;
}

std::string plainAnswer(const std::string& query, const PlainQuestion& question, int rcode,
                        const std::vector<std::string>& addresses) {
  const std::size_t count = std::min(addresses.size(), kMaxAnswers);
  std::string out = query.substr(0, 2);
  out += static_cast<char>(0x84 | (byteAt(query, 2) & 1));
  out += static_cast<char>(0x80 | rcode);
  put16(out, 1);
  put16(out, static_cast<unsigned>(count));
  put16(out, 0);
  put16(out, 0);
  out += query.substr(kHeader, question.end - kHeader);
  for (std::size_t i = 0; i < count; ++i) {
    in_addr address{};
    inet_pton(AF_INET, addresses[i].c_str(), &address);
    out +=
        std::string("\xc0\x0c\0\x01\0\x01\0\0\0\x05\0\x04", 12);  // the question's name, A, IN, 5 s, 4 bytes
    out.append(reinterpret_cast<const char*>(&address), sizeof address);
  }
  return out;
}

PlainNetwork::PlainNetwork(UniqueFd channel, std::string hopPath, PlainRoutes routes, QObject* parent)
    : QObject(parent),
      channel_(std::move(channel)),
      hopPath_(std::move(hopPath)),
      routes_(std::move(routes)) {
  channelNotifier_ = std::make_unique<QSocketNotifier>(channel_.get(), QSocketNotifier::Read);
  connect(channelNotifier_.get(), &QSocketNotifier::activated, this, &PlainNetwork::receiveListeners);
  send(channel_.get(), "L", 1, MSG_NOSIGNAL);
  if (auto listener = listenOnPath(hopPath_))
    hop_ = std::make_unique<RelayListener>(
        std::move(*listener),
        [this](const Arrival& arrival, const RelayListener::Dialed& done) {
          routes_.enter(arrival.port, done);
        },
        ArrivalSource::ProxyHeader);
}

PlainNetwork::~PlainNetwork() {
  unlink(hopPath_.c_str());
}

void PlainNetwork::receiveListeners() {
  char data[256];
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * 8)];
  iovec part{data, sizeof data};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t got = recvmsg(channel_.get(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return;
  channelNotifier_->setEnabled(false);  // one answer is all we need; at its end the pod goes anyway
  const cmsghdr* header = got > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
  int descriptors[3];
  if (!header || header->cmsg_len < CMSG_LEN(sizeof descriptors)) return;
  std::memcpy(descriptors, CMSG_DATA(header), sizeof descriptors);  // out4, dns4u, dns4t
  outbound_ =
      std::make_unique<RelayListener>(UniqueFd(descriptors[0]), routes_.route, ArrivalSource::Redirect);
  dns_.reset(descriptors[1]);
  dnsStream_ = std::make_unique<RelayListener>(UniqueFd(descriptors[2]),
                                               [](const Arrival&, const RelayListener::Dialed& done) {
                                                 done(fail("DNS over TCP needs a sidecar"), {});
                                               });
  dnsNotifier_ = std::make_unique<QSocketNotifier>(dns_.get(), QSocketNotifier::Read);
  connect(dnsNotifier_.get(), &QSocketNotifier::activated, this, &PlainNetwork::answerDatagram);
}

void PlainNetwork::answerDatagram() {
  char data[2048];
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  const ssize_t got =
      recvfrom(dns_.get(), data, sizeof data, MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&peer), &size);
  if (got <= 0) return;
  const std::string query(data, static_cast<std::size_t>(got));
  const auto question = plainQuestion(query);
  if (!question) return;
  const std::string address(reinterpret_cast<const char*>(&peer), sizeof peer);
  const auto known = routes_.resolve(question->name);
  if (!known && question->type == kTypeA) return answerLater(query, question->name, address);
  // Only IPv4 exists in a pod: other types are empty, not absent.
  const bool absent = known && known->empty();
  const auto answer = plainAnswer(query, *question, absent ? kNxDomain : kNoError,
                                  known && question->type == kTypeA ? *known : std::vector<std::string>());
  sendto(dns_.get(), answer.data(), answer.size(), 0, reinterpret_cast<const sockaddr*>(&peer), size);
}

void PlainNetwork::answerLater(const std::string& query, const std::string& name, const std::string& peer) {
  if (lookups_ >= kMaxLookups) return;  // the asker repeats
  ++lookups_;
  QHostInfo::lookupHost(QString::fromStdString(name), this, [this, query, peer](const QHostInfo& info) {
    --lookups_;
    std::vector<std::string> addresses;
    for (const auto& address : info.addresses())
      if (address.protocol() == QAbstractSocket::IPv4Protocol)
        addresses.push_back(address.toString().toStdString());
    const auto question = plainQuestion(query);
    const int code = info.error() == QHostInfo::NoError        ? kNoError
                     : info.error() == QHostInfo::HostNotFound ? kNxDomain
                                                               : kServFail;
    const auto answer = plainAnswer(query, *question, code, addresses);
    sendto(dns_.get(), answer.data(), answer.size(), 0, reinterpret_cast<const sockaddr*>(peer.data()),
           static_cast<socklen_t>(peer.size()));
  });
}

}  // namespace varka::launcher
