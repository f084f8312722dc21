#include <cstdio>

#include "app/commands/commands.h"
#include "core/mesh/locations.h"
#include "core/mesh/mesh.h"
#include "core/mesh/problems.h"
#include "core/resource/project.h"

namespace varka::app {
namespace {

int render(const Invocation& invocation) {
  mesh::MeshOptions options;
  options.project = invocation.positional().empty() ? invocation.value("project") : invocation.positional(0);
  const auto located = mesh::locate(options);
  if (!located) return complain(kUsage, located.error().message);
  const auto loaded = resource::loadProject(located->project);
  std::vector<mesh::ProblemView> problems;
  for (const auto& problem : loaded.problems) problems.push_back(mesh::toProblem(problem));
  if (!problems.empty()) {
    std::fprintf(stderr, "%s\n", mesh::describe(problems).c_str());
    return kFailed;
  }
  std::fputs(resource::renderProject(loaded.project).c_str(), stdout);
  return kOk;
}

}  // namespace

Command renderCommand() {
  return {"render", "[DIR|FILE|sample:NAME]", "Prints the Kubernetes manifests that the short form stands for", {}, render};
}

}  // namespace varka::app
