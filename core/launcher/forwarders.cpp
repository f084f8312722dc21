#include "core/launcher/forwarders.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "core/launcher/exit_reason.h"
#include "core/launcher/pod.h"

namespace varka::launcher {
namespace {

std::string keyOf(const ServiceSpec& service, int port) {
  return service.ns + "/" + service.name + ":" + std::to_string(port);
}

Result<UniqueFd> connectUnix(const std::string& path) {
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fail("no socket: " + errnoText(errno));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail("path too long: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail("connect to " + path + ": " + errnoText(errno));
  return fd;
}

}  // namespace

std::string proxyHeader(const std::string& sourceIp, int sourcePort, const std::string& destinationIp,
                        int destinationPort) {
  static constexpr char kSignature[] = "\r\n\r\n\0\r\nQUIT\n";
  std::string out(kSignature, 12);
  out += '\x21';  // version 2, PROXY
  out += '\x11';  // TCP over IPv4
  const auto put16 = [&](int value) {
    out += static_cast<char>((value >> 8) & 0xff);
    out += static_cast<char>(value & 0xff);
  };
  const auto putIp = [&](const std::string& ip) {
    in_addr address{};
    inet_pton(AF_INET, ip.c_str(), &address);
    out.append(reinterpret_cast<const char*>(&address), sizeof address);
  };
  put16(12);
  putIp(sourceIp);
  putIp(destinationIp);
  put16(sourcePort);
  put16(destinationPort);
  return out;
}

struct Forwarders::Forward {
  ServiceSpec service;
  ServicePort port;
  std::unique_ptr<RelayListener> listener;
};

Forwarders::Forwarders(std::string runDirectory, std::map<std::string, int> wantedPorts, ReadyPods readyPods)
    : runDirectory_(std::move(runDirectory)),
      wantedPorts_(std::move(wantedPorts)),
      readyPods_(std::move(readyPods)) {}

Forwarders::~Forwarders() = default;

Result<UniqueFd> Forwarders::listenFor(const std::string& key, std::vector<std::string>& problems) const {
  const auto wanted = wantedPorts_.find(key);
  if (wanted == wantedPorts_.end()) return listenOnHost("127.0.0.1", 0);
  auto listener = listenOnHost("127.0.0.1", wanted->second);
  if (listener) return listener;
  std::string why = portHolderText(wanted->second);
  if (why.empty()) why = listener.error().message;
  problems.push_back("Service " + key + ": " + why + "; it gets a free port instead");
  return listenOnHost("127.0.0.1", 0);
}

bool Forwarders::update(const std::vector<ServiceSpec>& services, std::vector<std::string>& problems) {
  std::map<std::string, std::unique_ptr<Forward>> next;
  bool different = false;
  for (const auto& service : services) {
    if (service.selector.size() == 0) continue;
    for (const auto& port : service.ports) {
      if (port.protocol != "TCP") continue;
      const std::string key = keyOf(service, port.port);
      auto existing = forwards_.extract(key);
      if (!existing.empty()) {
        existing.mapped()->service = service;
        existing.mapped()->port = port;
        next.insert(std::move(existing));
        continue;
      }
      different = true;
      auto listener = listenFor(key, problems);
      if (!listener) {
        problems.push_back(listener.error().message);
        continue;
      }
      auto forward = std::make_unique<Forward>(Forward{service, port, nullptr});
      const Forward* target = forward.get();
      forward->listener = std::make_unique<RelayListener>(
          std::move(*listener),
          [this, target](const Arrival&, const RelayListener::Dialed& done) { dial(*target, done); });
      next[key] = std::move(forward);
    }
  }
  different = different || !forwards_.empty();
  forwards_ = std::move(next);
  return different;
}

void Forwarders::dial(const Forward& forward, const RelayListener::Dialed& done) {
  const auto pods = readyPods_(forward.service);
  if (pods.empty()) {
    done(fail("no pod of " + forward.service.name + " is ready"), {});
    return;
  }
  Pod* pod = pods[turn_++ % pods.size()];
  dialPod(*pod, targetPort(forward.port, pod->status()->ports), "127.0.0.1", runDirectory_, done);
}

void dialPod(const Pod& pod, int port, const std::string& sourceIp, const std::string& runDirectory,
             const RelayListener::Dialed& done) {
  const auto status = pod.status();
  if (status->sidecar) {
    done(connectUnix(runDirectory + "/pods/" + status->ip + ".sock"),
         proxyHeader(sourceIp, 0, status->ip, port));
  } else if (pod.capture()) {
    pod.capture()->dial(port, [done](Result<UniqueFd> socket) { done(std::move(socket), {}); });
  } else {
    done(fail("pod " + status->name + " is not running"), {});
  }
}

std::vector<HostAddress> Forwarders::addresses() const {
  std::vector<HostAddress> out;
  for (const auto& [key, forward] : forwards_)
    out.push_back({forward->service.ns, forward->service.name, forward->port.name, forward->port.port,
                   "127.0.0.1:" + std::to_string(forward->listener->port())});
  return out;
}

int Forwarders::hostPort(const std::string& ns, const std::string& service, int port) const {
  const auto found = forwards_.find(ns + "/" + service + ":" + std::to_string(port));
  return found == forwards_.end() ? 0 : found->second->listener->port();
}

void Forwarders::clear() {
  forwards_.clear();
}

}  // namespace varka::launcher
