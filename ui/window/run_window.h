#pragma once
// The one entry of the window: app/ fills the options, the window runs until it is closed and returns the exit code.

#include <string>

#include "core/mesh/mesh.h"
#include "core/mesh/mesh_thread.h"

namespace varka::ui {

struct WindowOptions {
  mesh::MeshOptions mesh;            // project "" = the first-run cards
  mesh::MeshThread::Attach attach;   // given to each MeshThread the window makes: the control socket of the command line
  std::string screenshotFile;        // render `view` when the mesh is ready and has traffic, then return
  std::string view;                  // "graph" "traffic" "config" "routes" "security" "logs"; "" = graph
  std::string theme;                 // "light" "dark"; "" = the system's
  int width = 1600;
  int height = 1000;
  double sampleLoadRps = 0;
};

/// Makes the QApplication; 0 = closed by the user, 1 = the mesh could not start (already shown).
int runWindow(const WindowOptions& options);

}  // namespace varka::ui
