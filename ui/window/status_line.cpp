#include "ui/window/status_line.h"

#include <QDateTime>
#include <QLabel>
#include <QTimer>

#include "ui/models/format.h"

namespace varka::ui {

StatusLine::StatusLine(MeshClient& client, QWidget* parent)
    : QStatusBar(parent), client_(client), certificates_(new QLabel(this)), traffic_(new QLabel(this)), processes_(new QLabel(this)) {
  setFixedHeight(24);
  setSizeGripEnabled(false);
  for (auto* label : {certificates_, traffic_, processes_}) {
    label->setContentsMargins(8, 0, 16, 0);
    label->setMinimumWidth(1);
    addWidget(label);
  }
  auto* everySecond = new QTimer(this);
  everySecond->setInterval(1000);
  connect(everySecond, &QTimer::timeout, this, &StatusLine::update);
  everySecond->start();
  connect(&client, &MeshClient::viewChanged, this, &StatusLine::update);
  connect(&client, &MeshClient::failed, this, [this](const QString& message) { showMessage(message, 8000); });
  update();
}

void StatusLine::update() {
  const auto view = client_.view();
  certificates_->setText(certificates(*view));
  traffic_->setText(traffic());
  processes_->setText(processes(*view));
}

QString StatusLine::certificates(const mesh::MeshView& view) const {
  const auto now = QDateTime::currentMSecsSinceEpoch();
  const mesh::CertificateView* root = nullptr;
  const mesh::CertificateView* next = nullptr;
  for (const auto& certificate : view.certificates) {
    if (certificate.root) root = &certificate;
    else if (certificate.renewAtMs > 0 && (!next || certificate.renewAtMs < next->renewAtMs)) next = &certificate;
  }
  if (!root) return client_.hasProject() ? tr("CA: not ready yet") : tr("No project open");
  auto text = tr("CA: root valid %1").arg(countdownText(root->notAfterMs - now));
  if (next) text += tr("  ·  next rotation %1 in %2").arg(qs(next->owner), countdownText(std::max<std::int64_t>(next->renewAtMs - now, 1000)));
  return text;
}

QString StatusLine::traffic() const {
  const auto& graph = *client_.graph();
  if (graph.totalRequests == 0) return client_.hasProject() ? tr("no traffic yet") : QString();
  return tr("%1 requests  ·  %2  ·  p95 %3  ·  %4 err")
      .arg(withThousands(graph.totalRequests), rateText(graph.totalRps),
           durationText(static_cast<std::int64_t>(graph.p95Ms * 1000)), percentText(graph.totalErrorShare));
}

QString StatusLine::processes(const mesh::MeshView& view) const {
  if (view.proxies.empty()) return {};
  auto text = tr("%1 proxies").arg(view.proxies.size());
  if (view.rssKiB > 0) text += tr("  ·  %1 memory  ·  %2 CPU").arg(kibText(view.rssKiB), percentText(view.cpuPercent / 100));
  if (!view.captureMode.empty()) text += tr("  ·  capture: %1").arg(qs(view.captureMode));
  return text;
}

}  // namespace varka::ui
