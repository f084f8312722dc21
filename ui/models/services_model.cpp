#include "ui/models/services_model.h"

#include <QDateTime>
#include <algorithm>
#include <set>

#include "ui/models/format.h"
#include "ui/models/health.h"

namespace varka::ui {
namespace {

/// The key a row keeps its place by.
std::string keyOf(const PodRow& row) {
  return row.pod.workload + "/" + row.pod.name;
}

QString portsText(const mesh::MeshView& view, const mesh::PodView& pod) {
  QStringList parts;
  for (const auto& service : view.services) {
    if (service.ns != pod.ns || std::find(service.pods.begin(), service.pods.end(), pod.name) == service.pods.end()) continue;
    for (const auto& port : service.ports) parts << QString::number(port.port);
  }
  parts.removeDuplicates();
  return parts.join(QStringLiteral(", "));
}

const char* const kTitles[] = {
    QT_TRANSLATE_NOOP("ServicesModel", "Service"), QT_TRANSLATE_NOOP("ServicesModel", "State"),
    QT_TRANSLATE_NOOP("ServicesModel", "Ports"),
    QT_TRANSLATE_NOOP("ServicesModel", "Pid"),     QT_TRANSLATE_NOOP("ServicesModel", "Uptime"),
    QT_TRANSLATE_NOOP("ServicesModel", "Restarts"), QT_TRANSLATE_NOOP("ServicesModel", "CPU"),
    QT_TRANSLATE_NOOP("ServicesModel", "Memory"),  QT_TRANSLATE_NOOP("ServicesModel", "rps"),
    QT_TRANSLATE_NOOP("ServicesModel", "Errors"),  QT_TRANSLATE_NOOP("ServicesModel", "Last event")};

bool isNumeric(int column) {
  return column == ServicesModel::Pid || (column >= ServicesModel::Uptime && column <= ServicesModel::Errors);
}

}  // namespace

ServicesModel::ServicesModel(MeshClient& client, QObject* parent) : QAbstractItemModel(parent), client_(client) {
  connect(&client, &MeshClient::viewChanged, this, &ServicesModel::update);
  connect(&client, &MeshClient::graphChanged, this, &ServicesModel::update);
  connect(&client, &MeshClient::event, this, &ServicesModel::noteEvent);
}

void ServicesModel::noteEvent(const mesh::EventView& event) {
  const auto slash = event.object.rfind('/');  // "Pod default/reviews-v1-7d4b9c"
  lastEvents_[slash == std::string::npos ? event.object : event.object.substr(slash + 1)] = qs(event.message);
}

std::vector<ServicesModel::Group> ServicesModel::collect() const {
  const auto view = client_.view();
  std::map<std::string, const mesh::GraphNode*> nodes;
  for (const auto& node : client_.graph()->nodes) nodes[node.id] = &node;

  std::map<std::string, std::vector<PodRow>> byNamespace;
  std::set<std::string> withPods;
  const auto add = [&](const mesh::PodView& pod) {
    PodRow row;
    row.pod = pod;
    const auto node = nodes.find(workloadNodeId(pod.ns, pod.workload));
    auto traffic = mesh::Health::Unknown;
    if (node != nodes.end()) {
      traffic = node->second->health;
      row.rps = node->second->rps;
      row.errorShare = node->second->errorShare;
    }
    row.health = podHealth(pod, traffic);
    row.ports = portsText(*view, pod);
    const auto event = lastEvents_.find(pod.name);
    if (event != lastEvents_.end()) row.lastEvent = event->second;
    byNamespace[pod.ns].push_back(std::move(row));
  };
  for (const auto& pod : view->pods) {
    withPods.insert(workloadNodeId(pod.ns, pod.workload));
    add(pod);
  }
  for (const auto& object : view->objects) {
    if (object.kind != "Deployment" || withPods.contains(workloadNodeId(object.ns, object.name))) continue;
    mesh::PodView pod;
    pod.ns = object.ns;
    pod.app = pod.workload = object.name;
    pod.state = "stopped";
    add(pod);
  }

  std::vector<Group> groups;
  for (auto& [ns, rows] : byNamespace) {
    std::sort(rows.begin(), rows.end(), [](const PodRow& a, const PodRow& b) { return keyOf(a) < keyOf(b); });
    groups.push_back({qs(ns), std::move(rows)});
  }
  return groups;
}

void ServicesModel::update() {
  mergeGroups(collect());
}

void ServicesModel::mergeGroups(std::vector<Group> fresh) {
  const auto has = [](const std::vector<Group>& list, const QString& ns) {
    return std::any_of(list.begin(), list.end(), [&](const Group& g) { return g.ns == ns; });
  };
  for (int i = static_cast<int>(groups_.size()) - 1; i >= 0; --i) {
    if (has(fresh, groups_[static_cast<std::size_t>(i)].ns)) continue;
    beginRemoveRows({}, i, i);
    groups_.erase(groups_.begin() + i);
    endRemoveRows();
  }
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    if (i >= groups_.size() || groups_[i].ns != fresh[i].ns) {
      const int at = static_cast<int>(i);
      beginInsertRows({}, at, at);
      groups_.insert(groups_.begin() + at, std::move(fresh[i]));
      endInsertRows();
    } else {
      mergeRows(static_cast<int>(i), std::move(fresh[i].rows));
    }
  }
}

