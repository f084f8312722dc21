#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"
#include "app/print.h"

namespace varka::app {
namespace {

using nlohmann::json;

std::string numberText(const json& value, const char* field) {
  const auto found = value.find(field);
  return found != value.end() && found->is_number() ? std::to_string(found->get<std::int64_t>()) : "0";
}

std::string syncWord(const json& status, const std::string& pod, const std::string& ns) {
  for (const auto& proxy : status["proxies"]) {
    if (proxy.value("pod", "") != pod || proxy.value("namespace", "") != ns) continue;
    if (!proxy.value("lastError", "").empty()) return "REFUSED";
    if (!proxy.value("connected", false)) return "NOT CONNECTED";
    return proxy.value("synced", false) ? "SYNCED" : "PENDING";
  }
  return "-";
}

void printHead(const json& status) {
  const auto& sync = status["sync"];
  std::string line = "mesh " + status.value("mesh", "") + " is " + status.value("state", "") + ", revision " +
                     numberText(status, "revision") + ", " + numberText(sync, "acked") + "/" + numberText(sync, "total") + " proxies acked";
  if (sync.value("tookMs", -1) >= 0) line += " in " + numberText(sync, "tookMs") + " ms";
  std::puts(line.c_str());
  for (const auto& ingress : status["ingress"]) {
    std::printf("ingress %s (port %s)\n", ingress.value("url", "").c_str(), numberText(ingress, "port").c_str());
  }
  const auto capture = status.value("captureMode", "");
  if (!capture.empty()) {
    const auto detail = status.value("captureDetail", "");
    std::printf("capture %s%s\n", capture.c_str(), detail.empty() ? "" : (": " + detail).c_str());
  }
}

void printServices(const json& status) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& service : status["services"]) {
    std::string ports, addresses;
    for (const auto& port : service["ports"]) {
      ports += (ports.empty() ? "" : ",") + numberText(port, "port");
      const auto address = port.value("hostAddress", "");
      if (!address.empty()) addresses += (addresses.empty() ? "" : ",") + address;
    }
    rows.push_back({service.value("namespace", ""), service.value("name", ""), service.value("vip", ""), ports, addresses,
                    std::to_string(service["pods"].size())});
  }
  std::fputs(tableText({"NAMESPACE", "SERVICE", "ADDRESS", "PORTS", "FROM THE HOST", "PODS"}, rows).c_str(), stdout);
}

void printPods(const json& status) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& pod : status["pods"]) {
    const auto ns = pod.value("namespace", ""), name = pod.value("name", "");
    rows.push_back({ns, name, pod.value("state", ""), numberText(pod, "restarts"), numberText(pod, "pid"), numberText(pod, "proxyPid"),
                    syncWord(status, name, ns), pod.value("reason", "")});
  }
  std::fputs(tableText({"NAMESPACE", "POD", "STATE", "RESTARTS", "PID", "PROXY", "CONFIG", "REASON"}, rows).c_str(), stdout);
}

int status(const Invocation& invocation) {
  auto client = connectMesh(invocation);
  if (!client) return kNoMesh;
  const auto answer = client->call("status", json::object());
  if (!answer) return complain(kFailed, answer.error().message);
  if (invocation.value("output") == "json") {
    std::puts(answer->dump(2).c_str());
    return kOk;
  }
  printHead(*answer);
  std::puts("");
  printServices(*answer);
  std::puts("");
  printPods(*answer);
  for (const auto& problem : (*answer)["problems"]) printProblem(problem);
  return kOk;
}

}  // namespace

Command statusCommand() {
  return {"status", "[-o json]", "Services, pods, proxies and what they have of the configuration",
          {{"output", 'o', "json", "for scripts; fields are added, never renamed"}}, status};
}

}  // namespace varka::app
