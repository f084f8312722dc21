#pragma once
// DnsServer: answers the pod's captured DNS: the mesh's names from the name table, everything else through
// the host's resolvers. Lives on one loop (of the main worker); its owner keeps it until the loop has ended.
// All tables are bounded.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/xds/name_table.h"
#include "proxy/net/address.h"
#include "proxy/net/event_loop.h"
#include "proxy/net/fd.h"

namespace varka::proxy {

/// `host.mesh.internal` resolves to this; a connection to it goes to the same port of the host's 127.0.0.1.
inline constexpr std::string_view kHostAlias = "host.mesh.internal";
inline constexpr std::string_view kHostVip = "240.240.255.254";

struct DnsOptions {
  std::string podName, podNamespace, podIp;
  std::string domain = "cluster.local";
  std::vector<Address> resolvers;                      // empty: the host's /etc/resolv.conf, read at start
  Duration resolverTimeout = std::chrono::seconds(2);  // of one try; three tries in all
};

struct DnsCounters {
  std::uint64_t queries = 0, answered = 0, forwarded = 0, failed = 0, malformed = 0, refused = 0;
};

class DnsServer {
 public:
  /// `udp` and `tcp` are dns4u and dns4t of the capture channel, non-blocking; either may be empty.
  DnsServer(EventLoop& loop, DnsOptions options, UniqueFd udp, UniqueFd tcp);
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  void setNames(
      const std::shared_ptr<const xds::NameTable>& names);  // null = none yet: mesh names get SERVFAIL
  [[nodiscard]] const DnsCounters& counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace varka::proxy
