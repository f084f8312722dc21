#include <QVariant>
#include <map>

#include "core/store/database.h"
#include "core/store/tables.h"

namespace varka::store {

Result<std::int64_t> beginSession(Database& db, std::int64_t nowMs) {
  auto query = db.prepare("INSERT INTO sessions (started_ms) VALUES (?)");
  if (!query) return fail(query.error());
  query->addBindValue(static_cast<qlonglong>(nowMs));
  if (auto done = execute(*query); !done) return fail(done.error());
  return query->lastInsertId().toLongLong();
}

Result<> insert(Database& db, const std::vector<Revision>& rows) {
  // REPLACE: a batch that failed half-way and is tried again must not stumble over itself.
  auto revision =
      db.prepare("INSERT OR REPLACE INTO revisions (session, revision, time_ms, cause) VALUES (?, ?, ?, ?)");
  if (!revision) return fail(revision.error());
  auto object = db.prepare(
      "INSERT OR REPLACE INTO revision_objects (session, key, revision, yaml) VALUES (?, ?, ?, ?)");
  if (!object) return fail(object.error());
  for (const auto& row : rows) {
    revision->bindValue(0, static_cast<qlonglong>(row.session));
    revision->bindValue(1, static_cast<qulonglong>(row.revision));
    revision->bindValue(2, static_cast<qlonglong>(row.timeMs));
    revision->bindValue(3, text(row.cause));
    if (auto done = execute(*revision); !done) return done;
    for (const auto& changed : row.changed) {
      object->bindValue(0, static_cast<qlonglong>(row.session));
      object->bindValue(1, text(changed.key));
      object->bindValue(2, static_cast<qulonglong>(row.revision));
      object->bindValue(3, changed.yaml.empty() ? QVariant() : QVariant(text(changed.yaml)));
      if (auto done = execute(*object); !done) return done;
    }
  }
  return {};
}

Result<std::vector<Revision>> selectRevisions(Database& db, int limit) {
  auto query = db.prepare(
      "SELECT r.session, r.revision, r.time_ms, r.cause, o.key FROM"
      " (SELECT * FROM revisions ORDER BY session DESC, revision DESC LIMIT ?) r"
      " LEFT JOIN revision_objects o ON o.session = r.session AND o.revision = r.revision"
      " ORDER BY r.session DESC, r.revision DESC, o.key");
  if (!query) return fail(query.error());
  query->addBindValue(limit);
  if (auto done = execute(*query); !done) return fail(done.error());
  std::vector<Revision> out;
  while (query->next()) {
    const auto session = query->value(0).toLongLong();
    const auto revision = query->value(1).toULongLong();
    if (out.empty() || out.back().session != session || out.back().revision != revision) {
      out.push_back(
          {session, revision, query->value(2).toLongLong(), query->value(3).toString().toStdString(), {}});
    }
    if (!query->value(4).isNull())
      out.back().changed.push_back({query->value(4).toString().toStdString(), {}});
  }
  return out;
}

Result<std::vector<RevisionObject>> selectObjectsAt(Database& db, std::int64_t session,
                                                    std::uint64_t revision) {
  // SQLite takes the bare column `yaml` from the row that has the maximum (its documented behaviour).
  auto query = db.prepare(
      "SELECT key, yaml, max(revision) FROM revision_objects WHERE session = ? AND revision <= ? GROUP BY "
      "key ORDER BY key");
  if (!query) return fail(query.error());
  query->addBindValue(static_cast<qlonglong>(session));
  query->addBindValue(static_cast<qulonglong>(revision));
  if (auto done = execute(*query); !done) return fail(done.error());
  std::vector<RevisionObject> out;
  while (query->next()) {
    if (query->value(1).isNull()) continue;
    out.push_back({query->value(0).toString().toStdString(), query->value(1).toString().toStdString()});
  }
  return out;
}

Result<std::string> selectTextAt(Database& db, std::int64_t session, std::uint64_t revision,
                                 const std::string& key) {
  auto query = db.prepare(
      "SELECT yaml FROM revision_objects WHERE session = ? AND key = ? AND revision <= ? ORDER BY revision "
      "DESC LIMIT 1");
  if (!query) return fail(query.error());
  query->addBindValue(static_cast<qlonglong>(session));
  query->addBindValue(text(key));
  query->addBindValue(static_cast<qulonglong>(revision));
  if (auto done = execute(*query); !done) return fail(done.error());
  if (!query->next() || query->value(0).isNull())
    return fail(key + " did not exist at revision " + std::to_string(revision));
  return query->value(0).toString().toStdString();
}

Result<> pruneSessions(Database& db) {
  const auto newest = db.number(QStringLiteral("SELECT max(id) FROM sessions"));
  if (!newest) return fail(newest.error());
  const auto last = *newest - kKeptSessions;
  if (last <= 0) return {};
  for (const char* table : {"revisions WHERE session", "revision_objects WHERE session", "sessions WHERE id"})
    if (auto done = db.run(QStringLiteral("DELETE FROM %1 <= %2").arg(QString::fromLatin1(table)).arg(last));
        !done)
      return done;
  return {};
}

}  // namespace varka::store
