#pragma once
// From the state of the parts to the one value people see. Pure: everything it needs is in ViewInput.

#include <memory>
#include <string>
#include <vector>

#include "core/citadel/certificate_info.h"
#include "core/launcher/status.h"
#include "core/mesh/view.h"
#include "core/mesh/xds_server.h"
#include "core/pilot/pilot.h"
#include "core/resource/store.h"
#include "core/telemetry/topology.h"

namespace varka::mesh {

struct ViewInput {
  std::string name, directory, state, trustDomain;
  std::shared_ptr<const resource::Snapshot> resources;
  std::vector<launcher::PodStatusPtr> pods;
  std::vector<launcher::HostAddress> hostAddresses;
  std::vector<StreamStatus> streams;
  std::vector<citadel::CertificateInfo> certificates;
  std::vector<ProblemView> problems;
  std::vector<FileView> files;
  std::vector<ObjectView> objects;
  std::shared_ptr<const pilot::PushContext> routing;
  SyncView sync;
  std::string captureMode, captureDetail;
  std::int64_t rssKiB = 0;
  double cpuPercent = 0;
};

MeshView buildView(const ViewInput& input);
/// What telemetry must know to name what proxies report.
telemetry::Topology buildTopology(const ViewInput& input);

}  // namespace varka::mesh
