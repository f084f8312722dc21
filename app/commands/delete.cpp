#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/client.h"
#include "app/commands/commands.h"
#include "app/manifests.h"
#include "app/print.h"

namespace varka::app {
namespace {

using nlohmann::json;

/// "vs reviews ratings", "vs/reviews", or -f files → one request each.
Result<std::vector<json>> requests(const Invocation& invocation) {
  const std::string ns = invocation.value("namespace", "default");
  std::vector<json> out;
  if (invocation.has("filename")) {
    const auto manifests = readManifests(invocation.all("filename"));
    if (!manifests) return fail(manifests.error());
    for (const auto& manifest : *manifests) out.push_back({{"yaml", manifest.text}, {"source", manifest.name}, {"namespace", ns}});
    return out;
  }
  const auto& words = invocation.positional();
  if (words.empty()) return fail("say what: KIND NAME, KIND/NAME or -f FILE");
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (const auto slash = words[i].find('/'); slash != std::string::npos) {
      out.push_back({{"kind", words[i].substr(0, slash)}, {"name", words[i].substr(slash + 1)}, {"namespace", ns}});
    } else if (i > 0) {
      out.push_back({{"kind", words[0]}, {"name", words[i]}, {"namespace", ns}});
    }
  }
  if (out.empty()) return fail("say which: KIND NAME");
  return out;
}

int remove(const Invocation& invocation) {
  const auto wanted = requests(invocation);
  if (!wanted) return complain(kUsage, wanted.error().message);
  auto client = connectMesh(invocation);
  if (!client) return kNoMesh;
  int code = kOk;
  for (const auto& request : *wanted) {
    const auto answer = client->call("delete", request);
    if (!answer) return complain(kFailed, answer.error().message);
    for (const auto& line : (*answer)["lines"]) std::puts(line.get<std::string>().c_str());
    for (const auto& problem : (*answer)["problems"]) {
      const bool missing = problem.value("code", "") == "VARKA0013";
      if (missing && invocation.has("ignore-not-found")) continue;
      printProblem(problem);
      code = kFailed;
    }
  }
  return code;
}

}  // namespace

Command deleteCommand() {
  return {"delete",
          "KIND NAME… | -f FILE|DIR|- [-n NS]",
          "Removes objects",
          {{"filename", 'f', "FILE", "removes every object of the file"},
           {"namespace", 'n', "NS", "default: default"},
           {"ignore-not-found", 0, nullptr, "what is not there is no error"}},
          remove,
          "An object that a project file declares comes back when the file changes; remove it there to be rid of it."};
}

}  // namespace varka::app
