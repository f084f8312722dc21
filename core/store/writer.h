#pragma once
// Writer: the thread that owns the writing connection. Rows come in from any thread through a bounded queue
// and are committed together. Private to core/store; owned by History.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/store/history.h"

namespace varka::store {

class Database;

/// What waits for one transaction.
struct Batch {
  std::vector<Revision> revisions;
  std::vector<Event> events;
  std::vector<CertificateEntry> certificates;
  std::vector<Request> requests;
  std::vector<MetricPoint> metrics;

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t bytes() const;  // of requests' JSON
  [[nodiscard]] bool empty() const { return size() == 0; }
  void append(Batch&& later);
};

class Writer {
 public:
  explicit Writer(HistoryOptions options);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void add(Batch&& rows);
  /// Which of the rows the rate allows, by index.
  std::vector<std::size_t> sample(const std::vector<Request>& rows);
  bool flush(std::chrono::milliseconds timeout);
  [[nodiscard]] HistoryStats stats() const;
  /// Counts the files this writer opened; waits up to `timeout` for the first, 0 = none yet.
  int waitForFile(std::chrono::milliseconds timeout);
  [[nodiscard]] std::int64_t session() const { return session_; }

 private:
  using Clock = std::chrono::steady_clock;
  void run();
  bool takeBatch(std::unique_lock<std::mutex>& lock, Batch& out);
  void work(Database& db, Batch& batch);
  Result<> ensureOpen(Database& db);
  Result<> commit(Database& db, const Batch& batch);
  Result<> housekeeping(Database& db);
  void replace(Database& db, const Error& why);
  void warn(const std::string& message);

  const HistoryOptions options_;
  std::atomic<std::int64_t> session_{0}, bytes_{0};
  std::string lastWarning_;   // writer thread only
  int commitsSinceCare_ = 0;  // writer thread only

  mutable std::mutex mutex_;
  std::condition_variable wake_, done_;
  Batch queue_;  // guarded by mutex_, as all below
  std::size_t queuedBytes_ = 0;
  Clock::time_point second_{};
  int keptNow_ = 0, failedNow_ = 0;
  Clock::time_point oldest_{}, retryAt_{};
  std::uint64_t added_ = 0, settled_ = 0, failures_ = 0;
  HistoryStats stats_;
  int files_ = 0;
  bool stop_ = false, hurry_ = false;
  std::thread thread_;  // last: starts when all else is there
};

}  // namespace varka::store
