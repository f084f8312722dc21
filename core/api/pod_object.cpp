#include "core/api/pod_object.h"

#include <ctime>

namespace varka::api {
namespace {

using resource::Value;

std::string timestamp(std::int64_t ms) {
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

Value container(const char* name, bool ready, int restarts) {
  Value out = Value::map();
  out.set("name", name);
  out.set("ready", ready);
  out.set("restartCount", restarts);
  return out;
}

Value condition(const char* type, bool holds, const std::string& reason) {
  Value out = Value::map();
  out.set("type", type);
  out.set("status", holds ? "True" : "False");
  if (!holds && !reason.empty()) out.set("message", reason);
  return out;
}

}  // namespace

Value podObject(const mesh::PodView& pod) {
  const bool ready = pod.state == "ready";
  Value metadata = Value::map();
  metadata.set("name", pod.name);
  metadata.set("namespace", pod.ns);
  Value labels = Value::map();
  if (!pod.app.empty()) labels.set("app", pod.app);
  if (!pod.version.empty()) labels.set("version", pod.version);
  metadata.set("labels", labels);
  if (pod.startedMs > 0) metadata.set("creationTimestamp", timestamp(pod.startedMs));

  Value spec = Value::map();
  spec.set("serviceAccountName", pod.serviceAccount);
  Value containers = Value::list();
  if (!pod.gateway) {
    Value app = Value::map();
    app.set("name", pod.app.empty() ? pod.workload : pod.app);
    Value command = Value::list();
    for (const auto& word : pod.command) command.append(word);
    app.set("command", command);
    Value env = Value::list();
    for (const auto& [name, value] : pod.env) {
      Value entry = Value::map();
      entry.set("name", name);
      entry.set("value", value);
      env.append(entry);
    }
    app.set("env", env);
    containers.append(app);
  }
  if (pod.sidecar || pod.gateway) {
    Value proxy = Value::map();
    proxy.set("name", "istio-proxy");
    containers.append(proxy);
  }
  spec.set("containers", containers);

  Value statuses = Value::list();
  if (!pod.gateway) statuses.append(container(pod.app.empty() ? "app" : pod.app.c_str(), ready, pod.restarts));
  if (pod.sidecar || pod.gateway) statuses.append(container("istio-proxy", pod.proxyPid > 0, 0));
  Value conditions = Value::list();
  conditions.append(condition("Ready", ready, pod.reason));
  Value status = Value::map();
  status.set("phase", pod.state == "waiting" || pod.state == "starting" ? "Pending" : "Running");
  status.set("podIP", pod.ip);
  status.set("conditions", conditions);
  status.set("containerStatuses", statuses);

  Value root = Value::map();
  root.set("apiVersion", "v1");
  root.set("kind", "Pod");
  root.set("metadata", metadata);
  root.set("spec", spec);
  root.set("status", status);
  return root;
}

}  // namespace varka::api
