#include "ui/window/screenshot.h"

#include <QApplication>
#include <QCursor>
#include <QPixmap>
#include <algorithm>
#include <cstdio>

#include "ui/models/traffic_model.h"
#include "ui/widgets/theme.h"
#include "ui/window/main_window.h"

namespace varka::ui {
namespace {
constexpr int kPollMs = 100;
constexpr int kDeadlineMs = 30'000;
constexpr std::size_t kEnoughRows = 40;
constexpr int kMomentMs = 600;
constexpr int kLeaveDeadlineMs = 12'000;
constexpr int kSettledTicks = 20;  // two seconds of steady state: numbers, particles and fades have come
}  // namespace

Screenshot::Screenshot(MeshClient& client, MainWindow& window, const WindowOptions& options)
    : client_(client), window_(window), options_(options) {
  for (const auto& view : QString::fromStdString(options.view.empty() ? "graph" : options.view).split(u','))
    for (const auto& theme : QString::fromStdString(options.theme.empty() ? "light" : options.theme).split(u','))
      shots_.push_back({view, theme, QString::fromStdString(options.screenshotFile).replace("%v", view).replace("%t", theme)});
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
  show(0);
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

void Screenshot::show(std::size_t shot) {
  Theme::instance().setMode(themeModeFromName(shots_[shot].theme));
  window_.showView(shots_[shot].view);
  // Two animation frames and the inspector's second: a picture shows a moment, there is no condition to wait for.
  QTimer::singleShot(kMomentMs, this, [this, shot] { take(shot); });
}

void Screenshot::take(std::size_t shot) {
  QCursor::setPos(window_.mapToGlobal(QPoint(window_.width() - 4, window_.height() - 4)));  // nothing looks hovered
  if (!window_.grab().save(shots_[shot].file, "PNG")) {
    std::fprintf(stderr, "varka: cannot write %s\n", qPrintable(shots_[shot].file));
    saved_ = false;
  }
  if (shot + 1 < shots_.size()) return show(shot + 1);
  finish();
}

void Screenshot::finish() {
  const int code = saved_ ? 0 : 1;
  connect(&client_, &MeshClient::stopped, qApp, [code] { QApplication::exit(code); });
  QTimer::singleShot(kLeaveDeadlineMs, qApp, [code] { QApplication::exit(code); });
  client_.stop();
}

}  // namespace varka::ui
