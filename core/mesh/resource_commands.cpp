#include "core/mesh/resource_commands.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "core/mesh/problems.h"
#include "core/resource/yaml.h"

namespace varka::mesh {
namespace {

using resource::Object;

std::string lowerKind(const resource::Key& key) {
  std::string kind = key.kind;
  std::transform(kind.begin(), kind.end(), kind.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return key.group.empty() ? kind : kind + "." + key.group;
}

std::vector<ProblemView> missingNamespaces(const std::vector<Object>& objects, const resource::Snapshot& snapshot) {
  std::set<std::string> made;
  for (const auto& object : objects) {
    if (object.kind == "Namespace" && object.group().empty()) made.insert(object.name);
  }
  std::vector<ProblemView> out;
  for (const auto& object : objects) {
    if (object.ns.empty() || made.contains(object.ns) || snapshot.find({"", "Namespace", "", object.ns})) continue;
    out.push_back({"VARKA0011", "error", object.key().text(),
                   "namespace \"" + object.ns + "\" not found; make it with `kind: Namespace` in the same file",
                   object.at(object.root["metadata"]["namespace"]), "metadata.namespace"});
  }
  return out;
}

}  // namespace

std::string kubectlName(const resource::Key& key) {
  return lowerKind(key) + "/" + key.name;
}

Checked checkManifest(const std::string& yaml, const std::string& sourceName, const std::string& defaultNamespace,
                      const resource::Snapshot& snapshot) {
  Checked out;
  auto objects = resource::parseObjects(yaml, sourceName, defaultNamespace);
  if (!objects) {
    out.problems.push_back(toProblem(objects.error(), sourceName));
    return out;
  }
  out.problems = validateAll(*objects);
  for (auto& problem : missingNamespaces(*objects, snapshot)) out.problems.push_back(std::move(problem));
  if (!anyError(out.problems)) out.objects = std::move(*objects);
  return out;
}

Mesh::ApplyResult applyManifest(resource::Store& store, const std::string& yaml, const std::string& sourceName,
                                const std::string& defaultNamespace) {
  Mesh::ApplyResult result;
  result.revision = store.revision();
  auto checked = checkManifest(yaml, sourceName, defaultNamespace, *store.snapshot());
  result.problems = std::move(checked.problems);
  if (anyError(result.problems)) return result;
  if (checked.objects.empty()) {
    result.problems.push_back({"VARKA0012", "error", "", "no objects in " + sourceName, {}, ""});
    return result;
  }
  std::vector<resource::Key> keys;
  for (const auto& object : checked.objects) keys.push_back(object.key());
  const auto changes = store.apply(std::move(checked.objects), resource::Source::Api);
  for (const auto& key : keys) {
    const auto change = std::find_if(changes.begin(), changes.end(), [&](const auto& each) { return each.object->key() == key; });
    const char* word = change == changes.end()                            ? " unchanged"
                       : change->kind == resource::ChangeKind::Added ? " created"
                                                                          : " configured";
    result.lines.push_back(kubectlName(key) + word);
  }
  result.revision = store.revision();
  return result;
}

Mesh::ApplyResult removeObject(resource::Store& store, const resource::Key& key) {
  Mesh::ApplyResult result;
  if (!store.snapshot()->find(key)) {
    const std::string plural = lowerKind(key);
    result.problems.push_back({"VARKA0013", "error", key.text(), plural + " \"" + key.name + "\" not found", {}, ""});
  } else if (auto removed = store.remove(key); !removed) {
    result.problems.push_back({"VARKA0013", "error", key.text(), removed.error().message, {}, ""});
  } else {
    result.lines.push_back(lowerKind(key) + " \"" + key.name + "\" deleted");
  }
  result.revision = store.revision();
  return result;
}

}  // namespace varka::mesh
