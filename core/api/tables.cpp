#include "core/api/tables.h"

#include <algorithm>
#include <functional>
#include <map>

namespace varka::api {
namespace {

using resource::Object;
using resource::Value;

std::string bracketed(const Value& list) {  // kubectl prints arrays of a CRD column as JSON
  if (!list.isList() || list.size() == 0) return "";
  std::string out = "[";
  for (const auto& item : list.items()) out += (out.size() > 1 ? ",\"" : "\"") + item.text() + "\"";
  return out + "]";
}

std::string orNone(std::string text) {
  return text.empty() ? "<none>" : text;
}

/// The STATUS column in Kubernetes' words.
std::string podStatus(const mesh::PodView& pod) {
  static const std::map<std::string, const char*> kWords = {
      {"waiting", "Pending"},       {"starting", "ContainerCreating"}, {"ready", "Running"},          {"notready", "Running"},
      {"crashed", "CrashLoopBackOff"}, {"restarting", "Restarting"},     {"terminating", "Terminating"}, {"stopped", "Stopped"}};
  const auto found = kWords.find(pod.state);
  return found == kWords.end() ? pod.state : found->second;
}

std::string readyCount(const mesh::PodView& pod) {
  const int containers = pod.gateway ? 1 : pod.sidecar ? 2 : 1;
  int up = 0;
  if (pod.state == "ready") {
    up = containers;
  } else if (!pod.gateway && pod.sidecar && pod.proxyPid > 0) {
    up = 1;
  }
  return std::to_string(up) + "/" + std::to_string(containers);
}

/// What a kind shows between NAME and AGE.
struct KindColumns {
  const char* kind;
  std::vector<std::string> columns;
  std::function<std::vector<std::string>(const Object&)> cells;
};

const std::vector<KindColumns>& kindColumns() {
  static const std::vector<KindColumns> table = {
      {"VirtualService", {"GATEWAYS", "HOSTS"},
       [](const Object& o) { return std::vector{bracketed(o.spec()["gateways"]), bracketed(o.spec()["hosts"])}; }},
      {"DestinationRule", {"HOST"}, [](const Object& o) { return std::vector{o.spec()["host"].text()}; }},
      {"ServiceEntry", {"HOSTS", "LOCATION", "RESOLUTION"},
       [](const Object& o) {
         return std::vector{bracketed(o.spec()["hosts"]), o.spec()["location"].text(), o.spec()["resolution"].text()};
       }},
      {"PeerAuthentication", {"MODE"}, [](const Object& o) { return std::vector{o.spec()["mtls"]["mode"].text()}; }},
      {"AuthorizationPolicy", {"ACTION"}, [](const Object& o) { return std::vector{o.spec()["action"].text()}; }},
      {"Secret", {"TYPE", "DATA"},
       [](const Object& o) {
         return std::vector{orNone(o.root["type"].text()),
                            std::to_string(o.root["data"].size() + o.root["stringData"].size())};
       }},
      {"ConfigMap", {"DATA"}, [](const Object& o) { return std::vector{std::to_string(o.root["data"].size())}; }},
      {"Namespace", {"STATUS"}, [](const Object&) { return std::vector<std::string>{"Active"}; }},
  };
  return table;
}

Table deploymentTable(const std::vector<resource::ObjectPtr>& objects, const std::vector<mesh::PodView>& pods,
                      std::int64_t nowMs) {
  Table table{{"NAMESPACE", "NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"}, {}};
  for (const auto& object : objects) {
    int ready = 0;
    for (const auto& pod : pods) ready += pod.ns == object->ns && pod.workload == object->name && pod.state == "ready";
    const auto wanted = object->spec().has("replicas") ? object->spec()["replicas"].asInt() : 1;
    const auto text = std::to_string(ready);
    table.rows.push_back({object->ns, object->name, text + "/" + std::to_string(wanted), text, text,
                          age(object->creationTimestamp, nowMs)});
  }
  return table;
}

}  // namespace

std::string age(std::int64_t fromMs, std::int64_t nowMs) {
  if (fromMs <= 0) return "<unknown>";
  const auto seconds = std::max<std::int64_t>(0, (nowMs - fromMs) / 1000);
  if (seconds < 120) return std::to_string(seconds) + "s";
  if (seconds < 7200) return std::to_string(seconds / 60) + "m";
  if (seconds < 172'800) return std::to_string(seconds / 3600) + "h";
  return std::to_string(seconds / 86'400) + "d";
}

Table podTable(const std::vector<const mesh::PodView*>& pods, bool wide, std::int64_t nowMs) {
  Table table{{"NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE"}, {}};
  if (wide) table.columns.insert(table.columns.end(), {"IP", "PID", "PROXY-PID", "MEMORY", "REASON"});
  for (const auto* pod : pods) {
    std::vector<std::string> row{pod->ns,         pod->name, readyCount(*pod), podStatus(*pod), std::to_string(pod->restarts),
                                 age(pod->startedMs, nowMs)};
    if (wide) {
      row.insert(row.end(), {orNone(pod->ip), std::to_string(pod->pid), std::to_string(pod->proxyPid),
                             std::to_string((pod->rssKiB + pod->proxyRssKiB) / 1024) + "Mi", orNone(pod->reason)});
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table serviceTable(const std::vector<const mesh::ServiceView*>& services, bool wide) {
  Table table{{"NAMESPACE", "NAME", "TYPE", "CLUSTER-IP", "PORT(S)"}, {}};
  if (wide) table.columns.insert(table.columns.end(), {"HOST-ADDRESS", "PODS"});
  for (const auto* service : services) {
    std::string ports, addresses, pods;
    for (const auto& port : service->ports) {
      ports += (ports.empty() ? "" : ",") + std::to_string(port.port) + "/TCP";
      if (!port.hostAddress.empty()) addresses += (addresses.empty() ? "" : ",") + port.hostAddress;
    }
    for (const auto& pod : service->pods) pods += (pods.empty() ? "" : ",") + pod;
    std::vector<std::string> row{service->ns, service->name, "ClusterIP", service->vip.empty() ? "None" : service->vip, ports};
    if (wide) row.insert(row.end(), {orNone(addresses), orNone(pods)});
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table objectTable(const std::vector<resource::ObjectPtr>& objects, const std::vector<mesh::PodView>& pods, bool wide,
                  std::int64_t nowMs) {
  if (!objects.empty() && objects.front()->kind == "Deployment") return deploymentTable(objects, pods, nowMs);
  const auto& known = kindColumns();
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const auto& entry) { return !objects.empty() && objects.front()->kind == entry.kind; });
  Table table{{"NAMESPACE", "NAME"}, {}};
  if (found != known.end()) table.columns.insert(table.columns.end(), found->columns.begin(), found->columns.end());
  table.columns.push_back("AGE");
  if (wide) table.columns.push_back("SOURCE");
  for (const auto& object : objects) {
    std::vector<std::string> row{object->ns, object->name};
    if (found != known.end()) {
      for (auto& cell : found->cells(*object)) row.push_back(std::move(cell));
    }
    row.push_back(age(object->creationTimestamp, nowMs));
    if (wide) row.push_back(orNone(object->origin.text()));
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace varka::api
