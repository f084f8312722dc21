#include "core/launcher/agent_channel.h"

#include <sys/socket.h>

#include <QSocketNotifier>
#include <QString>
#include <cerrno>
#include <cstring>

namespace varka::launcher {
namespace {

constexpr std::size_t kMaxDescriptors = 32;

bool sendPacket(int socket, const void* data, std::size_t size, int descriptor = -1) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  iovec part{const_cast<void*>(data), size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL) >= 0;
}

std::vector<UniqueFd> takeDescriptors(msghdr& message) {
  std::vector<UniqueFd> out;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
      out.emplace_back(fd);
    }
  }
  return out;
}

}  // namespace

AgentChannel::AgentChannel(QObject* parent) : QObject(parent) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return;
  socket_.reset(pair[0]);
  peer_.reset(pair[1]);
  notifier_ = std::make_unique<QSocketNotifier>(socket_.get(), QSocketNotifier::Read);
  connect(notifier_.get(), &QSocketNotifier::activated, this, &AgentChannel::receive);
}

AgentChannel::~AgentChannel() {
  failPending();
}

void AgentChannel::takeSocket(SocketTaken done) {
  static constexpr unsigned char kRequest[] = {'F', 4, 1};
  if (!socket_ || !sendPacket(socket_.get(), kRequest, sizeof kRequest)) {
    done(fail("the pod's agent is gone"));
    return;
  }
  waitingSockets_.push_back(std::move(done));
}

Result<UniqueFd> AgentChannel::openProxyChannel() {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return fail("no channel for the proxy: " + errnoText(errno));
  UniqueFd proxyEnd(pair[0]), agentEnd(pair[1]);
  if (!socket_ || !sendPacket(socket_.get(), "P", 1, agentEnd.get())) return fail("the pod's agent is gone");
  return proxyEnd;
}

void AgentChannel::sweep(std::function<void()> done) {
  if (!socket_ || !sendPacket(socket_.get(), "K", 1)) {
    done();
    return;
  }
  waitingSweeps_.push_back(std::move(done));
}

void AgentChannel::close() {
  notifier_.reset();
  socket_.reset();
  namespaces_.clear();
  failPending();
}

void AgentChannel::failPending() {
  const auto sockets = std::exchange(waitingSockets_, {});
  const auto sweeps = std::exchange(waitingSweeps_, {});
  for (const auto& done : sockets) done(fail("the pod's agent is gone"));
  for (const auto& done : sweeps) done();
}

void AgentChannel::receive() {
  char data[4096];
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxDescriptors)];
  iovec part{data, sizeof data};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t got = recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    close();
    Q_EMIT ended();
    return;
  }
  handle(std::string(data, static_cast<std::size_t>(got)), takeDescriptors(message));
}

void AgentChannel::handle(const std::string& packet, std::vector<UniqueFd> descriptors) {
  switch (packet.front()) {
    case 'R': {  // "Rnet,mnt,uts\nwarnings"
      const auto line = packet.find('\n');
      std::size_t start = 1;
      for (auto& descriptor : descriptors) {
        const auto end = std::min(packet.find(',', start), line);
        namespaces_[packet.substr(start, end - start)] = std::move(descriptor);
        start = end + 1;
      }
      Q_EMIT ready(line == std::string::npos ? QString() : QString::fromStdString(packet.substr(line + 1)));
      break;
    }
    case 'E':
      Q_EMIT failed(QString::fromStdString(packet.substr(1)));
      break;
    case 'F': {
      if (waitingSockets_.empty()) break;
      const auto done = std::move(waitingSockets_.front());
      waitingSockets_.pop_front();
      if (descriptors.empty()) {
        done(fail("the pod could not make a socket"));
      } else {
        done(std::move(descriptors.front()));
      }
      break;
    }
    case 'K': {
      if (waitingSweeps_.empty()) break;
      const auto done = std::move(waitingSweeps_.front());
      waitingSweeps_.pop_front();
      done();
      break;
    }
    default:
      break;
  }
}

}  // namespace varka::launcher
