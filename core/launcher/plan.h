#pragma once
// What shall run, read from Deployments and Pods: pure functions from resources to plain values, no process
// in sight.

#include <string>
#include <utility>
#include <vector>

#include "core/launcher/images.h"
#include "core/launcher/launcher.h"

namespace varka::launcher {

struct ProbeSpec {
  enum class Kind { Http, Tcp, Exec } kind = Kind::Tcp;
  std::string path;  // http
  std::string portName;
  int port = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> command;  // exec
  int initialDelaySeconds = 0, periodSeconds = 10, timeoutSeconds = 1, successThreshold = 1,
      failureThreshold = 3;
  [[nodiscard]] std::string text() const;  // "GET :9080/health", "tcp :9080", "exec cat"
};

struct EnvSpec {
  std::string name, value;
  resource::Value from;  // valueFrom, Null = `value`
};

struct ContainerSpec {
  std::string name, image;
  std::vector<std::string> command;  // resolved: what is executed
  std::string workingDir;
  std::vector<std::pair<std::string, std::string>> imageEnv;
  std::vector<EnvSpec> env;
  resource::Value envFrom;
  std::vector<ContainerPort> ports;
  std::vector<ProbeSpec> readiness, liveness, startup;      // none or one
  std::vector<std::pair<std::string, std::string>> mounts;  // volume name → path
};

struct PodSpec {
  std::string ns, workload, fixedName;  // fixedName: of a bare Pod
  std::string templateHash;
  resource::Labels labels, annotations;
  std::string serviceAccount = "default", restartPolicy = "Always";
  std::vector<ContainerSpec> containers;
  resource::Value volumes;
  std::vector<std::string> dependsOn;
  int graceSeconds = 5;
  bool sidecar = true, gateway = false;
  std::string error;  // why it cannot run: an image without an entry
  Origin origin;
};

struct WorkloadSpec {
  PodSpec pod;
  int replicas = 1;
};

[[nodiscard]] std::vector<WorkloadSpec> planWorkloads(const Desired& desired, const ImageCatalogue& images,
                                                      const LauncherOptions& options);
/// "reviews-v1-7d4f9c5b6-x2x9k": the same for the same workload, template and ordinal.
[[nodiscard]] std::string podName(const PodSpec& spec, int ordinal);

/// A Service as the launcher needs it.
struct ServicePort {
  std::string name, protocol = "TCP", targetName;
  int port = 0, target = 0;
};
struct ServiceSpec {
  std::string ns, name, clusterIp;
  resource::Value selector;
  std::vector<ServicePort> ports;
};
[[nodiscard]] std::vector<ServiceSpec> planServices(const Desired& desired);
/// The port of the pod that a Service's port means; 0 when a named port is not declared.
[[nodiscard]] int targetPort(const ServicePort& port, const std::vector<ContainerPort>& declared);

}  // namespace varka::launcher
