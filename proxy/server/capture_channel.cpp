#include "proxy/server/capture_channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "core/base/log.h"
#include "proxy/net/socket.h"

namespace varka::proxy {
namespace {

constexpr std::size_t kMostDescriptors = 64;

struct Packet {
  std::string data;
  std::vector<UniqueFd> descriptors;
};

Result<Packet> receive(int channel, int flags) {
  Packet packet;
  char data[1024];
  alignas(cmsghdr) char control[CMSG_SPACE(kMostDescriptors * sizeof(int))];
  iovec part{data, sizeof data};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t got = ::recvmsg(channel, &message, flags | MSG_CMSG_CLOEXEC);
  if (got < 0) return fail(errnoText(errno));
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
      packet.descriptors.emplace_back(fd);
    }
  }
  packet.data.assign(data, static_cast<std::size_t>(got));
  return packet;
}

}  // namespace

CaptureChannel::CaptureChannel(EventLoop& loop, UniqueFd channel)
    : loop_(loop), channel_(std::move(channel)) {
  setNonBlocking(channel_.get());
}

CaptureChannel::~CaptureChannel() {
  close();
}

Result<std::map<std::string, UniqueFd>> CaptureChannel::fetchListeners() {
  if (::send(channel_.get(), "L", 1, MSG_NOSIGNAL) != 1)
    return fail("the pod's agent does not answer: " + errnoText(errno));
  pollfd wait{channel_.get(), POLLIN, 0};
  if (::poll(&wait, 1, 2000) <= 0) return fail("the pod's agent did not send its listeners within 2 s");
  auto packet = receive(channel_.get(), 0);
  if (!packet) return tl::unexpected(packet.error().in("listeners of the pod's agent"));
  if (packet->data.empty() || packet->data[0] != 'L') return fail("the pod's agent closed the channel");
  std::map<std::string, UniqueFd> listeners;
  std::size_t index = 0;
  std::string name;
  for (const char c : packet->data.substr(1) + ",") {
    if (c != ',') {
      name += c;
      continue;
    }
    if (!name.empty() && index < packet->descriptors.size())
      listeners[name] = std::move(packet->descriptors[index++]);
    name.clear();
  }
  return listeners;
}

void CaptureChannel::start() {
  loop_.add(channel_.get(), true, false, this);
  registered_ = true;
  const std::lock_guard lock(mutex_);
  ask(4);
}

void CaptureChannel::ask(char family) {
  Stock& stock = stocks_[family];
  if (stock.asked || !channel_) return;
  const char request[3] = {'S', family, static_cast<char>(kStock)};
  // A full channel means that an answer is on its way anyway.
  stock.asked =
      ::send(channel_.get(), request, sizeof request, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof request;
}

UniqueFd CaptureChannel::take(int family, EventLoop& loop, std::function<void(UniqueFd)> later) {
  const char key = family == AF_INET6 ? 6 : 4;
  const std::lock_guard lock(mutex_);
  Stock& stock = stocks_[key];
  UniqueFd taken;
  if (!stock.sockets.empty()) {
    taken = std::move(stock.sockets.back());
    stock.sockets.pop_back();
  } else if (channel_ && stock.waiting.size() < kMostWaiting) {
    stock.waiting.push_back({&loop, std::move(later)});
  } else {
    loop.post([later = std::move(later)] { later(UniqueFd()); });
  }
  if (stock.sockets.size() < kRefillBelow) ask(key);
  return taken;
}

void CaptureChannel::onIo(IoEvents) {
  auto packet = receive(channel_.get(), MSG_DONTWAIT);
  if (!packet) return;  // EAGAIN
  if (packet->data.empty()) {
    log::warn("capture", "the pod's agent closed the channel; no new connections into the pod are possible");
    close();
    return;
  }
  if (packet->data[0] != 'S' || packet->descriptors.empty()) {
    const std::lock_guard lock(mutex_);
    for (auto& [family, stock] : stocks_) stock.asked = false;
    return;
  }
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  getsockname(packet->descriptors[0].get(), reinterpret_cast<sockaddr*>(&storage), &length);
  supply(storage.ss_family == AF_INET6 ? 6 : 4, std::move(packet->descriptors));
}

void CaptureChannel::supply(char family, std::vector<UniqueFd> sockets) {
  const std::lock_guard lock(mutex_);
  Stock& stock = stocks_[family];
  stock.asked = false;
  for (UniqueFd& fd : sockets) {
    setNoDelay(fd.get());
    if (stock.waiting.empty()) {
      stock.sockets.push_back(std::move(fd));
      continue;
    }
    Waiter waiter = std::move(stock.waiting.front());
    stock.waiting.pop_front();
    auto shared = std::make_shared<UniqueFd>(std::move(fd));
    waiter.loop->post([later = std::move(waiter.later), shared] { later(std::move(*shared)); });
  }
  if (!stock.waiting.empty()) ask(family);
}

void CaptureChannel::close() {
  const std::lock_guard lock(mutex_);
  if (registered_) loop_.remove(channel_.get(), this);
  registered_ = false;
  channel_.reset();
  for (auto& [family, stock] : stocks_) {
    for (Waiter& waiter : stock.waiting)
      waiter.loop->post([later = std::move(waiter.later)] { later(UniqueFd()); });
    stock.waiting.clear();
  }
}

}  // namespace varka::proxy
