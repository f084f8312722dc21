#include "ui/routes/weight_edit.h"

#include "core/resource/splice.h"
#include "core/resource/yaml.h"

namespace varka::ui {
namespace {

Result<int> documentOf(const std::string& text, const resource::Key& key) {
  const auto documents = resource::parseYaml(text, "text");
  if (!documents) return fail(documents.error());
  for (std::size_t i = 0; i < documents->size(); ++i) {
    const auto& document = (*documents)[i];
    const std::string ns = document["metadata"]["namespace"].asString();
    if (document["kind"].asString() == key.kind && document["metadata"]["name"].asString() == key.name &&
        (ns.empty() || ns == key.ns))
      return static_cast<int>(i);
  }
  return fail(key.text() + " is not in this file any more: it was changed outside; look again and repeat the edit");
}

}  // namespace

Result<QString> withWeights(const QString& text, const resource::Key& key, const RouteRule& rule,
                            const std::vector<int>& weights) {
  const std::string yaml = text.toStdString();
  const auto document = documentOf(yaml, key);
  if (!document) return fail(document.error());
  std::vector<resource::Splice> splices;
  for (std::size_t i = 0; i < weights.size() && i < rule.destinations.size(); ++i) {
    const auto& destination = rule.destinations[i];
    if (destination.weightWritten && destination.weight == weights[i]) continue;
    auto splice = resource::setScalar(yaml, *document, destination.weightPath.toStdString(), resource::Value(weights[i]));
    if (!splice) return fail(splice.error());
    splices.push_back(std::move(*splice));
  }
  return QString::fromStdString(resource::applySplices(yaml, std::move(splices)));
}

QStringList changedLines(const QString& before, const QString& after, int limit) {
  const QStringList old = before.split(u'\n');
  const QStringList now = after.split(u'\n');
  QStringList out;
  if (old.size() == now.size()) {
    for (qsizetype i = 0; i < old.size() && out.size() < limit; ++i)
      if (old[i] != now[i]) out << "- " + old[i].trimmed() << "+ " + now[i].trimmed();
    return out;
  }
  qsizetype head = 0;
  while (head < old.size() && head < now.size() && old[head] == now[head]) ++head;
  qsizetype tail = 0;
  while (tail < old.size() - head && tail < now.size() - head && old[old.size() - 1 - tail] == now[now.size() - 1 - tail])
    ++tail;
  for (qsizetype i = head; i < old.size() - tail && out.size() < limit; ++i) out << "- " + old[i].trimmed();
  for (qsizetype i = head; i < now.size() - tail && out.size() < limit; ++i) out << "+ " + now[i].trimmed();
  return out;
}

}  // namespace varka::ui
