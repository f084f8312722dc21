#pragma once
// The tables: how rows go in (on the writer's connection) and come out (on the reader's). One file per table
// group: revisions.cpp, events.cpp, certificates.cpp, requests.cpp, metrics.cpp. Private to core/store.

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/store/rows.h"

namespace varka::store {

class Database;

Result<std::int64_t> beginSession(Database& db, std::int64_t nowMs);

Result<> insert(Database& db, const std::vector<Revision>& rows);
Result<> insert(Database& db, const std::vector<Event>& rows);
Result<> insert(Database& db, const std::vector<CertificateEntry>& rows);
Result<> insert(Database& db, const std::vector<Request>& rows);
Result<> insert(Database& db, const std::vector<MetricPoint>& rows);

Result<std::vector<Revision>> selectRevisions(Database& db, int limit);
Result<std::vector<RevisionObject>> selectObjectsAt(Database& db, std::int64_t session,
                                                    std::uint64_t revision);
Result<std::string> selectTextAt(Database& db, std::int64_t session, std::uint64_t revision,
                                 const std::string& key);
Result<std::vector<Event>> selectEvents(Database& db, int limit);
Result<std::vector<CertificateEntry>> selectCertificates(Database& db, int limit);
Result<std::vector<Request>> selectRequests(Database& db, const RequestQuery& query);
Result<std::vector<MetricPoint>> selectMetrics(Database& db, const std::string& series, std::int64_t fromMs,
                                               std::int64_t toMs);

// Retention, each called now and then by the writer.
inline constexpr int kKeptSessions = 100;
inline constexpr int kKeptEvents = 100000;
inline constexpr int kKeptCertificates = 100000;
inline constexpr std::int64_t kFineMetricsMs = 15LL * 60 * 1000;
inline constexpr std::int64_t kCoarseMetricsMs = 24LL * 3600 * 1000;
Result<> pruneSessions(Database& db);
Result<> pruneEvents(Database& db);
Result<> pruneCertificates(Database& db);
Result<> pruneMetrics(Database& db);
/// Removes the oldest tenth of the requests; false when there is none.
Result<bool> pruneOldestRequests(Database& db);

}  // namespace varka::store
