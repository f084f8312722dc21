#pragma once
// History: what the mesh remembers across runs, in SQLite (WAL, synchronous=NORMAL). Writes go into a bounded
// queue and are committed by a writer thread, at most 250 ms later, all of a batch in one transaction: the
// caller never waits for a disk. Queries read on the calling thread (always the one that made the History)
// through a connection of its own. A database that is broken or of a newer Varka is moved aside and a new one
// made: it costs history, never the mesh.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/store/rows.h"

namespace varka::store {

struct HistoryOptions {
  std::string path;                             // <state>/history.db
  std::int64_t maxBytes = 200LL * 1024 * 1024;  // oldest requests go first
  int batchMs = 250;
  std::size_t maxQueued = 50000;           // rows; what comes on top is dropped and counted
  std::size_t maxQueuedBytes = 16u << 20;  // of requests' JSON
  /// Requests kept each second, and as many failed ones on top; the others are skipped and counted.
  int maxRequestsPerSecond = 200;
  /// What the user should know (moved aside, disk full, dropped rows). Called on the writer thread.
  std::function<void(const std::string& message)> onWarning;
};

struct HistoryStats {
  std::uint64_t written = 0, dropped = 0, skipped = 0, commits = 0;
  std::size_t queued = 0;
  std::int64_t bytes = 0;
};

class History {
 public:
  /// Returns at once; the writer thread opens (and if need be replaces) the file.
  explicit History(HistoryOptions options);
  /// Commits what is queued.
  ~History();
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  // Any thread, never blocks on the disk.
  void add(Revision row);
  void add(Event row);
  void add(CertificateEntry row);
  void add(Request row);
  /// Under flood a sample, see maxRequestsPerSecond. `json(i)` makes the text of row i, only for rows that
  /// are kept: it is the costly part. Without it the rows' own `json` counts.
  void add(std::vector<Request> rows, const std::function<std::string(std::size_t)>& json = {});
  void add(std::vector<MetricPoint> rows);
  /// Waits until all that was added before is committed; false after `timeoutMs` or when the disk refuses.
  bool flush(int timeoutMs = 5000);

  // Queries: only on the thread that made this object. They see what is committed; newest first unless said
  // otherwise.
  [[nodiscard]] Result<std::vector<Event>> events(int limit);
  /// Without the texts: `changed` names keys only (yaml "" also for what exists).
  [[nodiscard]] Result<std::vector<Revision>> revisions(int limit);
  /// Every object that existed after `revision` of `session` (0 = the current), by key.
  [[nodiscard]] Result<std::vector<RevisionObject>> objectsAt(std::int64_t session, std::uint64_t revision);
  /// One object's text then; fails when it did not exist.
  [[nodiscard]] Result<std::string> textAt(std::int64_t session, std::uint64_t revision,
                                           const std::string& key);
  [[nodiscard]] Result<std::vector<CertificateEntry>> certificates(int limit);
  [[nodiscard]] Result<std::vector<Request>> requests(const RequestQuery& query);
  /// Oldest first; 1 s points for the last 15 minutes, 10 s points for the last 24 hours.
  [[nodiscard]] Result<std::vector<MetricPoint>> metrics(const std::string& series, std::int64_t fromMs,
                                                         std::int64_t toMs);

  [[nodiscard]] HistoryStats stats() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace varka::store
