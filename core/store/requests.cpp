#include <QVariant>
#include <algorithm>
#include <limits>

#include "core/store/database.h"
#include "core/store/tables.h"

namespace varka::store {
namespace {

constexpr int kMaxRows = 20000;

Request rowOf(const QSqlQuery& query) {
  const auto string = [&](int column) { return query.value(column).toString().toStdString(); };
  Request row;
  row.timeMs = query.value(0).toLongLong();
  row.durationUs = query.value(1).toLongLong();
  row.id = string(2);
  row.traceId = string(3);
  row.from = string(4);
  row.to = string(5);
  row.side = string(6);
  row.status = query.value(7).toInt();
  row.origin = string(8);
  row.json = string(9);
  return row;
}

}  // namespace

Result<> insert(Database& db, const std::vector<Request>& rows) {
  auto query = db.prepare(
      "INSERT INTO requests (time_ms, duration_us, request_id, trace_id, source, target, side, status, "
      "origin, record)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!query) return fail(query.error());
  for (const auto& row : rows) {
    query->bindValue(0, static_cast<qlonglong>(row.timeMs));
    query->bindValue(1, static_cast<qlonglong>(row.durationUs));
    query->bindValue(2, text(row.id));
    query->bindValue(3, text(row.traceId));
    query->bindValue(4, text(row.from));
    query->bindValue(5, text(row.to));
    query->bindValue(6, text(row.side));
    query->bindValue(7, row.status);
    query->bindValue(8, text(row.origin));
    query->bindValue(9, text(row.json));
    if (auto done = execute(*query); !done) return done;
  }
  return {};
}

Result<std::vector<Request>> selectRequests(Database& db, const RequestQuery& wanted) {
  std::string sql =
      "SELECT time_ms, duration_us, request_id, trace_id, source, target, side, status, origin, record FROM "
      "requests"
      " WHERE time_ms >= ? AND time_ms < ? AND status >= ?";
  if (!wanted.id.empty()) sql += " AND (request_id = ? OR trace_id = ?)";
  if (!wanted.from.empty()) sql += " AND source = ?";
  if (!wanted.to.empty()) sql += " AND target = ?";
  sql += " ORDER BY time_ms DESC, id DESC LIMIT ?";
  auto query = db.prepare(sql.c_str());
  if (!query) return fail(query.error());
  query->addBindValue(static_cast<qlonglong>(wanted.fromMs));
  query->addBindValue(wanted.toMs > 0 ? static_cast<qlonglong>(wanted.toMs)
                                      : std::numeric_limits<qlonglong>::max());
  query->addBindValue(wanted.minStatus);
  for (const auto& value : {wanted.id, wanted.id, wanted.from, wanted.to})
    if (!value.empty()) query->addBindValue(text(value));
  query->addBindValue(std::clamp(wanted.limit, 0, kMaxRows));
  if (auto done = execute(*query); !done) return fail(done.error());
  std::vector<Request> out;
  while (query->next()) out.push_back(rowOf(*query));
  return out;
}

Result<bool> pruneOldestRequests(Database& db) {
  const auto oldest = db.number(QStringLiteral("SELECT min(id) FROM requests"));
  const auto newest = db.number(QStringLiteral("SELECT max(id) FROM requests"));
  if (!oldest) return fail(oldest.error());
  if (!newest) return fail(newest.error());
  if (*newest == 0) return false;
  const auto last = *oldest + (*newest - *oldest) / 10;
  if (auto done = db.run(QStringLiteral("DELETE FROM requests WHERE id <= %1").arg(last)); !done)
    return fail(done.error());
  return true;
}

}  // namespace varka::store
