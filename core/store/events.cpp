#include <QVariant>

#include "core/store/database.h"
#include "core/store/tables.h"

namespace varka::store {

Result<> insert(Database& db, const std::vector<Event>& rows) {
  auto query = db.prepare(
      "INSERT INTO events (time_ms, kind, severity, object, message, file, line, col) VALUES (?, ?, ?, ?, ?, "
      "?, ?, ?)");
  if (!query) return fail(query.error());
  for (const auto& row : rows) {
    query->bindValue(0, static_cast<qlonglong>(row.timeMs));
    query->bindValue(1, text(row.kind));
    query->bindValue(2, text(row.severity));
    query->bindValue(3, text(row.object));
    query->bindValue(4, text(row.message));
    query->bindValue(5, text(row.file));
    query->bindValue(6, row.line);
    query->bindValue(7, row.column);
    if (auto done = execute(*query); !done) return done;
  }
  return {};
}

Result<std::vector<Event>> selectEvents(Database& db, int limit) {
  auto query = db.prepare(
      "SELECT time_ms, kind, severity, object, message, file, line, col FROM events ORDER BY id DESC LIMIT "
      "?");
  if (!query) return fail(query.error());
  query->addBindValue(limit);
  if (auto done = execute(*query); !done) return fail(done.error());
  std::vector<Event> out;
  while (query->next()) {
    const auto string = [&](int column) { return query->value(column).toString().toStdString(); };
    out.push_back({query->value(0).toLongLong(), string(1), string(2), string(3), string(4), string(5),
                   query->value(6).toInt(), query->value(7).toInt()});
  }
  return out;
}

Result<> pruneEvents(Database& db) {
  return db.run(
      QStringLiteral("DELETE FROM events WHERE id <= (SELECT max(id) FROM events) - %1").arg(kKeptEvents));
}

}  // namespace varka::store
