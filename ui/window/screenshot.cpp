#include "ui/window/screenshot.h"

#include <QApplication>
#include <QPixmap>
#include <algorithm>
#include <cstdio>

#include "ui/models/traffic_model.h"
#include "ui/window/main_window.h"

namespace varka::ui {
namespace {
constexpr int kPollMs = 100;
constexpr int kDeadlineMs = 30'000;
constexpr std::size_t kEnoughRows = 40;
constexpr int kSettledTicks = 20;  // two seconds of steady state: numbers, particles and fades have come
}  // namespace

Screenshot::Screenshot(MeshClient& client, MainWindow& window, const WindowOptions& options)
    : client_(client), window_(window), options_(options) {
  if (options.sampleLoadRps <= 0 && !options.mesh.project.empty()) client.setSampleLoad(5, {});
  connect(&poll_, &QTimer::timeout, this, &Screenshot::check);
  poll_.start(kPollMs);
  waited_.start();
}

bool Screenshot::ready() const {
  if (options_.mesh.project.empty()) return true;
  if (!client_.startError().isEmpty()) return true;
  const auto view = client_.view();
  const bool up = !view->pods.empty() && std::all_of(view->pods.begin(), view->pods.end(), [](const auto& pod) { return pod.state == "ready"; });
  const auto* page = window_.currentView();
  return up && window_.models().traffic.rows().size() >= kEnoughRows && (!page || page->settled());
}

void Screenshot::check() {
  settledTicks_ = ready() ? settledTicks_ + 1 : 0;
  const bool late = waited_.elapsed() > kDeadlineMs;
  if (settledTicks_ < kSettledTicks && !late) return;
  if (late) std::fprintf(stderr, "varka: the mesh was not quiet after 30 s; the picture shows it as it is\n");
  poll_.stop();
  select();
  QTimer::singleShot(600, this, &Screenshot::take);  // two animation frames and the inspector's second
}

/// The wanted request; else the newest error; else the newest with the longest decision list.
bool Screenshot::select() {
  const auto& rows = window_.models().traffic.rows();
  TrafficRowPtr best;
  const auto better = [](const TrafficRowPtr& a, const TrafficRowPtr& b) {
    return std::pair(isError(a->record), a->record.steps.size()) > std::pair(isError(b->record), b->record.steps.size());
  };
  for (auto at = rows.rbegin(); at != rows.rend(); ++at) {
    if (!options_.selectRequest.empty() && (*at)->record.id == options_.selectRequest) {
      best = *at;
      break;
    }
    if (!best || better(*at, best)) best = *at;
  }
  if (!best) return false;
  window_.selection().selectRequest(best);
  return true;
}

void Screenshot::take() {
  const bool saved = window_.grab().save(QString::fromStdString(options_.screenshotFile), "PNG");
  if (!saved) std::fprintf(stderr, "varka: cannot write %s\n", options_.screenshotFile.c_str());
  connect(&client_, &MeshClient::stopped, qApp, [saved] { QApplication::exit(saved ? 0 : 1); });
  QTimer::singleShot(12'000, qApp, [saved] { QApplication::exit(saved ? 0 : 1); });
  client_.stop();
}

}  // namespace varka::ui
