#include <QCoreApplication>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <set>

#include "app/commands/commands.h"
#include "app/engine.h"
#include "app/print.h"
#include "app/signals.h"
#include "core/mesh/mesh.h"

namespace varka::app {
namespace {

/// Says what happens, one line each, and once how to get in.
class Reporter {
 public:
  void event(const mesh::EventView& event) {
    const auto place = event.origin.text();
    std::string line = timeText(event.timeMs).substr(11) + "  " + (event.severity == "info" ? "" : event.severity + ": ") +
                       (event.object.empty() ? "" : event.object + ": ") + event.message + (place.empty() ? "" : "  [" + place + "]");
    std::puts(line.c_str());
    std::fflush(stdout);
  }

  void view(const mesh::MeshView& view) {
    for (const auto& ingress : view.ingress) {
      if (!announced_.insert(ingress.url).second) continue;
      std::printf("ingress  %s%s\n", ingress.url.c_str(), ingress.path.c_str());
    }
    if (!ready_ && view.state == "running" && !view.pods.empty() && allReady(view)) {
      ready_ = true;
      std::printf("ready    %zu pods in %.1f s; `varka status` shows them, `varka open` here after Ctrl-C shows the window\n", view.pods.size(),
                  elapsedSeconds());
    }
    if (!capture_ && !view.captureMode.empty()) {
      capture_ = true;
      std::printf("capture  %s%s\n", view.captureMode.c_str(), view.captureDetail.empty() ? "" : (": " + view.captureDetail).c_str());
    }
    std::fflush(stdout);
  }

 private:
  static bool allReady(const mesh::MeshView& view) {
    for (const auto& pod : view.pods) {
      if (pod.state != "ready" && pod.state != "stopped") return false;
    }
    return true;
  }
  [[nodiscard]] double elapsedSeconds() const {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec - start_.tv_sec) + static_cast<double>(now.tv_nsec - start_.tv_nsec) / 1e9;
  }
  static timespec monotonic() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now;
  }

  timespec start_ = monotonic();
  std::set<std::string> announced_;
  bool ready_ = false, capture_ = false;
};

int up(const Invocation& invocation) {
  double rps = 0;
  if (const auto text = invocation.value("sample-load", "0"); std::from_chars(text.data(), text.data() + text.size(), rps).ec != std::errc()) {
    return complain(kUsage, "--sample-load is a number of requests per second");
  }
  int argc = 1;
  char name[] = "varka";
  char* argv[] = {name, nullptr};
  QCoreApplication application(argc, argv);

  mesh::Mesh mesh(meshOptions(invocation));
  Reporter reporter;
  QObject::connect(&mesh, &mesh::Mesh::event, &application, [&](const mesh::EventView& event) { reporter.event(event); });
  QObject::connect(&mesh, &mesh::Mesh::viewChanged, &application, [&](const mesh::MeshViewPtr& view) { reporter.view(*view); });
  QObject::connect(&mesh, &mesh::Mesh::stopped, &application, &QCoreApplication::quit);
  if (const auto started = mesh.start(); !started) {
    return complain(kFailed, started.error().message);
  }
  StopSignals signals([&] {
    std::puts("stopping");
    std::fflush(stdout);
    mesh.stop();
  });
  if (rps > 0) mesh.setSampleLoad(rps, invocation.value("load-url"));
  return QCoreApplication::exec();
}

}  // namespace

Command upCommand() {
  return {"up",
          "[DIR|FILE|sample:NAME] [--headless] [--sample-load RPS]",
          "Runs the mesh without the window until Ctrl-C; prints what happens and the address of the ingress",
          withMeshOptions({{"headless", 0, nullptr, "accepted; up never opens a window"},
                           {"sample-load", 0, "RPS", "GETs of the first page of the ingress, for a picture that moves"},
                           {"load-url", 0, "URL", "what --sample-load gets"}}),
          up};
}

}  // namespace varka::app
