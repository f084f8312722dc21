#pragma once
// runWindow: the desktop program. Called by app/ with the parsed options; returns the exit code.

#include <string>

#include "core/mesh/mesh.h"

namespace varka::ui {

struct WindowOptions {
  mesh::MeshOptions mesh;       // an empty project opens the first-run page
  std::string screenshotFile;   // not empty: render a view of the running project to PNG and exit
  std::string view;             // id of the first view, "" = graph
  std::string theme;            // light dark system, "" = the user's setting
  std::string selectRequest;    // request id to select, "" = a sensible one for screenshots
  int width = 1600, height = 1000;
  double sampleLoadRps = 0;
};

int runWindow(int& argc, char** argv, const WindowOptions& options);

}  // namespace varka::ui
