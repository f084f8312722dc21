#pragma once
// ConfigBuilder: xDS resources in, RuntimeConfig out, with warming. Pure: no socket, no clock of its own. Main loop only.
//
// A cluster serves once its assignment (EDS) and secrets are there, a listener once its routes and secrets are there;
// until then the previous version serves (xDS warming). Routes and secrets are swapped at once. A resource that cannot
// be used is refused with its reason and the last good one stays.

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/xds/bootstrap.h"
#include "core/xds/resource.h"
#include "core/xds/stream.h"
#include "proxy/route/compiled_routes.h"
#include "proxy/xds/runtime_config.h"

namespace varka::proxy {

/// What became of one response.
struct ApplyResult {
  std::set<std::string> rejected;   // names
  std::string error;                // "NAME: path: reason" lines for the NACK; "" = all good
  std::vector<std::string> notices; // "TYPE NAME: path: has no effect"
};

class ConfigBuilder {
 public:
  using Clock = std::chrono::steady_clock;

  /// Adds and removes what a response says. RuntimeConfig is rebuilt with the next build().
  ApplyResult apply(const xds::DeltaResponse& response, Clock::time_point now);
  ApplyResult applyStatic(const xds::Bootstrap& bootstrap, Clock::time_point now);
  /// The workload certificate (secret `default`) and roots that came over the stream's certificate messages.
  void setCertificate(const std::string& name, const std::string& chainPem, const std::string& keyPem, const std::string& rootsPem);

  /// The configuration as far as it is warm; the same pointer as before when nothing changed.
  RuntimeConfigPtr build(Clock::time_point now);
  [[nodiscard]] RuntimeConfigPtr current() const { return current_; }

  /// Names to subscribe to, from clusters, listeners and their TLS contexts (secrets without those we make ourselves).
  [[nodiscard]] std::set<std::string> wantedRoutes() const;
  [[nodiscard]] std::set<std::string> wantedAssignments() const;
  [[nodiscard]] std::set<std::string> wantedSecrets() const;
  /// EDS names of clusters that changed since the last call: to be subscribed again, so that the assignment is resent.
  [[nodiscard]] std::vector<std::string> takeResubscriptions();

  /// First CDS and LDS were applied and nothing is warming.
  [[nodiscard]] bool ready() const;
  /// "cluster outbound|80||x waits for its endpoints" … for the admin page and logs.
  [[nodiscard]] std::vector<std::string> warming() const;
  /// When the next limited initial_fetch_timeout ends, as of the last build(); build() should be called then.
  [[nodiscard]] std::optional<Clock::time_point> deadline() const { return deadline_; }
  /// The raw text of every accepted resource, for /config_dump: typeUrl → name → (version, json).
  [[nodiscard]] const std::map<std::string, std::map<std::string, xds::Resource>>& resources() const { return resources_; }

 private:
  struct ClusterState {
    std::shared_ptr<const xds::Cluster> config;
    std::string version;
    bool waitsForAssignment = false;  // since the last change
    Clock::time_point since{};
  };
  /// A chain that is checked and compiled, apart from its secrets. Equal chains keep their pointers across versions.
  struct PreparedChain {
    std::shared_ptr<const xds::FilterChain> config;
    std::shared_ptr<const CompiledRoutes> inlineRoutes;
  };
  struct ListenerState {
    std::shared_ptr<const xds::Listener> config;
    std::string version;
    Clock::time_point since{};
    std::vector<PreparedChain> chains;  // the default chain is last, when there is one
  };
  struct AssignmentState {
    std::shared_ptr<const xds::ClusterLoadAssignment> config;
    std::string version;
  };
  /// What something still waits for, and until when (nullopt = for ever).
  struct Wait {
    std::string what;
    std::optional<Clock::time_point> until;
  };

  Result<> add(xds::AnyResource&& value, const xds::Resource& resource, Clock::time_point now);
  Result<> addOne(xds::Cluster&& cluster, const xds::Resource& resource, Clock::time_point now);
  Result<> addOne(xds::Listener&& listener, const xds::Resource& resource, Clock::time_point now);
  Result<> addOne(xds::RouteConfiguration&& routes, const xds::Resource& resource, Clock::time_point now);
  Result<> addOne(xds::ClusterLoadAssignment&& assignment, const xds::Resource& resource, Clock::time_point now);
  Result<> addOne(xds::Secret&& secret, const xds::Resource& resource, Clock::time_point now);
  Result<> addOne(xds::NameTable&& table, const xds::Resource& resource, Clock::time_point now);
  void remove(std::string_view typeUrl, const std::string& name);
  void assignmentArrived(const std::string& name);
  void forgetUnwanted();
  [[nodiscard]] std::vector<Wait> waits(const ClusterState& state) const;
  [[nodiscard]] std::vector<Wait> waits(const ListenerState& state) const;
  void addSecretWaits(const std::vector<std::string>& names, std::vector<Wait>& out) const;
  [[nodiscard]] std::optional<Clock::time_point> deadlineAfter(Clock::time_point now) const;
  [[nodiscard]] TlsPtr resolve(const xds::TransportSocket& socket, const TlsPtr& old) const;
  ClusterPtr buildCluster(const ClusterState& state, const ClusterPtr& old) const;
  ListenerPtr buildListener(const ListenerState& state, const ListenerPtr& old) const;
  ChainPtr buildChain(const PreparedChain& prepared, const ListenerPtr& old) const;

  std::map<std::string, ClusterState> clusters_;
  std::map<std::string, ListenerState> listeners_;
  std::map<std::string, AssignmentState> assignments_;
  std::map<std::string, std::shared_ptr<const CompiledRoutes>, std::less<>> routes_;
  Secrets secrets_;
  std::set<std::string> ownSecrets_;  // made by setCertificate
  std::shared_ptr<const xds::NameTable> names_;
  std::map<std::string, std::map<std::string, xds::Resource>> resources_;
  std::vector<std::string> resubscribe_;
  std::optional<Clock::time_point> deadline_;
  bool clustersSeen_ = false, listenersSeen_ = false, dirty_ = true;
  RuntimeConfigPtr current_ = std::make_shared<const RuntimeConfig>();
};

}  // namespace varka::proxy
