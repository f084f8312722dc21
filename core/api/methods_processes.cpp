// Pods: logs, exec, restart, scale, signals; certificates of their proxies.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/api/method.h"
#include "core/api/view_json.h"
#include "core/mesh/mesh.h"

namespace varka::api {
namespace {

using nlohmann::json;

/// Pods meant by "POD", "deploy/NAME", "svc/NAME", an app or a workload name; empty if none.
std::vector<const mesh::PodView*> findPods(const mesh::MeshView& view, const std::string& name, const std::string& ns) {
  const auto slash = name.find('/');
  const std::string kind = slash == std::string::npos ? "" : name.substr(0, slash);
  const std::string bare = slash == std::string::npos ? name : name.substr(slash + 1);
  std::vector<const mesh::PodView*> exact, loose;
  for (const auto& pod : view.pods) {
    if (!ns.empty() && pod.ns != ns) continue;
    const bool asPod = kind.empty() || kind == "pod" || kind == "pods" || kind == "po";
    if (asPod && pod.name == bare) exact.push_back(&pod);
    const bool asWorkload = kind != "pod" && kind != "pods" && kind != "po" && kind != "svc" && kind != "service";
    const bool asApp = kind.empty() || kind == "svc" || kind == "service" || kind == "app";
    if ((asWorkload && pod.workload == bare) || (asApp && pod.app == bare)) loose.push_back(&pod);
  }
  return exact.empty() ? loose : exact;
}

std::string unknownPod(const mesh::MeshView& view, const std::string& name) {
  std::string known;
  for (const auto& pod : view.pods) known += (known.empty() ? "" : ", ") + pod.name;
  return "no pod, deployment or app '" + name + "'; there are: " + known;
}

/// The one pod that a command for a single pod means, preferring a ready one; fails the call when there is none.
std::string onePod(const CallPtr& call) {
  const auto view = call->mesh().view();
  const auto name = call->text("pod");
  const auto pods = findPods(*view, name, call->text("namespace"));
  for (const auto* pod : pods) {
    if (pod->state == "ready") return pod->name;
  }
  if (!pods.empty()) return pods.front()->name;
  call->fail(unknownPod(*view, name));
  return {};
}

void finish(const CallPtr& call, const Result<>& result) {
  result ? call->answer(json::object()) : call->fail(result.error().message);
}

bool wanted(const mesh::LogLine& line, const std::string& stream) {
  if (stream.empty()) return line.stream == "stdout" || line.stream == "stderr";
  return stream == "all" || line.stream == stream;
}

void logs(const CallPtr& call) {
  const auto view = call->mesh().view();
  const auto found = findPods(*view, call->text("pod"), call->text("namespace"));
  if (found.empty()) return call->fail(unknownPod(*view, call->text("pod")));
  std::set<std::string> names;
  for (const auto* pod : found) names.insert(pod->name);
  const std::string stream = call->text("stream");
  const auto tail = static_cast<std::size_t>(std::max(0.0, call->number("tail", 1000)));

  std::vector<mesh::LogLine> lines;
  for (const auto& name : names) {
    for (auto& line : call->mesh().logs(name, 5000)) {
      if (wanted(line, stream)) lines.push_back(std::move(line));
    }
  }
  std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.timeMs < b.timeMs; });
  for (std::size_t i = lines.size() > tail ? lines.size() - tail : 0; i < lines.size(); ++i) call->item(toJson(lines[i]));
  if (!call->flag("follow")) return call->answer(json::object());

  QObject::connect(&call->mesh(), &mesh::Mesh::logLines, call->context(), [call, names, stream](const auto& fresh) {
    for (const auto& line : *fresh) {
      if (names.contains(line.pod) && wanted(line, stream)) call->item(toJson(line));
    }
  });
}

void exec(const CallPtr& call) {
  const auto pod = onePod(call);
  if (pod.empty()) return;
  std::vector<std::string> command;
  if (call->params().contains("command") && call->params()["command"].is_array()) {
    for (const auto& word : call->params()["command"]) {
      if (word.is_string()) command.push_back(word.get<std::string>());
    }
  }
  const auto argv = call->mesh().execCommand(pod, command);
  argv ? call->answer({{"argv", *argv}, {"pod", pod}}) : call->fail(argv.error().message);
}

void restart(const CallPtr& call) {
  const auto view = call->mesh().view();
  const auto pods = findPods(*view, call->text("pod"), call->text("namespace"));
  if (pods.empty()) return call->fail(unknownPod(*view, call->text("pod")));
  json restarted = json::array();
  for (const auto* pod : pods) {
    if (const auto result = call->mesh().restartPod(pod->name); !result) return call->fail(result.error().message);
    restarted.push_back(pod->name);
  }
  call->answer({{"pods", restarted}});
}

void signalPod(const CallPtr& call) {
  const auto pod = onePod(call);
  if (!pod.empty()) finish(call, call->mesh().signalPod(pod, static_cast<int>(call->number("signal", 15))));
}

void scale(const CallPtr& call) {
  std::string name = call->text("deployment");
  if (const auto slash = name.find('/'); slash != std::string::npos) name.erase(0, slash + 1);
  finish(call, call->mesh().scale(call->text("namespace", "default"), name, static_cast<int>(call->number("replicas", 1))));
}

void certificates(const CallPtr& call) {
  json list = json::array();
  for (const auto& certificate : call->mesh().view()->certificates) list.push_back(toJson(certificate));
  call->answer({{"certificates", list}});
}

void rotate(const CallPtr& call) {
  if (call->text("pod").empty()) return finish(call, call->mesh().rotateCertificate(""));
  const auto pod = onePod(call);
  if (!pod.empty()) finish(call, call->mesh().rotateCertificate(pod));
}

void certificateTtl(const CallPtr& call) {
  finish(call, call->mesh().setCertificateTtl(static_cast<std::int64_t>(call->number("seconds", 86'400))));
}

void configDump(const CallPtr& call) {
  const auto pod = onePod(call);
  if (pod.empty()) return;
  const auto dump = call->mesh().configDump(pod);
  if (!dump) return call->fail(dump.error().message);
  call->answer({{"pod", pod}, {"dump", json::parse(*dump, nullptr, false)}});
}

}  // namespace

const std::vector<Method>& processMethods() {
  static const std::vector<Method> table = {
      {"logs", "lines of a pod; follow streams new ones", logs},
      {"exec", "the command line that runs a command inside a pod", exec},
      {"restart", "restarts pods", restart},
      {"signal", "sends a signal to the service process", signalPod},
      {"scale", "sets replicas", scale},
      {"certificates", "root and workload certificates", certificates},
      {"rotate", "asks for new certificates now; of all pods without `pod`", rotate},
      {"certificateTtl", "life of certificates issued from now on", certificateTtl},
      {"configDump", "Envoy's config_dump of what was generated for a pod's proxy", configDump},
  };
  return table;
}

}  // namespace varka::api
