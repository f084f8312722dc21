#pragma once
// HopJoiner: brings together what the client's and the server's proxy recorded of one hop. Decides only:
// records and the time go in, rows come out; the caller keeps the timer. Mesh thread.
//
// Records are of one hop when the server's parent span is the client's span; without spans when request id
// and both ends agree and the server's time lies inside the client's. The client's record waits at most 300
// ms for the server's; the server's waits longer, because the client's may go on (retries), but not for ever:
// it may have been sampled away.

#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/telemetry/traffic_graph.h"

namespace varka::telemetry {

inline constexpr std::int64_t kClientWaitMs = 300;
inline constexpr std::int64_t kServerWaitMs = 2000;
inline constexpr std::size_t kMaxWaiting = 20000;

/// A record with what the topology says of it.
struct HopRecord {
  RecordPtr record;
  std::string from, to;       // node ids; from "" = some proxy of the mesh
  bool client = true;         // outbound or gateway
  bool otherReports = false;  // a proxy on the other side reports this hop too
  int sampledOneOf = 1;
};

class HopJoiner {
 public:
  /// Rows that are complete with this record, in order of completion.
  std::vector<TrafficRow> add(std::int64_t nowMs, HopRecord hop);
  /// Rows whose other side did not come in time.
  std::vector<TrafficRow> expire(std::int64_t nowMs);
  /// When `expire` has something to do, 0 = never.
  [[nodiscard]] std::int64_t nextMs() const;
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

  /// Whether `server` belongs to the hop of `client`.
  static bool sameHop(const HopRecord& client, const HopRecord& server);

 private:
  struct Waiting {
    HopRecord hop;
    std::vector<RecordPtr> server;
    std::int64_t untilMs = 0;
    std::string key;
  };
  using Place = std::list<Waiting>::iterator;

  std::vector<TrafficRow> addClient(std::int64_t nowMs, HopRecord hop, const std::string& key);
  std::vector<TrafficRow> addServer(std::int64_t nowMs, HopRecord hop, const std::string& key);
  void wait(Waiting entry);
  TrafficRow take(Place place);

  std::list<Waiting> waiting_;
  std::unordered_multimap<std::string, Place> byKey_;
};

}  // namespace varka::telemetry
