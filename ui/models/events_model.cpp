#include "ui/models/events_model.h"

#include <algorithm>

#include "ui/models/format.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace varka::ui {
namespace {

const char* severityIcon(const std::string& severity) {
  return severity == "error" ? "cross" : severity == "warning" ? "problem" : "info";
}

QColor severityColor(const std::string& severity) {
  return severity == "error" ? tokens().failing : severity == "warning" ? tokens().degraded : tokens().secondary;
}

int rank(const mesh::ProblemView& problem) {
  return problem.severity == "error" ? 0 : problem.severity == "warning" ? 1 : 2;
}

bool sameProblem(const mesh::ProblemView& a, const mesh::ProblemView& b) {
  return a.code == b.code && a.object == b.object && a.message == b.message && a.origin.mark.line == b.origin.mark.line;
}

}  // namespace

EventsModel::EventsModel(MeshClient& client, QObject* parent) : QAbstractTableModel(parent) {
  connect(&client, &MeshClient::event, this, &EventsModel::append);
}

void EventsModel::append(const mesh::EventView& event) {
  if (events_.size() >= kLimit) {
    beginRemoveRows({}, 0, 0);
    events_.pop_front();
    endRemoveRows();
  }
  const int at = static_cast<int>(events_.size());
  beginInsertRows({}, at, at);
  events_.push_back(event);
  endInsertRows();
}

int EventsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(events_.size());
}

const mesh::EventView* EventsModel::event(int row) const {
  return row >= 0 && row < rowCount() ? &events_[static_cast<std::size_t>(row)] : nullptr;
}

QVariant EventsModel::data(const QModelIndex& index, int role) const {
  const auto* value = event(index.row());
  if (!value) return {};
  if (role == Qt::DecorationRole && index.column() == Kind)
    return icon(severityIcon(value->severity), severityColor(value->severity));
  if (role == Qt::ForegroundRole && index.column() == Place) return tokens().accent;
  if (role == Qt::ToolTipRole && index.column() == Message) return qs(value->message);
  if (role != Qt::DisplayRole) return {};
  switch (index.column()) {
    case Time: return clockText(value->timeMs);
    case Kind: return qs(value->kind);
    case Object: return qs(value->object);
    case Message: return qs(value->message);
    case Place: return qs(value->origin.text());
    default: return {};
  }
}

QVariant EventsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole) return int(Qt::AlignLeft | Qt::AlignVCenter);
  if (role != Qt::DisplayRole) return {};
  const QString titles[] = {tr("Time"), tr("Kind"), tr("Object"), tr("What happened"), tr("Where")};
  return titles[section];
}

ProblemsModel::ProblemsModel(MeshClient& client, QObject* parent) : QAbstractTableModel(parent) {
  connect(&client, &MeshClient::viewChanged, this, [this](const mesh::MeshViewPtr& view) { setProblems(view->problems); });
  setProblems(client.view()->problems);
}

int ProblemsModel::errors() const {
  return static_cast<int>(std::count_if(problems_.begin(), problems_.end(), [](const auto& p) { return rank(p) == 0; }));
}

void ProblemsModel::setProblems(Problems fresh) {
  std::stable_sort(fresh.begin(), fresh.end(), [](const auto& a, const auto& b) { return rank(a) < rank(b); });
  if (std::equal(fresh.begin(), fresh.end(), problems_.begin(), problems_.end(), sameProblem)) return;
  beginResetModel();
  problems_ = std::move(fresh);
  endResetModel();
}

int ProblemsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(problems_.size());
}

const mesh::ProblemView* ProblemsModel::problem(int row) const {
  return row >= 0 && row < rowCount() ? &problems_[static_cast<std::size_t>(row)] : nullptr;
}

QVariant ProblemsModel::data(const QModelIndex& index, int role) const {
  const auto* value = problem(index.row());
  if (!value) return {};
  if (role == Qt::DecorationRole && index.column() == Severity)
    return icon(severityIcon(value->severity), severityColor(value->severity));
  if (role == Qt::ForegroundRole && index.column() == Place) return tokens().accent;
  if (role == Qt::ToolTipRole && index.column() == Message) return qs(value->message);
  if (role != Qt::DisplayRole) return {};
  switch (index.column()) {
    case Severity: return qs(value->severity);
    case Code: return qs(value->code);
    case Object: return qs(value->object);
    case Message: return qs(value->message);
    case Place: return qs(value->origin.text());
    default: return {};
  }
}

QVariant ProblemsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole) return int(Qt::AlignLeft | Qt::AlignVCenter);
  if (role != Qt::DisplayRole) return {};
  const QString titles[] = {tr("Severity"), tr("Code"), tr("Object"), tr("Problem"), tr("Where")};
  return titles[section];
}

}  // namespace varka::ui
