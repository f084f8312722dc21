#include "core/store/history.h"

#include <sys/stat.h>
#include <QTemporaryDir>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "tests/support/test.h"

using namespace varka;
using namespace varka::store;

namespace {

struct Fixture {
  QTemporaryDir dir;
  std::string path = (dir.path() + QStringLiteral("/history.db")).toStdString();
  std::mutex mutex;
  std::vector<std::string> told;  // on the writer's thread

  HistoryOptions options() {
    HistoryOptions out;
    out.path = path;
    out.maxRequestsPerSecond = 1'000'000;
    out.onWarning = [this](const std::string& message) {
      const std::lock_guard lock(mutex);
      told.push_back(message);
    };
    return out;
  }
  std::vector<std::string> warnings() {
    const std::lock_guard lock(mutex);
    return told;
  }
};

Event eventAt(std::int64_t timeMs, const std::string& message) {
  return {timeMs, "process", "warning", "Pod default/reviews-v1", message, "varka.yaml", 3, 5};
}

Request request(std::int64_t timeMs, const std::string& id, const std::string& trace, int status = 200,
                std::size_t padding = 0) {
  Request row;
  row.timeMs = timeMs;
  row.durationUs = 1500;
  row.id = id;
  row.traceId = trace;
  row.from = "default/productpage-v1";
  row.to = "default/reviews-v2";
  row.side = "outbound";
  row.status = status;
  row.origin = status >= 500 ? "app" : "";
  row.json = "{\"pad\":\"" + std::string(padding, 'x') + "\"}";
  return row;
}

}  // namespace

class HistoryTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void eventsComeBackNewestFirst();
  void fileIsPrivate();
  void revisionsRebuildTheObjectsOfAnyRevision();
  void sessionsKeepTheirRevisionsApart();
  void certificateJournalComesBack();
  void requestsAreFoundByIdTraceTimeAndStatus();
  void metricsRollUpToTenSeconds();
  void batchIsCommittedWithoutFlushWithinTheLimit();
  void oldestRequestsGoWhenTheSizeLimitIsReached();
  void corruptFileIsMovedAsideAndHistoryGoesOn();
  void truncatedFileIsMovedAside();
  void fileOfANewerProgramIsMovedAside();
  void corruptionWhileRunningBeginsANewFile();
  void unusableDirectoryDropsNothingSilently();
  void fullQueueDropsAndCounts();
  void queueIsBoundedInBytes();
  void floodOfRequestsIsSampledFailedOnesFirst();
};

void HistoryTest::eventsComeBackNewestFirst() {
  Fixture f;
  History history(f.options());
  history.add(eventAt(1, "one"));
  history.add(eventAt(2, "two \xC3\xA4 'quoted'"));
  history.add(eventAt(3, "three"));
  QVERIFY(history.flush());
  const auto events = history.events(2);
  QVERIFY(events.has_value());
  QCOMPARE(events->size(), 2u);
  QCOMPARE(events->at(0).message, std::string("three"));
  QCOMPARE(events->at(1).message, std::string("two \xC3\xA4 'quoted'"));
  QCOMPARE(events->at(1).file, std::string("varka.yaml"));
  QCOMPARE(events->at(1).line, 3);
  QCOMPARE(events->at(1).column, 5);
  QVERIFY(f.warnings().empty());
}

void HistoryTest::fileIsPrivate() {
  Fixture f;
  History history(f.options());
  history.add(eventAt(1, "one"));
  QVERIFY(history.flush());
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat info {};
    QVERIFY2(::stat((f.path + suffix).c_str(), &info) == 0, suffix);
    QCOMPARE(info.st_mode & 0777, 0600u);
  }
}

void HistoryTest::revisionsRebuildTheObjectsOfAnyRevision() {
  Fixture f;
  History history(f.options());
  history.add(Revision{0, 1, 100, "start", {{"Service default/a", "a1"}, {"Service default/b", "b1"}}});
  history.add(Revision{0, 2, 200, "apply", {{"Service default/a", "a2"}}});
  history.add(Revision{0, 5, 500, "delete", {{"Service default/b", ""}, {"Service default/c", "c5"}}});
  QVERIFY(history.flush());

  const auto text = [&](std::uint64_t revision) {
    std::string out;
    const auto objects = history.objectsAt(0, revision);
    for (const auto& object : objects.value()) out += object.key.back() + object.yaml + " ";
    return out;
  };
  QCOMPARE(text(0), std::string());
  QCOMPARE(text(1), std::string("aa1 bb1 "));
  QCOMPARE(text(2), std::string("aa2 bb1 "));
  QCOMPARE(text(4), std::string("aa2 bb1 "));
  QCOMPARE(text(5), std::string("aa2 cc5 "));
  QCOMPARE(history.textAt(0, 4, "Service default/a").value(), std::string("a2"));
  QVERIFY(!history.textAt(0, 5, "Service default/b").has_value());

  const auto revisions = history.revisions(2).value();
  QCOMPARE(revisions.size(), 2u);
  QCOMPARE(revisions[0].revision, std::uint64_t{5});
  QCOMPARE(revisions[0].cause, std::string("delete"));
  QCOMPARE(revisions[0].changed.size(), 2u);
  QCOMPARE(revisions[1].revision, std::uint64_t{2});
  QCOMPARE(revisions[1].changed.size(), 1u);
}

