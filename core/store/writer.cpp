#include "core/store/writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/log.h"
#include "core/store/database.h"
#include "core/store/tables.h"

namespace varka::store {
namespace {

constexpr auto kRetry = std::chrono::seconds(1);
constexpr int kCommitsBetweenCare = 40;  // ten seconds of a busy mesh
constexpr int kPruneRounds = 12;         // each takes a tenth of the requests

std::int64_t wallMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

template <typename T>
void move(std::vector<T>& to, std::vector<T>& from) {
  if (to.empty()) {
    to = std::move(from);
    return;
  }
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

std::size_t Batch::size() const {
  return revisions.size() + events.size() + certificates.size() + requests.size() + metrics.size();
}

std::size_t Batch::bytes() const {
  std::size_t out = 0;
  for (const auto& request : requests) out += request.json.size();
  return out;
}

void Batch::append(Batch&& later) {
  move(revisions, later.revisions);
  move(events, later.events);
  move(certificates, later.certificates);
  move(requests, later.requests);
  move(metrics, later.metrics);
}

Writer::Writer(HistoryOptions options) : options_(std::move(options)), thread_([this] { run(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Writer::add(Batch&& rows) {
  const auto count = rows.size();
  const auto bytes = rows.bytes();
  if (count == 0) return;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() + count > options_.maxQueued ||
        (bytes > 0 && queuedBytes_ + bytes > options_.maxQueuedBytes)) {
      stats_.dropped += count;
      return;
    }
    if (queue_.empty()) oldest_ = Clock::now();
    queuedBytes_ += bytes;
    queue_.append(std::move(rows));
    added_ += count;
  }
  wake_.notify_one();
}

std::vector<std::size_t> Writer::sample(const std::vector<Request>& rows) {
  const std::lock_guard lock(mutex_);
  if (const auto now = Clock::now(); now - second_ >= std::chrono::seconds(1)) {
    second_ = now;
    keptNow_ = failedNow_ = 0;
  }
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool onTop = !rows[i].origin.empty() && keptNow_ >= options_.maxRequestsPerSecond;
    auto& count = onTop ? failedNow_ : keptNow_;
    if (count >= options_.maxRequestsPerSecond) {
      ++stats_.skipped;
      continue;
    }
    ++count;
    kept.push_back(i);
  }
  return kept;
}

bool Writer::flush(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const auto target = added_;
  const auto failuresBefore = failures_;
  if (settled_ < target) hurry_ = true;
  wake_.notify_one();
  done_.wait_for(lock, timeout, [&] { return settled_ >= target || failures_ != failuresBefore; });
  return settled_ >= target;
}

HistoryStats Writer::stats() const {
  const std::lock_guard lock(mutex_);
  auto out = stats_;
  out.queued = queue_.size();
  out.bytes = bytes_;
  return out;
}

int Writer::waitForFile(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  done_.wait_for(lock, timeout, [&] { return files_ > 0 || failures_ > 0; });
  return files_;
}

void Writer::run() {
  Database db;
  if (auto opened = ensureOpen(db); !opened) warn(opened.error().message);
  std::unique_lock lock(mutex_);
  Batch batch;
  while (takeBatch(lock, batch)) {
    lock.unlock();
    work(db, batch);
    lock.lock();
    done_.notify_all();
  }
  lock.unlock();
  db.close();
}

// Waits until a batch is due; false when the end was asked for and nothing waits (or the disk refuses at the
// end).
bool Writer::takeBatch(std::unique_lock<std::mutex>& lock, Batch& out) {
  for (;;) {
    if (stop_ && (queue_.empty() || failures_ > 0)) return false;
    const auto due = std::max(oldest_ + std::chrono::milliseconds(options_.batchMs), retryAt_);
    if (!queue_.empty() && (stop_ || hurry_ || Clock::now() >= due)) break;
    if (queue_.empty()) {
      hurry_ = false;
      done_.notify_all();
      wake_.wait(lock, [&] { return stop_ || !queue_.empty(); });
    } else {
      wake_.wait_until(lock, due, [&] { return stop_ || hurry_; });
    }
  }
  hurry_ = false;
  out = std::exchange(queue_, {});
  queuedBytes_ = 0;
  return true;
}

void Writer::work(Database& db, Batch& batch) {
  const auto written = [&]() -> Result<> {
    if (auto opened = ensureOpen(db); !opened) return opened;
    auto done = commit(db, batch);
    if (!done && isBroken(done.error())) {
      replace(db, done.error());
      if (auto opened = ensureOpen(db); !opened) return opened;
      done = commit(db, batch);
    }
    return done;
  }();
  if (written && ++commitsSinceCare_ >= kCommitsBetweenCare) {
    // After the commit: its failure must not write the batch twice.
    if (auto cared = housekeeping(db); !cared) warn(cared.error().message);
  }
  if (!written) warn(written.error().message + "; the mesh runs on, history waits");
  const std::lock_guard lock(mutex_);
  if (written) {
    stats_.written += batch.size();
    ++stats_.commits;
    settled_ += batch.size();
    failures_ = 0;
    lastWarning_.clear();
    batch = {};
    return;
  }
  // Disk full, or the file cannot be made: keep what waits and try again; what exceeds the limit is dropped
  // and counted.
  ++failures_;
  retryAt_ = Clock::now() + kRetry;
  if (batch.size() + queue_.size() <= options_.maxQueued) {
    batch.append(std::move(queue_));
    queue_ = std::move(batch);
    queuedBytes_ = queue_.bytes();
  } else {
    stats_.dropped += batch.size();
    settled_ += batch.size();
  }
  batch = {};
}

Result<> Writer::ensureOpen(Database& db) {
  if (db.isOpen()) return {};
  auto opened = db.open(options_.path, Database::Mode::Write);
  if (!opened && isBroken(opened.error())) {
    replace(db, opened.error());
    opened = db.open(options_.path, Database::Mode::Write);
  }
  if (opened) opened = housekeeping(db);
  auto session = opened ? beginSession(db, wallMs()) : Result<std::int64_t>(fail(opened.error()));
  {
    const std::lock_guard lock(mutex_);
    if (session) {
      session_ = *session;
      ++files_;
    } else if (files_ == 0) {
      ++failures_;
    }
  }
  done_.notify_all();
  if (!session) return fail(session.error());
  return {};
}

Result<> Writer::commit(Database& db, const Batch& batch) {
  auto revisions = batch.revisions;
  for (auto& revision : revisions)
    if (revision.session == 0) revision.session = session_;
  if (auto begun = db.run(QStringLiteral("BEGIN IMMEDIATE")); !begun) return begun;
  const auto rows = [&]() -> Result<> {
    if (auto done = insert(db, revisions); !done) return done;
    if (auto done = insert(db, batch.events); !done) return done;
    if (auto done = insert(db, batch.certificates); !done) return done;
    if (auto done = insert(db, batch.requests); !done) return done;
    if (auto done = insert(db, batch.metrics); !done) return done;
    return db.run(QStringLiteral("COMMIT"));
  }();
  if (!rows) {
    (void)db.run(QStringLiteral("ROLLBACK"));
    return rows;
  }
  return {};
}

Result<> Writer::housekeeping(Database& db) {
  commitsSinceCare_ = 0;
  for (const auto prune : {pruneSessions, pruneEvents, pruneCertificates, pruneMetrics})
    if (auto done = prune(db); !done) return done;
  const auto pageSize = db.number(QStringLiteral("PRAGMA page_size")).value_or(4096);
  const auto used = [&] {
    return (db.number(QStringLiteral("PRAGMA page_count")).value_or(0) -
            db.number(QStringLiteral("PRAGMA freelist_count")).value_or(0)) *
           pageSize;
  };
  for (int round = 0; round < kPruneRounds && used() > options_.maxBytes; ++round) {
    const auto more = pruneOldestRequests(db);
    if (!more) return fail(more.error());
    if (!*more) break;
  }
  if (auto done = db.giveBackFreePages(); !done) return done;
  bytes_ = db.number(QStringLiteral("PRAGMA page_count")).value_or(0) * pageSize;
  return {};
}

void Writer::replace(Database& db, const Error& why) {
  db.close();
  const auto aside = moveAside(options_.path, wallMs());
  if (aside)
    warn("the history database was moved aside to " + *aside + " and a new one begun: " + why.message);
  else
    warn(aside.error().message);
}

void Writer::warn(const std::string& message) {
  if (message == lastWarning_) return;  // once per trouble, not once per retry
  lastWarning_ = message;
  log::warn("store", message);
  if (options_.onWarning) options_.onWarning(message);
}

}  // namespace varka::store
