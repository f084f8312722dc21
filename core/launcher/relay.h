#pragma once
// A listener of the host whose connections are carried to somewhere else, byte by byte in both directions
// with half-close. Mesh thread; meant for people's browsers and debuggers, not for load.

#include <QObject>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/launcher/descriptor.h"

class QSocketNotifier;

namespace varka::launcher {

/// Non-blocking listener; port 0 = a free one.
[[nodiscard]] Result<UniqueFd> listenOnHost(const std::string& ip, int port);
[[nodiscard]] int localPort(int fd);
/// A unix socket, 0600; replaces a stale one.
[[nodiscard]] Result<UniqueFd> listenOnPath(const std::string& path);

/// Where a connection wants to go, as far as its listener can know.
struct Arrival {
  std::string ip;
  int port = 0;
};
/// How a listener learns that: not at all, from a PROXY header (the hop), or from the pod's redirect rule.
enum class ArrivalSource { None, ProxyHeader, Redirect };

class RelayListener {
 public:
  /// A socket that is connected or on its way, and bytes to send first (a PROXY header).
  using Dialed = std::function<void(Result<UniqueFd>, std::string preface)>;
  using Dial = std::function<void(const Arrival&, const Dialed&)>;

  RelayListener(UniqueFd listener, Dial dial, ArrivalSource source = ArrivalSource::None);
  ~RelayListener();
  [[nodiscard]] int port() const;
  [[nodiscard]] std::size_t connections() const;

 private:
  class Connection;
  struct Shared;
  void accept();

  UniqueFd listener_;
  ArrivalSource source_;
  Dial dial_;
  std::unique_ptr<QSocketNotifier> notifier_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace varka::launcher