void HistoryTest::sessionsKeepTheirRevisionsApart() {
  Fixture f;
  {
    History first(f.options());
    first.add(Revision{0, 1, 100, "start", {{"Service default/a", "old"}}});
  }  // the destructor commits
  History second(f.options());
  second.add(Revision{0, 1, 900, "start", {{"Service default/a", "new"}}});
  QVERIFY(second.flush());
  const auto revisions = second.revisions(10).value();
  QCOMPARE(revisions.size(), 2u);
  QVERIFY(revisions[0].session > revisions[1].session);
  QCOMPARE(second.textAt(0, 1, "Service default/a").value(), std::string("new"));
  QCOMPARE(second.textAt(revisions[1].session, 1, "Service default/a").value(), std::string("old"));
}

void HistoryTest::certificateJournalComesBack() {
  Fixture f;
  History history(f.options());
  history.add(CertificateEntry{10, "issued", "a-1", "default", "spiffe://cluster.local/ns/default/sa/a", "01",
                               "aa", 1, 2});
  history.add(CertificateEntry{20, "rotated", "a-1", "default", "spiffe://cluster.local/ns/default/sa/a",
                               "02", "bb", 3, 4});
  QVERIFY(history.flush());
  const auto journal = history.certificates(10).value();
  QCOMPARE(journal.size(), 2u);
  QCOMPARE(journal[0].kind, std::string("rotated"));
  QCOMPARE(journal[0].serial, std::string("02"));
  QCOMPARE(journal[0].notAfterMs, std::int64_t{4});
  QCOMPARE(journal[1].spiffeId, std::string("spiffe://cluster.local/ns/default/sa/a"));
}

void HistoryTest::requestsAreFoundByIdTraceTimeAndStatus() {
  Fixture f;
  History history(f.options());
  history.add(std::vector<Request>{request(100, "r1", "t1"), request(200, "r2", "t1", 503),
                                   request(300, "r3", "t2", 404)});
  QVERIFY(history.flush());
  const auto ids = [&](const RequestQuery& query) {
    std::string out;
    const auto rows = history.requests(query);
    for (const auto& row : rows.value()) out += row.id + " ";
    return out;
  };
  RequestQuery byId;
  byId.id = "r2";
  QCOMPARE(ids(byId), std::string("r2 "));
  RequestQuery byTrace;
  byTrace.id = "t1";
  QCOMPARE(ids(byTrace), std::string("r2 r1 "));
  RequestQuery byTime;
  byTime.fromMs = 200;
  byTime.toMs = 300;
  QCOMPARE(ids(byTime), std::string("r2 "));
  RequestQuery byStatus;
  byStatus.minStatus = 400;
  byStatus.to = "default/reviews-v2";
  QCOMPARE(ids(byStatus), std::string("r3 r2 "));
  RequestQuery limited;
  limited.limit = 1;
  QCOMPARE(ids(limited), std::string("r3 "));
  RequestQuery nobody;
  nobody.from = "default/other";
  QCOMPARE(ids(nobody), std::string());
  QCOMPARE(history.requests(byId)->front().json, std::string("{\"pad\":\"\"}"));
}

