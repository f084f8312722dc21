#include "core/pilot/mesh_config.h"

#include <cstdlib>

#include "core/pilot/model/build_rules.h"
#include "core/pilot/model/duration.h"
#include "core/resource/yaml.h"

namespace varka::pilot {

namespace {

void readRetries(const resource::Value& policy, MeshConfig& config) {
  if (!policy.isMap()) return;
  config.defaultRetryAttempts = static_cast<int>(policy["attempts"].asInt(2));
  config.defaultRetryOn = policy["retryOn"].asString();
}

}  // namespace

MeshConfig meshConfigFrom(const resource::Value& document) {
  MeshConfig config;
  config.raw = document;
  if (!document["rootNamespace"].asString().empty())
    config.rootNamespace = document["rootNamespace"].asString();
  config.allowAny = document["outboundTrafficPolicy"]["mode"].asString() != "REGISTRY_ONLY";
  config.enableAutoMtls = document["enableAutoMtls"].asBool(true);
  config.connectTimeout = durationOr(document["connectTimeout"], config.connectTimeout);
  config.protocolDetectionTimeout =
      durationOr(document["protocolDetectionTimeout"], config.protocolDetectionTimeout);
  if (document.has("accessLogFile")) config.accessLogFile = document["accessLogFile"].asString();
  config.accessLogFormat = document["accessLogFormat"].asString();
  config.accessLogJson = document["accessLogEncoding"].asString() == "JSON";
  config.defaultServiceExportTo = texts(document["defaultServiceExportTo"]);
  config.defaultVirtualServiceExportTo = texts(document["defaultVirtualServiceExportTo"]);
  config.defaultDestinationRuleExportTo = texts(document["defaultDestinationRuleExportTo"]);
  readRetries(document["defaultHttpRetryPolicy"], config);
  const std::string& normalization = document["pathNormalization"]["normalization"].asString();
  if (!normalization.empty() && normalization != "DEFAULT") config.pathNormalization = normalization;
  config.trustDomain = document["trustDomain"].asString();
  return config;
}

MeshConfig meshConfigFrom(const resource::Snapshot& snapshot) {
  const resource::ObjectPtr map = snapshot.find(resource::Key{"", "ConfigMap", "istio-system", "istio"});
  if (!map) return {};
  // Errors of the inner document are galley's to report; Pilot goes on with the defaults.
  const auto documents =
      resource::parseYaml(map->root["data"]["mesh"].asString(), "ConfigMap istio-system/istio");
  if (!documents || documents->empty()) return {};
  return meshConfigFrom(documents->front());
}

}  // namespace varka::pilot
