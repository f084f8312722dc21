#pragma once
// The values that the window and the command line see of a mesh: immutable, copied or shared between threads, never
// pointing back. One MeshView is published after every change, at most ten times a second.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/origin.h"
#include "core/citadel/certificate_info.h"
#include "core/telemetry/traffic_graph.h"
#include "core/telemetry/traffic_graph.h"
#include "core/xds/telemetry.h"

namespace varka::mesh {

using telemetry::Health;

struct PodView {
  std::string name, ns, app, version, workload;  // workload: the Deployment's name
  std::string state;      // stopped waiting starting ready notready crashed restarting terminating
  std::string reason;     // "waits for redis", "exit 139 (SIGSEGV)", "readiness: GET /health → 503"
  std::int64_t pid = 0, proxyPid = 0;
  std::string ip;
  std::string serviceAccount, spiffeId;
  std::int64_t startedMs = 0;
  int restarts = 0;
  double cpuPercent = 0;
  std::int64_t rssKiB = 0, proxyRssKiB = 0;
  std::string captureMode;  // "namespace", "env", …
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> env;  // secrets masked
  bool gateway = false;
  bool sidecar = true;
};

struct PortView {
  std::string name, protocol;
  int port = 0, targetPort = 0;
  std::string hostAddress;  // "127.0.0.1:34567" of the forwarder, "" = none
};

struct ServiceView {
  std::string name, ns, host, vip;
  std::vector<PortView> ports;
  std::vector<std::string> pods;
};

struct ProxyView {
  std::string pod, ns, node;
  bool connected = false, synced = false;
  std::uint64_t ackedRevision = 0;  // of the mesh's configuration
  std::string lastError;            // of the last NACK
};

using CertificateView = citadel::CertificateInfo;

struct IngressView {
  std::string name, url;
  std::string path;  // the first page worth opening: "/productpage", "" if unknown
  int port = 0, hostPort = 0;
};

struct SyncView {
  std::uint64_t revision = 0;  // configuration revision being pushed
  int acked = 0, total = 0;
  std::int64_t tookMs = -1;    // from apply to the last ACK, -1 while pending
};

struct ProblemView {
  std::string code, severity;  // "IST0101" / "VARKA0001"; "error" "warning" "info"
  std::string object;          // "VirtualService default/reviews"
  std::string message;
  Origin origin;
  std::string path;            // JSON path inside the object
};

struct FileView {
  std::string path;     // absolute
  std::string text;     // as last read
  std::string applied;  // the text that is live (differs from `text` after a broken save)
};

struct ObjectView {
  std::string group, version, kind, ns, name;
  Origin origin;
  std::string source;  // file api controller
};

struct MeshView {
  std::string name, directory, state;  // state: stopped starting running stopping failed
  std::uint64_t revision = 0;
  std::vector<PodView> pods;
  std::vector<ServiceView> services;
  std::vector<ProxyView> proxies;
  std::vector<CertificateView> certificates;
  std::vector<IngressView> ingress;
  std::vector<ProblemView> problems;
  std::vector<FileView> files;
  std::vector<ObjectView> objects;
  SyncView sync;
  std::string captureMode, captureDetail;
  std::int64_t rssKiB = 0;
  double cpuPercent = 0;
};
using MeshViewPtr = std::shared_ptr<const MeshView>;

// ---- traffic: made by core/telemetry ----

using telemetry::Health;
using telemetry::GraphNode;
using telemetry::GraphEdge;
using telemetry::TrafficGraph;
using telemetry::TrafficGraphPtr;
using telemetry::TrafficRow;
using telemetry::TrafficRowPtr;
using telemetry::TrafficBatch;

struct LogLine {
  std::int64_t timeMs = 0;
  std::string pod, app;
  std::string stream;  // stdout stderr proxy event
  std::string text;
};

struct EventView {
  std::int64_t timeMs = 0;
  std::string kind;    // process config certificate proxy capture
  std::string severity;  // info warning error
  std::string object, message;
  Origin origin;
};

}  // namespace varka::mesh
