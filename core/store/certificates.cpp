#include <QVariant>

#include "core/store/database.h"
#include "core/store/tables.h"

namespace varka::store {

Result<> insert(Database& db, const std::vector<CertificateEntry>& rows) {
  auto query = db.prepare(
      "INSERT INTO certificates (time_ms, kind, pod, ns, spiffe_id, serial, sha256, not_before_ms, "
      "not_after_ms)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!query) return fail(query.error());
  for (const auto& row : rows) {
    query->bindValue(0, static_cast<qlonglong>(row.timeMs));
    query->bindValue(1, text(row.kind));
    query->bindValue(2, text(row.pod));
    query->bindValue(3, text(row.ns));
    query->bindValue(4, text(row.spiffeId));
    query->bindValue(5, text(row.serial));
    query->bindValue(6, text(row.sha256));
    query->bindValue(7, static_cast<qlonglong>(row.notBeforeMs));
    query->bindValue(8, static_cast<qlonglong>(row.notAfterMs));
    if (auto done = execute(*query); !done) return done;
  }
  return {};
}

Result<std::vector<CertificateEntry>> selectCertificates(Database& db, int limit) {
  auto query = db.prepare(
      "SELECT time_ms, kind, pod, ns, spiffe_id, serial, sha256, not_before_ms, not_after_ms FROM "
      "certificates"
      " ORDER BY id DESC LIMIT ?");
  if (!query) return fail(query.error());
  query->addBindValue(limit);
  if (auto done = execute(*query); !done) return fail(done.error());
  std::vector<CertificateEntry> out;
  while (query->next()) {
    const auto string = [&](int column) { return query->value(column).toString().toStdString(); };
    out.push_back({query->value(0).toLongLong(), string(1), string(2), string(3), string(4), string(5),
                   string(6), query->value(7).toLongLong(), query->value(8).toLongLong()});
  }
  return out;
}

Result<> pruneCertificates(Database& db) {
  return db.run(QStringLiteral("DELETE FROM certificates WHERE id <= (SELECT max(id) FROM certificates) - %1")
                    .arg(kKeptCertificates));
}

}  // namespace varka::store
