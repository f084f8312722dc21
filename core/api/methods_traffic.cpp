// Requests: recent, live, one by its id; the graph; sample load.
#include <nlohmann/json.hpp>

#include "core/api/method.h"
#include "core/api/view_json.h"
#include "core/mesh/mesh.h"

namespace varka::api {
namespace {

using nlohmann::json;

void traffic(const CallPtr& call) {
  for (const auto& row : call->mesh().recentRequests(static_cast<int>(call->number("max", 0)))) call->item(toJson(*row));
  if (!call->flag("follow")) return call->answer(json::object());
  QObject::connect(&call->mesh(), &mesh::Mesh::traffic, call->context(), [call](const auto& batch) {
    for (const auto& row : *batch) call->item(toJson(*row));
  });
}

void explain(const CallPtr& call) {
  json rows = json::array();
  for (const auto& row : call->mesh().findRequest(call->text("id"))) rows.push_back(toJson(*row));
  call->answer({{"rows", rows}});
}

void graph(const CallPtr& call) {
  const auto current = call->mesh().graph();
  call->answer(current ? toJson(*current) : json::object());
}

void load(const CallPtr& call) {
  call->mesh().setSampleLoad(call->number("rps", 0), call->text("url"));
  call->answer(json::object());
}

}  // namespace

const std::vector<Method>& trafficMethods() {
  static const std::vector<Method> table = {
      {"traffic", "recent requests; follow streams new ones", traffic},
      {"explain", "the records of a request id or trace id, decisions included", explain},
      {"graph", "the traffic graph", graph},
      {"load", "steady GETs of a url; rps 0 stops", load},
  };
  return table;
}

}  // namespace varka::api
