#include "core/store/history.h"

#include <utility>

#include "core/store/database.h"
#include "core/store/tables.h"
#include "core/store/writer.h"

namespace varka::store {
namespace {

constexpr auto kOpenWait = std::chrono::seconds(5);

}  // namespace

struct History::State {
  explicit State(HistoryOptions given) : path(given.path), writer(std::move(given)) {}

  // The reading connection follows when the writer had to begin a new file.
  Result<> ensureReader() {
    const auto file = writer.waitForFile(kOpenWait);
    if (file == 0) return fail("history is not available: the database " + path + " cannot be opened");
    if (reader.isOpen() && readerFile == file) return {};
    readerFile = file;
    return reader.open(path, Database::Mode::Read);
  }

  template <typename Query>
  auto read(Query&& query) -> decltype(query(std::declval<Database&>())) {
    if (auto ready = ensureReader(); !ready) return fail(ready.error());
    return query(reader);
  }

  std::string path;
  Database reader;
  int readerFile = 0;
  Writer writer;
};

History::History(HistoryOptions options) : state_(std::make_unique<State>(std::move(options))) {}
History::~History() = default;

void History::add(Revision row) {
  Batch batch;
  batch.revisions.push_back(std::move(row));
  state_->writer.add(std::move(batch));
}

void History::add(Event row) {
  Batch batch;
  batch.events.push_back(std::move(row));
  state_->writer.add(std::move(batch));
}

void History::add(CertificateEntry row) {
  Batch batch;
  batch.certificates.push_back(std::move(row));
  state_->writer.add(std::move(batch));
}

void History::add(Request row) {
  Batch batch;
  batch.requests.push_back(std::move(row));
  state_->writer.add(std::move(batch));
}

void History::add(std::vector<Request> rows, const std::function<std::string(std::size_t)>& json) {
  const auto kept = state_->writer.sample(rows);
  Batch batch;
  batch.requests.reserve(kept.size());
  for (const auto index : kept) {
    if (json) rows[index].json = json(index);
    batch.requests.push_back(std::move(rows[index]));
  }
  state_->writer.add(std::move(batch));
}

void History::add(std::vector<MetricPoint> rows) {
  Batch batch;
  batch.metrics = std::move(rows);
  state_->writer.add(std::move(batch));
}

bool History::flush(int timeoutMs) {
  return state_->writer.flush(std::chrono::milliseconds(timeoutMs));
}

Result<std::vector<Event>> History::events(int limit) {
  return state_->read([&](Database& db) { return selectEvents(db, limit); });
}

Result<std::vector<Revision>> History::revisions(int limit) {
  return state_->read([&](Database& db) { return selectRevisions(db, limit); });
}

Result<std::vector<RevisionObject>> History::objectsAt(std::int64_t session, std::uint64_t revision) {
  return state_->read([&](Database& db) {
    return selectObjectsAt(db, session == 0 ? state_->writer.session() : session, revision);
  });
}

Result<std::string> History::textAt(std::int64_t session, std::uint64_t revision, const std::string& key) {
  return state_->read([&](Database& db) {
    return selectTextAt(db, session == 0 ? state_->writer.session() : session, revision, key);
  });
}

Result<std::vector<CertificateEntry>> History::certificates(int limit) {
  return state_->read([&](Database& db) { return selectCertificates(db, limit); });
}

Result<std::vector<Request>> History::requests(const RequestQuery& query) {
  return state_->read([&](Database& db) { return selectRequests(db, query); });
}

Result<std::vector<MetricPoint>> History::metrics(const std::string& series, std::int64_t fromMs,
                                                  std::int64_t toMs) {
  return state_->read([&](Database& db) { return selectMetrics(db, series, fromMs, toMs); });
}

HistoryStats History::stats() const {
  return state_->writer.stats();
}

}  // namespace varka::store
