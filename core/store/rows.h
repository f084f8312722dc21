#pragma once
// Rows of the history database as plain values, any thread. Times are milliseconds since the epoch.

#include <cstdint>
#include <string>
#include <vector>

namespace varka::store {

/// An object of a revision; `yaml` empty = it was removed.
struct RevisionObject {
  std::string key;  // "VirtualService default/reviews"
  std::string yaml;
};

struct Revision {
  std::int64_t session = 0;  // one run of the mesh; 0 = the current one
  std::uint64_t revision = 0;
  std::int64_t timeMs = 0;
  std::string cause;  // "file istio/reviews.yaml", "apply", "controller"
  std::vector<RevisionObject> changed;
};

struct Event {
  std::int64_t timeMs = 0;
  std::string kind, severity, object, message;
  std::string file;
  int line = 0, column = 0;
};

struct CertificateEntry {
  std::int64_t timeMs = 0;
  std::string kind;  // issued rotated expired root
  std::string pod, ns, spiffeId, serial, sha256;
  std::int64_t notBeforeMs = 0, notAfterMs = 0;
};

struct Request {
  std::int64_t timeMs = 0;  // start
  std::int64_t durationUs = 0;
  std::string id, traceId, from, to, side;
  int status = 0;
  std::string origin;
  std::string json;  // xds::toJson of the record
};

struct MetricPoint {
  std::int64_t atMs = 0;
  std::string series;  // an edge id
  std::uint64_t requests = 0, errors = 0, bytes = 0;
  double p50Ms = 0, p95Ms = 0, p99Ms = 0;
};

struct RequestQuery {
  std::string id;                     // x-request-id or trace id, "" = any
  std::int64_t fromMs = 0, toMs = 0;  // 0 = open
  std::string from, to;               // workload, "" = any
  int minStatus = 0;
  int limit = 1000;
};

}  // namespace varka::store
