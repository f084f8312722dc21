// Resources: get (tables and objects), apply, delete, check, save.
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "core/api/kinds.h"
#include "core/api/method.h"
#include "core/api/pod_object.h"
#include "core/api/tables.h"
#include "core/api/view_json.h"
#include "core/mesh/mesh.h"
#include "core/resource/yaml.h"

namespace varka::api {
namespace {

using nlohmann::json;
using resource::ObjectPtr;

std::int64_t now() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

/// What `get` and `describe` were asked for.
struct Wanted {
  const KindInfo* kind = nullptr;
  std::string name, ns;  // ns "" = all
  bool wide = false;

  [[nodiscard]] bool matches(const std::string& itemNs, const std::string& itemName) const {
    return (name.empty() || name == itemName) && (ns.empty() || !kind->namespaced || ns == itemNs);
  }
};

/// The answer of `get`: a table for people, manifests for -o yaml, json and name.
struct Found {
  Table table;
  std::vector<std::string> names;
  std::vector<resource::Value> values;
};

Found findPods(const mesh::MeshView& view, const Wanted& wanted) {
  Found found;
  std::vector<const mesh::PodView*> pods;
  for (const auto& pod : view.pods) {
    if (!wanted.matches(pod.ns, pod.name)) continue;
    pods.push_back(&pod);
    found.names.push_back("pod/" + pod.name);
    found.values.push_back(podObject(pod));
  }
  found.table = podTable(pods, wanted.wide, now());
  return found;
}

Found findServices(const mesh::Mesh& mesh, const mesh::MeshView& view, const Wanted& wanted) {
  Found found;
  std::vector<const mesh::ServiceView*> services;
  for (const auto& service : view.services) {
    if (wanted.matches(service.ns, service.name)) services.push_back(&service);
  }
  for (const auto& object : *mesh.objects()) {
    if (object->kind != "Service" || !object->group().empty() || !wanted.matches(object->ns, object->name)) continue;
    found.names.push_back("service/" + object->name);
    found.values.push_back(resource::toValue(*object));
  }
  found.table = serviceTable(services, wanted.wide);
  return found;
}

Found findObjects(const mesh::Mesh& mesh, const mesh::MeshView& view, const Wanted& wanted) {
  Found found;
  std::vector<ObjectPtr> objects;
  for (const auto& object : *mesh.objects()) {
    if (object->kind != wanted.kind->kind || object->group() != wanted.kind->group) continue;
    if (!wanted.matches(object->ns, object->name)) continue;
    objects.push_back(object);
    const std::string group = wanted.kind->group[0] ? std::string(".") + wanted.kind->group : "";
    found.names.push_back(wanted.kind->singular + group + "/" + object->name);
    found.values.push_back(resource::toValue(*object));
  }
  found.table = objectTable(objects, view.pods, wanted.wide, now());
  return found;
}

void get(const CallPtr& call) {
  Wanted wanted{findKind(call->text("kind")), call->text("name"), call->text("namespace"), call->flag("wide")};
  if (!wanted.kind) return call->fail("the server doesn't have a resource type \"" + call->text("kind") + "\"");
  const auto view = call->mesh().view();
  const std::string kind = wanted.kind->kind;
  const Found found = kind == "Pod"       ? findPods(*view, wanted)
                      : kind == "Service" ? findServices(call->mesh(), *view, wanted)
                                          : findObjects(call->mesh(), *view, wanted);
  json items = json::array();
  for (const auto& value : found.values) items.push_back(json::parse(resource::toJson(value), nullptr, false));
  json yaml = json::array();
  for (const auto& value : found.values) yaml.push_back(resource::toYaml(value));
  call->answer({{"kind", kind},
                {"plural", std::string(wanted.kind->plural) + (wanted.kind->group[0] ? std::string(".") + wanted.kind->group : "")},
                {"namespaced", wanted.kind->namespaced},
                {"columns", found.table.columns},
                {"rows", found.table.rows},
                {"names", found.names},
                {"items", items},
                {"yaml", yaml}});
}

json resultJson(const mesh::Mesh::ApplyResult& result) {
  json problems = json::array();
  for (const auto& problem : result.problems) problems.push_back(toJson(problem));
  return {{"ok", result.ok()}, {"problems", problems}, {"lines", result.lines}, {"revision", result.revision}};
}

void apply(const CallPtr& call) {
  call->answer(resultJson(call->mesh().apply(call->text("yaml"), call->text("source", "api"), call->text("namespace", "default"))));
}

void check(const CallPtr& call) {
  json problems = json::array();
  for (const auto& problem : call->mesh().check(call->text("yaml"), call->text("source", "api"))) problems.push_back(toJson(problem));
  call->answer({{"problems", problems}});
}

/// By kind, name and namespace, or every object of a manifest.
void remove(const CallPtr& call) {
  std::vector<resource::Key> keys;
  const std::string ns = call->text("namespace", "default");
  if (const auto yaml = call->text("yaml"); !yaml.empty()) {
    const auto objects = resource::parseObjects(yaml, call->text("source", "api"), ns);
    if (!objects) return call->fail(objects.error().message);
    for (const auto& object : *objects) keys.push_back(object.key());
  } else {
    const auto* kind = findKind(call->text("kind"));
    if (!kind) return call->fail("the server doesn't have a resource type \"" + call->text("kind") + "\"");
    keys.push_back({kind->group, kind->kind, kind->namespaced ? ns : "", call->text("name")});
  }
  mesh::Mesh::ApplyResult total;
  for (const auto& key : keys) {
    auto result = call->mesh().remove(key);
    total.revision = result.revision;
    total.lines.insert(total.lines.end(), result.lines.begin(), result.lines.end());
    total.problems.insert(total.problems.end(), result.problems.begin(), result.problems.end());
  }
  call->answer(resultJson(total));
}

void save(const CallPtr& call) {
  call->answer(resultJson(call->mesh().saveFile(call->text("path"), call->text("text"), call->flag("force"))));
}

}  // namespace

const std::vector<Method>& resourceMethods() {
  static const std::vector<Method> table = {
      {"get", "objects of a kind as table rows, JSON and YAML", get},
      {"apply", "creates or changes the objects of a manifest, all or nothing", apply},
      {"check", "what apply would refuse", check},
      {"delete", "removes one object, or those of a manifest", remove},
      {"save", "writes a project file and reloads", save},
  };
  return table;
}

}  // namespace varka::api
