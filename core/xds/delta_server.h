#pragma once
// DeltaServer: the server's side of one stream as a pure state machine (xDS incremental protocol; the rules are numbered
// in docs/xds-stream.md). Messages and snapshots in, messages out; no socket, no clock of its own. One thread.
//
// A snapshot goes out make-before-break: CDS, EDS, LDS, RDS, SDS, NDS changes first; removals of listeners, clusters
// and assignments only after the route change was answered or five seconds have passed. While a type has an unanswered
// response, newer content waits and replaces what waited (coalescing).

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/xds/snapshot.h"
#include "core/xds/stream.h"

namespace varka::xds {

/// What `varka proxy-status` shows for one type on one stream.
struct TypeStatus {
  enum class State { NotSent, Synced, Stale, Nacked } state = State::NotSent;  // Stale = sent, not answered
  std::size_t sent = 0;            // resources the client has been sent
  std::string lastError;           // of the newest NACK, "" after an ACK
  std::string version;             // systemVersionInfo of the last response
  std::string acknowledgedVersion; // … of the last acknowledged one
  std::optional<std::chrono::steady_clock::time_point> sentAt, answeredAt;
};

class DeltaServer {
 public:
  using Clock = std::chrono::steady_clock;
  explicit DeltaServer(std::string controlPlane) : controlPlane_(std::move(controlPlane)) {}

  /// The newest configuration for this client. `version` names it in systemVersionInfo. Returns what to send now.
  std::vector<DeltaResponse> setSnapshot(std::shared_ptr<const Snapshot> snapshot, std::string version, Clock::time_point now);
  /// A request of the client. A failure breaks the stream: goaway with the message.
  Result<std::vector<DeltaResponse>> handle(const DeltaRequest& request, Clock::time_point now);
  /// To be called at or after deadline(): releases the second wave when routes were never answered.
  std::vector<DeltaResponse> tick(Clock::time_point now);
  [[nodiscard]] std::optional<Clock::time_point> deadline() const { return removalDeadline_; }

  [[nodiscard]] const std::optional<Node>& node() const { return node_; }
  [[nodiscard]] std::map<std::string, TypeStatus> status() const;
  /// Whether everything of the newest snapshot that the client wants was sent and answered (ACK or NACK).
  [[nodiscard]] bool settled() const;

 private:
  struct Outstanding {
    std::string nonce, version;
  };
  struct TypeState {
    bool wildcard = false;
    bool first = true;        // no request seen yet
    bool answerOwed = false;  // the first request is answered even when there is nothing
    std::set<std::string> names;
    std::map<std::string, std::string> sent;  // name → version the client has
    std::set<std::string> absent;             // names answered as removed and wished for
    std::set<std::string> force;              // resend although equal (rule 5) or tell again (rule 9)
    std::deque<Outstanding> outstanding;
    TypeStatus status;
  };

  void subscribe(const DeltaRequest& request, TypeState& state);
  void acknowledge(const DeltaRequest& request, TypeState& state, Clock::time_point now);
  std::vector<DeltaResponse> flush(Clock::time_point now);
  std::optional<DeltaResponse> respond(const std::string& typeUrl, TypeState& state, bool removals, Clock::time_point now);
  [[nodiscard]] bool routesSettled() const;
  [[nodiscard]] bool owesChanges(const std::string& typeUrl, const TypeState& state) const;
  [[nodiscard]] bool owesRemovals(const std::string& typeUrl, const TypeState& state) const;
  [[nodiscard]] const Snapshot::Resources& resourcesOf(const std::string& typeUrl) const;

  std::string controlPlane_;
  std::optional<Node> node_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::string version_;
  std::map<std::string, TypeState> types_;
  std::optional<Clock::time_point> removalDeadline_;  // while removals wait for the answer to the routes
  bool removalsReleased_ = false;                     // of this snapshot
  std::uint64_t nextNonce_ = 1;
};

}  // namespace varka::xds