void ServicesModel::mergeRows(int group, std::vector<PodRow> fresh) {
  auto& rows = groups_[static_cast<std::size_t>(group)].rows;
  const auto parentIndex = index(group, 0);
  const auto has = [](const std::vector<PodRow>& list, const std::string& key) {
    return std::any_of(list.begin(), list.end(), [&](const PodRow& r) { return keyOf(r) == key; });
  };
  for (int i = static_cast<int>(rows.size()) - 1; i >= 0; --i) {
    if (has(fresh, keyOf(rows[static_cast<std::size_t>(i)]))) continue;
    beginRemoveRows(parentIndex, i, i);
    rows.erase(rows.begin() + i);
    endRemoveRows();
  }
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const int at = static_cast<int>(i);
    if (i >= rows.size() || keyOf(rows[i]) != keyOf(fresh[i])) {
      beginInsertRows(parentIndex, at, at);
      rows.insert(rows.begin() + at, std::move(fresh[i]));
      endInsertRows();
    } else {
      rows[i] = std::move(fresh[i]);
    }
  }
  if (!rows.empty())
    Q_EMIT dataChanged(index(0, 0, parentIndex), index(static_cast<int>(rows.size()) - 1, ColumnCount - 1, parentIndex));
}

// Internal ids: 0 = namespace row, n+1 = pod row of namespace n.
QModelIndex ServicesModel::index(int row, int column, const QModelIndex& parent) const {
  if (!hasIndex(row, column, parent)) return {};
  return parent.isValid() ? createIndex(row, column, static_cast<quintptr>(parent.row() + 1)) : createIndex(row, column, quintptr{0});
}

QModelIndex ServicesModel::parent(const QModelIndex& child) const {
  if (!child.isValid() || child.internalId() == 0) return {};
  return createIndex(static_cast<int>(child.internalId()) - 1, 0, quintptr{0});
}

int ServicesModel::rowCount(const QModelIndex& parent) const {
  if (!parent.isValid()) return static_cast<int>(groups_.size());
  if (parent.internalId() != 0 || parent.column() != 0) return 0;
  return static_cast<int>(groups_[static_cast<std::size_t>(parent.row())].rows.size());
}

const PodRow* ServicesModel::row(const QModelIndex& index) const {
  if (!index.isValid() || index.internalId() == 0) return nullptr;
  const auto& rows = groups_[static_cast<std::size_t>(index.internalId()) - 1].rows;
  const auto at = static_cast<std::size_t>(index.row());
  return at < rows.size() ? &rows[at] : nullptr;
}

