// The mesh as a whole: state, waiting for it, events, history of what happened, stop.
#include <QTimer>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/api/method.h"
#include "core/api/view_json.h"
#include "core/mesh/mesh.h"

namespace varka::api {
namespace {

using nlohmann::json;

void status(const CallPtr& call) {
  call->answer(toJson(*call->mesh().view()));
}

bool podIsReady(const mesh::PodView& pod) {
  return pod.state == "ready" || pod.state == "stopped";  // stopped: scaled down or stopped on purpose
}

/// What still keeps a condition from holding; empty when it holds.
std::string missing(const mesh::MeshView& view, const std::string& condition) {
  if (view.state != "running") return "the mesh is " + view.state;
  for (const auto& pod : view.pods) {
    if (!podIsReady(pod)) return "pod " + pod.name + " is " + pod.state + (pod.reason.empty() ? "" : " (" + pod.reason + ")");
  }
  if (view.sync.acked < view.sync.total || view.sync.tookMs < 0) {
    return std::to_string(view.sync.acked) + " of " + std::to_string(view.sync.total) + " proxies have revision " +
           std::to_string(view.sync.revision);
  }
  (void)condition;
  return {};
}

/// Like missing(), for --for=synced: pods may still start, proxies that are there must have the last revision.
std::string missingSync(const mesh::MeshView& view) {
  for (const auto& proxy : view.proxies) {
    if (!proxy.lastError.empty()) return "proxy " + proxy.pod + " refused its configuration: " + proxy.lastError;
  }
  if (view.sync.acked >= view.sync.total && view.sync.tookMs >= 0) return {};
  return std::to_string(view.sync.acked) + " of " + std::to_string(view.sync.total) + " proxies have revision " +
         std::to_string(view.sync.revision);
}

void wait(const CallPtr& call) {
  const std::string condition = call->text("for", "ready");
  if (condition != "ready" && condition != "synced") return call->fail("wait --for=ready or --for=synced");
  const auto lacks = [condition](const mesh::MeshView& view) {
    return condition == "synced" ? missingSync(view) : missing(view, condition);
  };
  if (lacks(*call->mesh().view()).empty()) return call->answer({{"met", true}});
  QObject::connect(&call->mesh(), &mesh::Mesh::viewChanged, call->context(), [call, lacks](const mesh::MeshViewPtr& view) {
    if (lacks(*view).empty()) call->answer({{"met", true}});
  });
  QTimer::singleShot(static_cast<int>(call->number("timeoutMs", 60'000)), call->context(), [call, lacks] {
    call->answer({{"met", false}, {"missing", lacks(*call->mesh().view())}});
  });
}

void events(const CallPtr& call) {
  for (const auto& event : call->mesh().events(static_cast<int>(call->number("max", 100)))) call->item(toJson(event));
  if (!call->flag("follow")) return call->answer(json::object());
  QObject::connect(&call->mesh(), &mesh::Mesh::event, call->context(),
                   [call](const mesh::EventView& event) { call->item(toJson(event)); });
}

void down(const CallPtr& call) {
  QObject::connect(&call->mesh(), &mesh::Mesh::stopped, call->context(), [call] { call->answer(json::object()); });
  call->mesh().stop();
}

void paths(const CallPtr& call) {
  call->answer({{"runtime", call->mesh().runtimeDirectory()}, {"state", call->mesh().stateDirectory()}});
}

}  // namespace

const std::vector<Method>& meshMethods() {
  static const std::vector<Method> table = {
      {"status", "the whole view", status},
      {"wait", "answers when the mesh is ready or synced, or after timeoutMs", wait},
      {"events", "recent events; follow streams new ones", events},
      {"down", "stops the mesh; answers when nothing is left", down},
      {"paths", "runtime and state directory", paths},
  };
  return table;
}

}  // namespace varka::api
