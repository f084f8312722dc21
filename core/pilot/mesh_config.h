#pragma once
// MeshConfig: the mesh-wide settings Pilot reads, from ConfigMap istio-system/istio (data.mesh) or the
// defaults. A value.

#include <chrono>
#include <string>
#include <vector>

#include "core/resource/store.h"

namespace varka::pilot {

struct MeshConfig {
  std::string rootNamespace = "istio-system";
  bool allowAny = true;  // outboundTrafficPolicy.mode: ALLOW_ANY, else REGISTRY_ONLY
  bool enableAutoMtls = true;
  std::chrono::milliseconds connectTimeout{10'000};
  std::chrono::milliseconds protocolDetectionTimeout{0};
  std::string accessLogFile = "/dev/stdout";  // "" = no access log
  std::string accessLogFormat;                // "" = Istio's default
  bool accessLogJson = false;
  std::vector<std::string> defaultServiceExportTo;
  std::vector<std::string> defaultVirtualServiceExportTo;
  std::vector<std::string> defaultDestinationRuleExportTo;
  int defaultRetryAttempts = -1;  // defaultHttpRetryPolicy.attempts, -1 = Istio's 2
  std::string defaultRetryOn;
  std::string pathNormalization = "BASE";
  std::string trustDomain;         // "" = the caller's
  bool inboundToLoopback = false;  // reserved: Sidecar/mesh settings that send inbound traffic to 127.0.0.1
  resource::Value raw;             // the whole document, for parts that are read later
};

[[nodiscard]] MeshConfig meshConfigFrom(const resource::Snapshot& snapshot);
/// From the YAML of a MeshConfig document.
[[nodiscard]] MeshConfig meshConfigFrom(const resource::Value& document);

}  // namespace varka::pilot
