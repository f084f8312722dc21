#include <cstdio>
#include <set>

#include "app/commands/commands.h"
#include "app/manifests.h"
#include "core/mesh/problems.h"
#include "core/resource/project.h"
#include "core/resource/yaml.h"

namespace varka::app {
namespace {

/// A short form is checked by the loader, from its folder; a manifest by parser and galley.
std::vector<mesh::ProblemView> problemsOf(const Manifest& manifest) {
  const auto documents = resource::parseYaml(manifest.text, manifest.name);
  if (!documents) return {mesh::toProblem(documents.error(), manifest.name)};
  for (const auto& document : *documents) {
    if (document["kind"].text() != "Mesh" || !document["apiVersion"].text().starts_with("varka.dev/")) continue;
    const auto loaded = resource::loadProject(manifest.name);
    auto out = mesh::validateAll(loaded.project.objects);
    for (const auto& problem : loaded.problems) out.push_back(mesh::toProblem(problem));
    return out;
  }
  const auto objects = resource::parseObjects(manifest.text, manifest.name);
  if (!objects) return {mesh::toProblem(objects.error(), manifest.name)};
  return mesh::validateAll(*objects);
}

int validate(const Invocation& invocation) {
  auto paths = invocation.all("filename");
  paths.insert(paths.end(), invocation.positional().begin(), invocation.positional().end());
  const auto manifests = readManifests(paths);
  if (!manifests) return complain(kUsage, manifests.error().message);
  int code = kOk;
  for (const auto& manifest : *manifests) {
    const auto problems = problemsOf(manifest);
    if (!problems.empty()) std::fprintf(stderr, "%s\n", mesh::describe(problems).c_str());
    const bool bad = mesh::anyError(problems);
    if (bad) code = kFailed;
    std::printf("%s: %s\n", manifest.name.c_str(), bad ? "rejected" : "valid");
  }
  return code;
}

}  // namespace

Command validateCommand() {
  return {"validate", "-f FILE|DIR|-", "Accepts or rejects manifests, each error with file:line:column; needs no running mesh",
          {{"filename", 'f', "FILE", "may be repeated"}}, validate};
}

}  // namespace varka::app
