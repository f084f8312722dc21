#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"
#include "app/manifests.h"
#include "app/print.h"

namespace varka::app {
namespace {

int apply(const Invocation& invocation) {
  const auto manifests = readManifests(invocation.all("filename"));
  if (!manifests) return complain(kUsage, manifests.error().message);
  auto client = connectMesh(invocation);
  if (!client) return kNoMesh;
  int code = kOk;
  for (const auto& manifest : *manifests) {
    const auto answer = client->call("apply", {{"yaml", manifest.text}, {"source", manifest.name},
                                               {"namespace", invocation.value("namespace", "default")}});
    if (!answer) return complain(kFailed, answer.error().message);
    for (const auto& problem : (*answer)["problems"]) printProblem(problem);
    for (const auto& line : (*answer)["lines"]) std::puts(line.get<std::string>().c_str());
    if (!answer->value("ok", false)) code = kFailed;
  }
  return code;
}

}  // namespace

Command applyCommand() {
  return {"apply",
          "-f FILE|DIR|- [-n NS]",
          "Creates or changes the objects of manifests",
          {{"filename", 'f', "FILE", "a YAML file, a folder of them, or - for stdin; may be repeated"},
           {"namespace", 'n', "NS", "for objects that name none; default: default"}},
          apply,
          "Each file is taken whole or not at all; errors name file:line:column. What was applied stays in the running\n"
          "mesh; to keep it, save it as a file of the project."};
}

}  // namespace varka::app