void HistoryTest::metricsRollUpToTenSeconds() {
  Fixture f;
  std::int64_t last = 0;
  {
    History history(f.options());
    // One point a second for twenty minutes, two requests each.
    std::vector<MetricPoint> points;
    for (int second = 0; second < 1200; ++second) {
      last = 1'000'000'000'000 + second * 1000LL;
      points.push_back({last, "a>b", 2, 1, 10, 4.0, 8.0, second % 10 == 0 ? 99.0 : 9.0});
    }
    history.add(std::move(points));
    QVERIFY(history.flush());
  }
  History history(f.options());  // care is taken at open: fine points older than 15 minutes go
  const auto points = history.metrics("a>b", 0, last + 1).value();
  std::uint64_t requests = 0, errors = 0;
  for (const auto& point : points) {
    requests += point.requests;
    errors += point.errors;
  }
  QCOMPARE(requests, std::uint64_t{2400});  // no second lost, none told twice
  QCOMPARE(errors, std::uint64_t{1200});
  QCOMPARE(points.front().requests, std::uint64_t{20});
  QCOMPARE(points.front().p50Ms, 4.0);
  QCOMPARE(points.front().p99Ms, 99.0);
  QCOMPARE(points.back().requests, std::uint64_t{2});
  QVERIFY(points.size() < 1200);
  QVERIFY(history.metrics("other", 0, last + 1)->empty());
}

void HistoryTest::batchIsCommittedWithoutFlushWithinTheLimit() {
  Fixture f;
  History history(f.options());
  for (int i = 0; i < 100; ++i) history.add(eventAt(i, "e"));
  QVERIFY(test::eventually(std::chrono::seconds(3), [&] { return history.stats().written == 100; }));
  QVERIFY(history.stats().commits <= 2);  // together, not one by one
}

void HistoryTest::oldestRequestsGoWhenTheSizeLimitIsReached() {
  Fixture f;
  auto options = f.options();
  options.maxBytes = 2 * 1024 * 1024;
  options.batchMs = 0;
  History history(options);
  int sent = 0;
  for (int batch = 0; batch < 100; ++batch) {
    std::vector<Request> rows;
    for (int i = 0; i < 50; ++i, ++sent)
      rows.push_back(request(sent, "r" + std::to_string(sent), "t", 200, 2000));
    history.add(std::move(rows));
    QVERIFY(history.flush());
  }
  const auto written = static_cast<std::int64_t>(sent) * 2000;
  QVERIFY(written > 4 * options.maxBytes);
  // Care is taken every 40 commits, so the file may exceed the limit by what came in between.
  QVERIFY2(history.stats().bytes < 3 * options.maxBytes, std::to_string(history.stats().bytes).c_str());
  QVERIFY(std::filesystem::file_size(f.path) < static_cast<std::uintmax_t>(written));
  RequestQuery query;
  query.limit = 20000;
  const auto rows = history.requests(query).value();
  QVERIFY(!rows.empty());
  QVERIFY(rows.size() < 5000);
  QCOMPARE(rows.front().id, "r" + std::to_string(sent - 1));  // the newest is there
  QVERIFY(rows.back().timeMs > 1000);                         // the oldest are gone
}

void HistoryTest::corruptFileIsMovedAsideAndHistoryGoesOn() {
  Fixture f;
  std::ofstream(f.path) << std::string(20000, 'z');
  {
    History history(f.options());
    history.add(eventAt(1, "after"));
    QVERIFY(history.flush());
    QCOMPARE(history.events(10)->size(), 1u);
  }
  QCOMPARE(f.warnings().size(), 1u);
  QVERIFY2(f.warnings()[0].find("moved aside") != std::string::npos, f.warnings()[0].c_str());
  int aside = 0;
  for (const auto& entry : std::filesystem::directory_iterator(f.dir.path().toStdString()))
    if (entry.path().filename().string().find(".broken-") != std::string::npos) ++aside;
  QCOMPARE(aside, 1);
}

void HistoryTest::truncatedFileIsMovedAside() {
  Fixture f;
  {
    History history(f.options());
    std::vector<Request> rows;
    for (int i = 0; i < 200; ++i) rows.push_back(request(i, "r", "t", 200, 1000));
    history.add(std::move(rows));
  }
  std::filesystem::resize_file(f.path, std::filesystem::file_size(f.path) / 2);
  History history(f.options());
  history.add(eventAt(1, "after"));
  QVERIFY(history.flush());
  QCOMPARE(history.events(10)->size(), 1u);
  QCOMPARE(history.requests({})->size(), 0u);
  QCOMPARE(f.warnings().size(), 1u);
}