QVariant ServicesModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const PodRow* pod = row(index);
  if (!pod) {
    const auto& group = groups_[static_cast<std::size_t>(index.row())];
    if (role == Qt::DisplayRole || role == SortRole) return index.column() == Name ? QVariant(group.ns) : QVariant();
    return {};
  }
  switch (role) {
    case Qt::DisplayRole: return text(*pod, index.column());
    case SortRole: return sortValue(*pod, index.column());
    case HealthRole: return static_cast<int>(pod->health);
    case Qt::TextAlignmentRole:
      return isNumeric(index.column()) ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::ToolTipRole: return QStringLiteral("%1\n%2").arg(qs(pod->pod.name.empty() ? pod->pod.workload : pod->pod.name), podStateText(pod->pod));
    case Qt::AccessibleTextRole:
      return index.column() == Name ? QStringLiteral("%1 %2, %3").arg(qs(pod->pod.app), qs(pod->pod.version), podStateText(pod->pod))
                                    : text(*pod, index.column()).toString();
    default: return {};
  }
}

QVariant ServicesModel::text(const PodRow& row, int column) const {
  const auto& pod = row.pod;
  const auto number = [](std::int64_t value) { return value > 0 ? QString::number(value) : QStringLiteral("–"); };
  switch (column) {
    case Name: return qs(pod.app.empty() ? pod.workload : pod.version.empty() ? pod.app : pod.app + " " + pod.version);
    case State: return podStateText(pod);
    case Ports: return row.ports;
    case Pid: return number(pod.pid);
    case Uptime: return pod.startedMs > 0 && pod.pid > 0 ? ageText(QDateTime::currentMSecsSinceEpoch() - pod.startedMs) : QStringLiteral("–");
    case Restarts: return QString::number(pod.restarts);
    case Cpu: return pod.pid > 0 ? percentText(pod.cpuPercent / 100) : QStringLiteral("–");
    case Memory: return kibText(pod.rssKiB);
    case Rate: return row.rps < 0.05 ? QStringLiteral("–") : significant(row.rps);
    case Errors: return row.rps < 0.05 ? QStringLiteral("–") : percentText(row.errorShare);
    case LastEvent: return row.lastEvent;
    default: return {};
  }
}

QVariant ServicesModel::sortValue(const PodRow& row, int column) const {
  switch (column) {
    case Pid: return QVariant::fromValue(static_cast<qlonglong>(row.pod.pid));
    case Uptime: return QVariant::fromValue(static_cast<qlonglong>(-row.pod.startedMs));
    case Restarts: return row.pod.restarts;
    case Cpu: return row.pod.cpuPercent;
    case Memory: return QVariant::fromValue(static_cast<qlonglong>(row.pod.rssKiB));
    case Rate: return row.rps;
    case Errors: return row.errorShare;
    default: return text(row, column);
  }
}

QVariant ServicesModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) return {};
  if (role == Qt::DisplayRole) return tr(kTitles[section]);
  if (role == Qt::TextAlignmentRole)
    return isNumeric(section) ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
  return {};
}

QModelIndex ServicesModel::indexOfPod(const QString& pod) const {
  const auto name = pod.toStdString();
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (std::size_t r = 0; r < groups_[g].rows.size(); ++r)
      if (groups_[g].rows[r].pod.name == name) return index(static_cast<int>(r), 0, index(static_cast<int>(g), 0));
  return {};
}

QModelIndex ServicesModel::indexOfWorkload(const QString& nodeId) const {
  const auto id = nodeId.toStdString();
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (std::size_t r = 0; r < groups_[g].rows.size(); ++r) {
      const auto& pod = groups_[g].rows[r].pod;
      if (workloadNodeId(pod.ns, pod.workload) == id) return index(static_cast<int>(r), 0, index(static_cast<int>(g), 0));
    }
  return {};
}

int ServicesModel::podCount() const {
  std::size_t count = 0;
  for (const auto& group : groups_) count += group.rows.size();
  return static_cast<int>(count);
}

int ServicesModel::notReadyCount() const {
  std::ptrdiff_t count = 0;
  for (const auto& group : groups_)
    count += std::count_if(group.rows.begin(), group.rows.end(), [](const PodRow& r) { return r.pod.state != "ready"; });
  return static_cast<int>(count);
}

}  // namespace varka::ui
