#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "app/commands/commands.h"
#include "app/engine.h"

#ifdef VARKA_GUI
#include "ui/window/run_window.h"
#endif

namespace varka::app {
namespace {

#ifdef VARKA_GUI

bool hasDisplay() {
  for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
    const char* value = std::getenv(name);
    if (value && *value) return true;
  }
  return false;
}

/// "1600x1000".
bool readSize(const std::string& text, int& width, int& height) {
  const auto cross = text.find('x');
  if (cross == std::string::npos) return false;
  const auto first = std::from_chars(text.data(), text.data() + cross, width);
  const auto second = std::from_chars(text.data() + cross + 1, text.data() + text.size(), height);
  return first.ec == std::errc() && second.ec == std::errc() && width > 0 && height > 0;
}

int open(const Invocation& invocation) {
  ui::WindowOptions options;
  options.screenshotFile = invocation.value("screenshot");
  if (!options.screenshotFile.empty() && !hasDisplay()) ::setenv("QT_QPA_PLATFORM", "offscreen", 1);
  if (!hasDisplay()) {
    return complain(kUsage, "there is no display here; run the mesh without the window: varka up " + invocation.positional(0));
  }
  if (!readSize(invocation.value("size", "1600x1000"), options.width, options.height)) return complain(kUsage, "--size is WIDTHxHEIGHT");
  const auto rps = invocation.value("sample-load", "0");
  std::from_chars(rps.data(), rps.data() + rps.size(), options.sampleLoadRps);
  options.view = invocation.value("view");
  options.theme = invocation.value("theme");
  options.selectRequest = invocation.value("request");
  options.mesh = meshOptions(invocation);
  int argc = 1;
  char name[] = "varka";
  char* argv[] = {name, nullptr};
  return ui::runWindow(argc, argv, options);
}

#else

int open(const Invocation& invocation) {
  return complain(kUsage, "this build has no window (VARKA_GUI=OFF); run: varka up " + invocation.positional(0));
}

#endif

}  // namespace

Command openCommand() {
  return {"open",
          "[DIR|FILE|sample:NAME]",
          "Opens the window on a project; without one it offers the samples",
          withMeshOptions({{"screenshot", 0, "FILE", "renders views of the running project to PNG and ends"},
                           {"view", 0, "NAME", "graph, services, traffic, logs, config, routes or security"},
                           {"size", 0, "WxH", "of the window; default 1600x1000"},
                           {"theme", 0, "THEME", "light or dark; default: the system's"},
                           {"request", 0, "ID", "the request to select"},
                           {"sample-load", 0, "RPS", "GETs of the first page of the ingress"}}),
          open};
}

}  // namespace varka::app