void HistoryTest::fileOfANewerProgramIsMovedAside() {
  Fixture f;
  { History history(f.options()); }
  {
    // user_version is the big-endian word at byte 60 of the header (SQLite file format, 1.3).
    std::fstream file(f.path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(60);
    file.write("\0\0\x03\xE7", 4);
  }
  {
    History history(f.options());
    history.add(eventAt(1, "after"));
    QVERIFY(history.flush());
  }
  QCOMPARE(f.warnings().size(), 1u);
  QVERIFY2(f.warnings()[0].find("newer Varka (format 999") != std::string::npos, f.warnings()[0].c_str());
}

void HistoryTest::corruptionWhileRunningBeginsANewFile() {
  Fixture f;
  History history(f.options());
  std::vector<Request> rows;
  for (int i = 0; i < 3000; ++i) rows.push_back(request(i, "r" + std::to_string(i), "t", 200, 1000));
  history.add(std::move(rows));
  QVERIFY(history.flush());
  QVERIFY(!history.requests({})->empty());
  {
    // The disk goes bad under the program: page content overwritten in the file and in the log.
    for (const char* suffix : {"", "-wal"}) {
      std::fstream file(f.path + suffix, std::ios::in | std::ios::out | std::ios::binary);
      const auto size = std::filesystem::file_size(f.path + suffix);
      if (size < 200) continue;
      file.seekp(100);
      const std::string junk(static_cast<std::size_t>(size) - 100, '\x5a');
      file.write(junk.data(), static_cast<std::streamsize>(junk.size()));
    }
  }
  for (int i = 0; i < 50; ++i) {
    history.add(request(i, "after", "t"));
    history.flush();
  }
  history.add(eventAt(1, "after"));
  QVERIFY(history.flush());
  QCOMPARE(history.events(10)->size(), 1u);
  QVERIFY(!f.warnings().empty());
}

void HistoryTest::unusableDirectoryDropsNothingSilently() {
  Fixture f;
  auto options = f.options();
  options.path = f.dir.path().toStdString() + "/missing/history.db";
  History history(options);
  history.add(eventAt(1, "waits"));
  QVERIFY(!history.flush());
  QVERIFY(!history.events(1).has_value());
  QVERIFY(test::eventually(std::chrono::seconds(5), [&] { return !f.warnings().empty(); }));
  QVERIFY2(f.warnings()[0].find("No such file or directory") != std::string::npos, f.warnings()[0].c_str());
  std::filesystem::create_directory(f.dir.path().toStdString() + "/missing");
  QVERIFY(test::eventually(std::chrono::seconds(5), [&] { return history.stats().written == 1; }));
  QCOMPARE(history.events(1)->front().message, std::string("waits"));
}

void HistoryTest::fullQueueDropsAndCounts() {
  Fixture f;
  auto options = f.options();
  options.maxQueued = 10;
  options.batchMs = 60000;
  History history(options);
  for (int i = 0; i < 25; ++i) history.add(eventAt(i, "e"));
  QCOMPARE(history.stats().dropped, std::uint64_t{15});
  QVERIFY(history.flush());
  QCOMPARE(history.events(100)->size(), 10u);
}

void HistoryTest::queueIsBoundedInBytes() {
  Fixture f;
  auto options = f.options();
  options.maxQueuedBytes = 10'000;
  options.batchMs = 60000;
  History history(options);
  for (int i = 0; i < 5; ++i) history.add(request(i, "r", "t", 200, 4000));
  history.add(eventAt(1, "small things still fit"));
  QCOMPARE(history.stats().dropped, std::uint64_t{3});
  QVERIFY(history.flush());
  QCOMPARE(history.requests({})->size(), 2u);
  QCOMPARE(history.events(10)->size(), 1u);
  history.add(request(9, "r", "t", 200, 4000));  // there is room again
  QCOMPARE(history.stats().dropped, std::uint64_t{3});
}

void HistoryTest::floodOfRequestsIsSampledFailedOnesFirst() {
  Fixture f;
  auto options = f.options();
  options.maxRequestsPerSecond = 10;
  History history(options);
  std::vector<Request> rows;
  for (int i = 0; i < 100; ++i)
    rows.push_back(request(i, "r" + std::to_string(i), "t", i >= 50 && i % 10 == 0 ? 503 : 200));
  history.add(std::move(rows));
  QVERIFY(history.flush());
  RequestQuery failed;
  failed.minStatus = 500;
  QCOMPARE(history.requests(failed)->size(), 5u);
  QCOMPARE(history.requests({})->size(), 15u);
  QCOMPARE(history.stats().skipped, std::uint64_t{85});

  // The text is made for what is kept only, and belongs to its row.
  options.path += "-2";
  History other(options);
  int made = 0;
  other.add(std::vector<Request>(100, request(1, "r", "t")), [&](std::size_t index) {
    ++made;
    return "row " + std::to_string(index);
  });
  QVERIFY(other.flush());
  QCOMPARE(made, 10);
  QCOMPARE(other.requests({})->back().json, std::string("row 0"));
}

VARKA_TEST(HistoryTest)
#include "history_test.moc"
