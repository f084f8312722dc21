#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/commands/commands.h"
#include "core/launcher/launcher.h"
#include "core/mesh/locations.h"

namespace varka::app {
namespace {

int doctor(const Invocation& invocation) {
  const auto report = launcher::doctor(mesh::programDirectory() + "/varka-pod");
  if (invocation.value("output") == "json") {
    const nlohmann::json out{{"capture",
                              {{"mode", report.mode},
                               {"namespaces", report.namespaces},
                               {"step", report.step},
                               {"error", report.error},
                               {"advice", report.advice},
                               {"warnings", report.warnings}}},
                             {"samples", mesh::samplesDirectory()},
                             {"runtime", mesh::runtimeBase()}};
    std::puts(out.dump(2).c_str());
    return kOk;
  }
  std::printf("capture: %s\n", report.mode.c_str());
  if (!report.namespaces) {
    std::printf("  pods without namespaces, since %s failed: %s\n  %s\n", report.step.c_str(), report.error.c_str(), report.advice.c_str());
  }
  for (const auto& warning : report.warnings) std::printf("  note: %s\n", warning.c_str());
  std::printf("sockets: %s\nsamples: %s\n", mesh::runtimeBase().c_str(), mesh::samplesDirectory().c_str());
  return kOk;
}

}  // namespace

Command doctorCommand() {
  return {"doctor", "[-o json]", "What this machine allows, with the remedy for what it does not", {{"output", 'o', "json", "for scripts"}}, doctor};
}

}  // namespace varka::app
