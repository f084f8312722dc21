#include "ui/graph/graph_find.h"

#include <QStringList>

#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

QString qstring(const std::string& text) {
  return QString::fromStdString(text);
}

QueryValue nodeField(const GraphItem& item, const QString& field) {
  if (field.isEmpty() || field == QLatin1String("name")) return QueryValue::of(item.title + QLatin1Char(' ') + qstring(item.version));
  if (field == QLatin1String("ns")) return QueryValue::of(qstring(item.ns));
  if (field == QLatin1String("version")) return QueryValue::of(qstring(item.version));
  if (field == QLatin1String("kind")) return QueryValue::of(qstring(item.kind));
  if (field == QLatin1String("health")) return QueryValue::of(healthWord(item.health));
  if (field == QLatin1String("rps")) return QueryValue::of(item.rps);
  if (field == QLatin1String("err")) return QueryValue::of(item.errorShare * 100);
  return {};
}

QueryValue edgeField(const Scene& scene, const SceneEdge& edge, const QString& field) {
  const auto& e = edge.link.edge;
  if (field == QLatin1String("from")) return nodeField(scene.nodes[edge.from].item, QStringLiteral("name"));
  if (field == QLatin1String("to")) return nodeField(scene.nodes[edge.to].item, QStringLiteral("name"));
  if (field == QLatin1String("proto")) return QueryValue::of(qstring(e.protocol));
  if (field == QLatin1String("mtls")) return QueryValue::of(e.mtls == mesh::GraphEdge::Mtls::All);
  if (field == QLatin1String("rps")) return QueryValue::of(e.rps);
  if (field == QLatin1String("err")) return QueryValue::of(e.errorShare * 100);
  if (field == QLatin1String("p95")) return QueryValue::of(e.p95Ms);
  if (field == QLatin1String("origin")) return QueryValue::of(qstring(e.errorOrigin));
  return {};
}

}  // namespace

const QStringList& graphQueryFields() {
  static const QStringList names = {QStringLiteral("name"), QStringLiteral("ns"),   QStringLiteral("version"), QStringLiteral("kind"), QStringLiteral("health"),
                                    QStringLiteral("rps"),  QStringLiteral("err"),  QStringLiteral("p95"),     QStringLiteral("from"), QStringLiteral("to"),
                                    QStringLiteral("proto"), QStringLiteral("mtls"), QStringLiteral("origin")};
  return names;
}

std::vector<std::string> findInGraph(const Scene& scene, const Query& query) {
  std::vector<std::string> ids;
  if (query.isEmpty() || !query.isValid()) return ids;
  for (const auto& node : scene.nodes)
    if (query.matches([&](const QString& field) { return nodeField(node.item, field); })) ids.push_back(node.item.id);
  for (const auto& edge : scene.edges)
    if (query.matches([&](const QString& field) { return edgeField(scene, edge, field); })) ids.push_back(edge.link.edge.id);
  return ids;
}

}  // namespace varka::ui
