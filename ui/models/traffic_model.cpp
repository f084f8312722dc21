#include "ui/models/traffic_model.h"

#include <algorithm>
#include <cmath>

#include "ui/models/format.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

const QString kDash = QStringLiteral("—");

struct ColumnEntry {
  const char* title;
  bool number;
  QString (*text)(const mesh::TrafficRow&);
};

QString orDash(const std::string& text) {
  return text.empty() ? kDash : qs(text);
}

/// In the enum's order.
const ColumnEntry kColumns[TrafficModel::ColumnCount] = {
    {QT_TRANSLATE_NOOP("TrafficModel", "Time"), false, [](const auto& r) { return clockText(r.record.startUs / 1000); }},
    {QT_TRANSLATE_NOOP("TrafficModel", "From → To"), false, [](const auto& r) { return qs(r.from) + QStringLiteral(" → ") + qs(r.to); }},
    {QT_TRANSLATE_NOOP("TrafficModel", "Method"), false, [](const auto& r) { return isTcp(r) ? QStringLiteral("TCP") : qs(r.record.method); }},
    {QT_TRANSLATE_NOOP("TrafficModel", "Path"), false, [](const auto& r) { return isTcp(r) ? qs(r.record.upstreamHost) : qs(r.record.path); }},
    {QT_TRANSLATE_NOOP("TrafficModel", "Status"), false, [](const auto& r) { return statusText(r.record); }},
    {QT_TRANSLATE_NOOP("TrafficModel", "Rule"), false, [](const auto& r) { return orDash(r.record.routeName); }},
    {QT_TRANSLATE_NOOP("TrafficModel", "mTLS"), false, [](const auto& r) { return r.record.mtls ? QStringLiteral("mutual") : QStringLiteral("plain"); }},
    {QT_TRANSLATE_NOOP("TrafficModel", "Tries"), true, [](const auto& r) { return QString::number(r.record.attempts); }},
    {QT_TRANSLATE_NOOP("TrafficModel", "Size"), true, [](const auto& r) { return bytesText(static_cast<double>(r.record.bytesSent)); }},
    {QT_TRANSLATE_NOOP("TrafficModel", "Duration"), true, [](const auto& r) { return durationText(r.record.durationUs); }},
};

QueryValue textOf(const std::string& value) {
  return QueryValue::of(qs(value));
}

QString originName(const std::string& origin) {
  return origin.empty() ? QStringLiteral("none") : qs(origin);
}

struct FieldEntry {
  const char* name;
  QueryValue (*read)(const mesh::TrafficRow&);
};

const FieldEntry kFields[] = {
    {"from", [](const auto& r) { return textOf(r.from); }},
    {"to", [](const auto& r) { return textOf(r.to); }},
    {"method", [](const auto& r) { return textOf(r.record.method); }},
    {"path", [](const auto& r) { return textOf(r.record.path); }},
    {"host", [](const auto& r) { return textOf(r.record.authority); }},
    {"status", [](const auto& r) { return QueryValue::of(static_cast<double>(r.record.status)); }},
    {"flags", [](const auto& r) { return textOf(r.record.flags); }},
    {"origin", [](const auto& r) { return QueryValue::of(originName(r.record.origin)); }},
    {"rule", [](const auto& r) { return textOf(r.record.routeName); }},
    {"cluster", [](const auto& r) { return textOf(r.record.clusterName); }},
    {"mtls", [](const auto& r) { return QueryValue::of(r.record.mtls); }},
    {"attempts", [](const auto& r) { return QueryValue::of(static_cast<double>(r.record.attempts)); }},
    {"size", [](const auto& r) { return QueryValue::of(static_cast<double>(r.record.bytesSent)); }},
    {"duration", [](const auto& r) { return QueryValue::of(static_cast<double>(r.record.durationUs) / 1000.0); }},
    {"protocol", [](const auto& r) { return textOf(r.record.protocol); }},
    {"id", [](const auto& r) { return textOf(r.record.id); }},
    {"trace", [](const auto& r) { return textOf(r.record.traceId); }},
    {"error", [](const auto& r) { return QueryValue::of(isError(r.record)); }},
};

bool sameHeader(const std::string& name, const QString& wanted) {
  return qs(name).compare(wanted, Qt::CaseInsensitive) == 0;
}

}  // namespace

QueryValue trafficField(const mesh::TrafficRow& row, const QString& field) {
  if (field.isEmpty())
    return QueryValue::of(qs(row.from + " " + row.to + " " + row.record.method + " " + row.record.path + " " + row.record.authority));
  for (const auto& entry : kFields)
    if (field == QLatin1String(entry.name)) return entry.read(row);
  if (field.startsWith(QLatin1String("header."))) {
    const auto name = field.mid(7);
    for (const auto* headers : {&row.record.requestHeaders, &row.record.responseHeaders})
      for (const auto& [key, value] : *headers)
        if (sameHeader(key, name)) return textOf(value);
  }
  return {};
}

QChar originLetter(const std::string& origin) {
  static const std::pair<const char*, char> kLetters[] = {{"app", 'A'}, {"policy", 'P'}, {"fault", 'F'}, {"network", 'N'},
                                                          {"tls", 'T'}, {"noroute", 'R'}, {"overload", 'O'}};
  for (const auto& [name, letter] : kLetters)
    if (origin == name) return QLatin1Char(letter);
  return {};
}

