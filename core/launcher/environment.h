#pragma once
// The environment of a service (docs/contracts.md). Pure: resources in, names and values out.

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/launcher/plan.h"

namespace varka::launcher {

struct PodIdentity {
  std::string name, ip;
};

struct Environment {
  std::vector<std::pair<std::string, std::string>> variables;  // later wins is already applied; ordered
  std::vector<std::string> secret;                             // names whose values are masked in views
  void set(const std::string& name, const std::string& value);
  [[nodiscard]] std::string get(const std::string& name) const;
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> masked() const;
};

/// How a service is reached: its clusterIP or name, or in mode env a forwarder.
using ServiceAddress = std::function<std::pair<std::string, int>(const ServiceSpec&, const ServicePort&)>;

/// Fails when a referenced Secret or ConfigMap (or key in it) is missing and not optional.
[[nodiscard]] Result<Environment> serviceEnvironment(const PodSpec& pod, const ContainerSpec& container,
                                                     const PodIdentity& identity,
                                                     const std::vector<ServiceSpec>& services,
                                                     const std::vector<resource::ObjectPtr>& configs,
                                                     const ServiceAddress& address);
/// The user's environment without what would lead around the mesh (HTTP_PROXY and relatives).
[[nodiscard]] std::vector<std::pair<std::string, std::string>> inheritedEnvironment();

/// `data` (base64 in a Secret) and `stringData` of one config object as bytes.
[[nodiscard]] std::map<std::string, std::string> configData(const resource::Object& object);
[[nodiscard]] resource::ObjectPtr findConfig(const std::vector<resource::ObjectPtr>& configs,
                                             const std::string& kind, const std::string& ns,
                                             const std::string& name);

}  // namespace varka::launcher
