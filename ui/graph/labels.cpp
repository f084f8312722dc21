#include "ui/graph/labels.h"

#include <QStringList>
#include <algorithm>
#include <tuple>

#include "ui/models/format.h"
#include "ui/models/traffic_model.h"

namespace varka::ui {
namespace {

using Mtls = mesh::GraphEdge::Mtls;

bool isException(const mesh::GraphEdge& edge) {
  return edge.errorShare >= 0.001 || edge.weightPercent >= 0 || edge.mtls == Mtls::None || edge.mtls == Mtls::Mixed;
}

}  // namespace

std::vector<LabelPill> labelsOf(const SceneEdge& edge, const GraphLayers& layers) {
  const auto& e = edge.link.edge;
  if (edge.link.idle) return {};
  QStringList parts;  // the most telling first: shorter wordings lose the end
  if (layers.routing && e.weightPercent >= 0) parts << significant(e.weightPercent) + QLatin1Char('%');
  if (layers.rate) parts << (e.protocol == "tcp" ? bytesText(e.bytesPerSecond) + QStringLiteral("/s") : rateText(e.rps));
  if (layers.latency && e.p95Ms > 0) parts << QStringLiteral("p95 ") + durationText(static_cast<std::int64_t>(e.p95Ms * 1000));
  LabelPill pill;
  if (layers.errors && e.errorShare >= 0.001) {
    pill.error = errorText(e.errors, e.requests, e.errorShare);
    if (!e.errorOrigin.empty()) pill.error.prepend(qs(e.errorOrigin) + QLatin1Char(' '));
  }
  pill.lock = e.mtls != Mtls::Unknown;
  std::vector<LabelPill> wordings;
  const auto shortest = pill.error.isEmpty() ? 1 : 0;
  for (auto count = parts.size(); count >= shortest; --count) {
    pill.lead = parts.mid(0, count).join(QStringLiteral(" · "));
    if (!pill.lead.isEmpty() || !pill.error.isEmpty()) wordings.push_back(pill);
  }
  return wordings;
}

std::vector<std::size_t> labelOrder(const Scene& scene, std::size_t limit) {
  std::vector<std::size_t> order(scene.edges.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto key = [&scene](std::size_t index) {
    const auto& e = scene.edges[index].link.edge;
    return std::tuple(e.errorShare >= 0.001, e.weightPercent >= 0, e.mtls == Mtls::None || e.mtls == Mtls::Mixed, e.rps + e.bytesPerSecond / 10000);
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) > key(b); });
  std::size_t plain = 0;
  std::erase_if(order, [&](std::size_t index) { return !isException(scene.edges[index].link.edge) && ++plain > limit; });
  return order;
}

std::vector<QRectF> labelObstacles(const Scene& scene, const Camera& camera) {
  std::vector<QRectF> taken;
  for (const auto& node : scene.nodes) {
    auto box = camera.toScreen(node.box).adjusted(-3, -3, 3, 3);
    if (!node.item.badges.empty()) box.setTop(box.top() - 9);
    taken.push_back(box);
  }
  for (const auto& group : scene.groups) {
    const auto corner = camera.toScreen(group.box.topLeft());
    taken.emplace_back(corner.x(), corner.y() - (camera.scale >= 0.75 ? 0 : 10), 24 + 7.0 * static_cast<double>(group.ns.size()), 22);
  }
  return taken;
}

bool placeOne(LabelPill& pill, const SceneEdge& edge, const Camera& camera, QSizeF size, const std::vector<QRectF>& taken) {
  static constexpr double kPlaces[] = {0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82};
  for (const double place : kPlaces) {
    const auto centre = camera.toScreen(edge.at(place));
    const QRectF box(centre.x() - size.width() / 2, centre.y() - size.height() / 2, size.width(), size.height());
    if (std::any_of(taken.begin(), taken.end(), [&](const QRectF& other) { return other.intersects(box); })) continue;
    pill.box = box;
    return true;
  }
  return false;
}

}  // namespace varka::ui