QString originWord(const std::string& origin) {
  static const std::pair<const char*, const char*> kWords[] = {
      {"app", QT_TRANSLATE_NOOP("TrafficModel", "the application answered so")},
      {"policy", QT_TRANSLATE_NOOP("TrafficModel", "denied by a policy")},
      {"fault", QT_TRANSLATE_NOOP("TrafficModel", "an injected fault")},
      {"network", QT_TRANSLATE_NOOP("TrafficModel", "the connection failed")},
      {"tls", QT_TRANSLATE_NOOP("TrafficModel", "the TLS handshake failed")},
      {"noroute", QT_TRANSLATE_NOOP("TrafficModel", "no route or no endpoint")},
      {"overload", QT_TRANSLATE_NOOP("TrafficModel", "overload protection")}};
  for (const auto& [name, word] : kWords)
    if (origin == name) return TrafficModel::tr(word);
  return qs(origin);
}

bool isError(const xds::RequestRecord& record) {
  if (record.kind == xds::RecordKind::Tcp) return !record.origin.empty();
  return record.status >= 500 || record.status == 0 || (!record.origin.empty() && record.origin != "app" && record.status >= 400);
}

QString statusText(const xds::RequestRecord& record) {
  if (record.kind == xds::RecordKind::Tcp) return record.flags.empty() ? kDash : qs(record.flags);
  auto text = record.status == 0 ? QStringLiteral("no answer") : QString::number(record.status);
  if (!record.flags.empty()) text += QLatin1Char(' ') + qs(record.flags);
  return text;
}

TrafficModel::TrafficModel(TrafficStore& store, QObject* parent) : QAbstractTableModel(parent), store_(store) {
  connect(&store, &TrafficStore::appended, this, &TrafficModel::append);
  connect(&store, &TrafficStore::dropping, this, &TrafficModel::drop);
  connect(&store, &TrafficStore::cleared, this, &TrafficModel::rebuild);
  rebuild();
}

const QStringList& TrafficModel::queryFields() {
  static const QStringList names = [] {
    QStringList list;
    for (const auto& entry : kFields) list << QLatin1String(entry.name);
    return list << QStringLiteral("header.");
  }();
  return names;
}

bool TrafficModel::setQuery(const Query& query) {
  if (!query.isValid()) return false;
  query_ = query;
  rebuild();
  return true;
}

void TrafficModel::setPaused(bool paused) {
  paused_ = paused;
  if (!paused) rebuild();
}

bool TrafficModel::accepts(const mesh::TrafficRow& row) const {
  return query_.isEmpty() || query_.matches([&row](const QString& field) { return trafficField(row, field); });
}

void TrafficModel::append(const mesh::TrafficBatch& batch) {
  if (paused_) return;
  std::vector<TrafficRowPtr> fresh;
  std::copy_if(batch.begin(), batch.end(), std::back_inserter(fresh), [this](const auto& row) { return accepts(*row); });
  if (fresh.empty()) return;
  const int first = rowCount();
  beginInsertRows({}, first, first + static_cast<int>(fresh.size()) - 1);
  rows_.insert(rows_.end(), fresh.begin(), fresh.end());
  endInsertRows();
}

void TrafficModel::drop(std::size_t oldest) {
  // Rows leave in the store's order, so those of ours among them are a prefix.
  const auto& all = store_.rows();
  std::size_t mine = 0;
  for (std::size_t i = 0; i < oldest && mine < rows_.size(); ++i)
    if (all[i] == rows_[mine]) ++mine;
  if (mine == 0) return;
  beginRemoveRows({}, 0, static_cast<int>(mine) - 1);
  rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(mine));
  endRemoveRows();
}

void TrafficModel::rebuild() {
  beginResetModel();
  rows_.clear();
  std::copy_if(store_.rows().begin(), store_.rows().end(), std::back_inserter(rows_), [this](const auto& row) { return accepts(*row); });
  endResetModel();
}

int TrafficModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

TrafficRowPtr TrafficModel::row(int row) const {
  return row >= 0 && row < rowCount() ? rows_[static_cast<std::size_t>(row)] : nullptr;
}

int TrafficModel::indexOf(const TrafficRowPtr& row) const {
  const auto at = std::find_if(rows_.rbegin(), rows_.rend(), [&](const auto& r) { return r == row || (row && r->sequence == row->sequence); });
  return at == rows_.rend() ? -1 : static_cast<int>(std::distance(at, rows_.rend())) - 1;
}

QVariant TrafficModel::data(const QModelIndex& index, int role) const {
  const auto value = row(index.row());
  if (!value) return {};
  const auto column = index.column();
  switch (role) {
    case Qt::DisplayRole: return kColumns[column].text(*value);
    case Qt::TextAlignmentRole: return int(kColumns[column].number ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::ForegroundRole:
      if (column == Status && isError(value->record)) return tokens().failing;
      if (column == Mtls && !value->record.mtls) return tokens().failing;
      if (column == Time || column == Rule) return tokens().secondary;
      return {};
    case Qt::ToolTipRole: return column == Status && !value->record.origin.empty() ? originWord(value->record.origin) : kColumns[column].text(*value);
    case OriginRole: return originLetter(value->record.origin);
    case DurationShareRole:  // log scale: 1 ms … 10 s
      return std::clamp(std::log10(std::max<double>(static_cast<double>(value->record.durationUs), 1000.0) / 1000.0) / 4.0, 0.02, 1.0);
    default: return {};
  }
}

QVariant TrafficModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) return {};
  if (role == Qt::DisplayRole) return tr(kColumns[section].title);
  if (role == Qt::TextAlignmentRole) return int(kColumns[section].number ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter);
  return {};
}

}  // namespace varka::ui
