#include <QVariant>

#include "core/store/database.h"
#include "core/store/tables.h"

namespace varka::store {
namespace {

constexpr int kFine = 1, kCoarse = 10;  // seconds of one point

}  // namespace

Result<> insert(Database& db, const std::vector<MetricPoint>& rows) {
  // Percentiles cannot be added: a coarse point has the request-weighted mean of p50 and p95 and the highest
  // p99.
  auto query = db.prepare(
      "INSERT INTO metrics (series, resolution, at_ms, requests, errors, bytes, p50, p95, p99)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
      " ON CONFLICT (series, resolution, at_ms) DO UPDATE SET"
      " p50 = (p50 * requests + excluded.p50 * excluded.requests) / max(1, requests + excluded.requests),"
      " p95 = (p95 * requests + excluded.p95 * excluded.requests) / max(1, requests + excluded.requests),"
      " p99 = max(p99, excluded.p99), requests = requests + excluded.requests,"
      " errors = errors + excluded.errors, bytes = bytes + excluded.bytes");
  if (!query) return fail(query.error());
  for (const auto& row : rows) {
    for (const int seconds : {kFine, kCoarse}) {
      const auto step = seconds * 1000LL;
      query->bindValue(0, text(row.series));
      query->bindValue(1, seconds);
      query->bindValue(2, static_cast<qlonglong>(row.atMs / step * step));
      query->bindValue(3, static_cast<qulonglong>(row.requests));
      query->bindValue(4, static_cast<qulonglong>(row.errors));
      query->bindValue(5, static_cast<qulonglong>(row.bytes));
      query->bindValue(6, row.p50Ms);
      query->bindValue(7, row.p95Ms);
      query->bindValue(8, row.p99Ms);
      if (auto done = execute(*query); !done) return done;
    }
  }
  return {};
}

Result<std::vector<MetricPoint>> selectMetrics(Database& db, const std::string& series, std::int64_t fromMs,
                                               std::int64_t toMs) {
  // Coarse points up to where the fine ones of this series begin, then the fine ones: no second is told
  // twice.
  auto border = db.prepare("SELECT min(at_ms) FROM metrics WHERE series = ? AND resolution = 1");
  if (!border) return fail(border.error());
  border->addBindValue(text(series));
  if (auto done = execute(*border); !done) return fail(done.error());
  qlonglong fineFrom = toMs;
  if (border->next() && !border->value(0).isNull())
    fineFrom = (border->value(0).toLongLong() + 9999) / 10000 * 10000;
  auto query = db.prepare(
      "SELECT at_ms, requests, errors, bytes, p50, p95, p99 FROM metrics"
      " WHERE series = ? AND at_ms >= ? AND at_ms < ?"
      " AND ((resolution = 10 AND at_ms < ?) OR (resolution = 1 AND at_ms >= ?)) ORDER BY at_ms");
  if (!query) return fail(query.error());
  query->addBindValue(text(series));
  query->addBindValue(static_cast<qlonglong>(fromMs));
  query->addBindValue(static_cast<qlonglong>(toMs));
  query->addBindValue(fineFrom);
  query->addBindValue(fineFrom);
  if (auto done = execute(*query); !done) return fail(done.error());
  std::vector<MetricPoint> out;
  while (query->next()) {
    out.push_back({query->value(0).toLongLong(), series, query->value(1).toULongLong(),
                   query->value(2).toULongLong(), query->value(3).toULongLong(), query->value(4).toDouble(),
                   query->value(5).toDouble(), query->value(6).toDouble()});
  }
  return out;
}

Result<> pruneMetrics(Database& db) {
  const auto newest = db.number(QStringLiteral("SELECT max(at_ms) FROM metrics"));
  if (!newest) return fail(newest.error());
  const auto erase = [&](int resolution, std::int64_t keptMs) {
    return db.run(QStringLiteral("DELETE FROM metrics WHERE resolution = %1 AND at_ms < %2")
                      .arg(resolution)
                      .arg(*newest - keptMs));
  };
  if (auto done = erase(kFine, kFineMetricsMs); !done) return done;
  return erase(kCoarse, kCoarseMetricsMs);
}

}  // namespace varka::store
