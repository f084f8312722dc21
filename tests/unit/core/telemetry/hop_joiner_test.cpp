#include "core/telemetry/hop_joiner.h"

#include "core/telemetry/row_ring.h"
#include "tests/support/test.h"

using namespace varka;
using namespace varka::telemetry;

namespace {

constexpr std::int64_t kNow = 1'800'000'000'000;
constexpr std::int64_t kUs = kNow * 1000;

HopRecord hop(bool client, const std::string& id, std::int64_t startUs, std::int64_t durationUs,
              const std::string& span = {}, const std::string& parent = {}) {
  auto record = std::make_shared<xds::RequestRecord>();
  record->id = id;
  record->side = client ? "outbound" : "inbound";
  record->startUs = startUs;
  record->durationUs = durationUs;
  record->spanId = span;
  record->parentSpanId = parent;
  record->status = 200;
  return {record, client ? "A" : "", "B", client, true, 1};
}

}  // namespace

class HopJoinerTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void serverThenClientIsOneRow();
  void clientThenServerIsOneRow();
  void clientGoesAloneAfterItsWait();
  void serverGoesAloneAfterItsWait();
  void clientWithoutACounterpartDoesNotWait();
  void spansDecideWhenTheyAreThere();
  void sameRequestIdOnTwoHopsStaysApart();
  void twoCallsOfOnePairAreToldApartByTime();
  void retriesGatherAllAttempts();
  void sampledServerAloneIsNotShown();
  void tcpConnectionsPairOneToOne();
  void nothingWaitsForEver();
  void ringFindsByIdAndForgetsTheOldest();
  void ringIsBoundedInBytes();
};

void HopJoinerTest::serverThenClientIsOneRow() {
  HopJoiner joiner;
  QVERIFY(joiner.add(kNow, hop(false, "r1", kUs + 1000, 3000)).empty());
  const auto rows = joiner.add(kNow + 1, hop(true, "r1", kUs, 5000));
  QCOMPARE(rows.size(), 1u);
  QCOMPARE(rows[0].record.side, std::string("outbound"));
  QCOMPARE(rows[0].server.size(), 1u);
  QCOMPARE(rows[0].fromNode, std::string("A"));
  QCOMPARE(joiner.waiting(), 0u);
  QCOMPARE(joiner.nextMs(), std::int64_t{0});
}

void HopJoinerTest::clientThenServerIsOneRow() {
  HopJoiner joiner;
  QVERIFY(joiner.add(kNow, hop(true, "r1", kUs, 5000)).empty());
  const auto rows = joiner.add(kNow + 100, hop(false, "r1", kUs + 1000, 3000));
  QCOMPARE(rows.size(), 1u);
  QCOMPARE(rows[0].record.side, std::string("outbound"));
  QCOMPARE(rows[0].server.size(), 1u);
}

void HopJoinerTest::clientGoesAloneAfterItsWait() {
  HopJoiner joiner;
  QVERIFY(joiner.add(kNow, hop(true, "r1", kUs, 5000)).empty());
  QCOMPARE(joiner.nextMs(), kNow + 300);
  QVERIFY(joiner.expire(kNow + 299).empty());
  const auto rows = joiner.expire(kNow + 300);
  QCOMPARE(rows.size(), 1u);
  QVERIFY(rows[0].server.empty());
  QCOMPARE(joiner.waiting(), 0u);
}

void HopJoinerTest::serverGoesAloneAfterItsWait() {
  HopJoiner joiner;
  QVERIFY(joiner.add(kNow, hop(false, "r1", kUs, 5000)).empty());
  QVERIFY(joiner.expire(kNow + 1999).empty());
  const auto rows = joiner.expire(kNow + 2000);
  QCOMPARE(rows.size(), 1u);
  QCOMPARE(rows[0].record.side, std::string("inbound"));
}

void HopJoinerTest::clientWithoutACounterpartDoesNotWait() {
  HopJoiner joiner;
  auto alone = hop(true, "r1", kUs, 5000);
  alone.otherReports = false;
  QCOMPARE(joiner.add(kNow, alone).size(), 1u);
  auto plain = hop(false, "r2", kUs, 5000);
  plain.otherReports = false;
  QCOMPARE(joiner.add(kNow, plain).size(), 1u);
}

void HopJoinerTest::spansDecideWhenTheyAreThere() {
  HopJoiner joiner;
  QVERIFY(joiner.add(kNow, hop(false, "r1", kUs, 1000, "s2", "other")).empty());
  QVERIFY(joiner.add(kNow, hop(true, "r1", kUs, 1000, "s1", "root"))
              .empty());  // fits in time, but is another hop
  const auto rows = joiner.add(kNow, hop(false, "r1", kUs, 1000, "s3", "s1"));
  QCOMPARE(rows.size(), 1u);
  QCOMPARE(rows[0].server[0]->spanId, std::string("s3"));
  QCOMPARE(joiner.waiting(), 1u);
}

void HopJoinerTest::sameRequestIdOnTwoHopsStaysApart() {
  HopJoiner
      joiner;  // applications forward x-request-id: productpage→reviews and reviews→ratings have the same
  auto ratings = hop(false, "r1", kUs + 100, 1000);
  ratings.to = "C";
  QVERIFY(joiner.add(kNow, ratings).empty());
  QVERIFY(joiner.add(kNow, hop(true, "r1", kUs, 5000)).empty());
  QCOMPARE(joiner.waiting(), 2u);
}

void HopJoinerTest::twoCallsOfOnePairAreToldApartByTime() {
  HopJoiner joiner;
  QVERIFY(joiner.add(kNow, hop(false, "r1", kUs + 1'000, 1000)).empty());
  QVERIFY(joiner.add(kNow, hop(false, "r1", kUs + 501'000, 1000)).empty());
  const auto second = joiner.add(kNow, hop(true, "r1", kUs + 500'000, 3000));
  QCOMPARE(second.size(), 1u);
  QCOMPARE(second[0].server.size(), 1u);
  QCOMPARE(second[0].server[0]->startUs, kUs + 501'000);
}

void HopJoinerTest::retriesGatherAllAttempts() {
  HopJoiner joiner;
  auto client = hop(true, "r1", kUs, 90'000);
  auto changed = std::make_shared<xds::RequestRecord>(*client.record);
  changed->attempts = 3;
  client.record = changed;
  QVERIFY(joiner.add(kNow, hop(false, "r1", kUs + 60'000, 1000)).empty());
  QVERIFY(joiner.add(kNow, hop(false, "r1", kUs + 1000, 1000)).empty());
  QVERIFY(joiner.add(kNow, client).empty());  // one of three has not reported
  const auto rows = joiner.add(kNow, hop(false, "r1", kUs + 30'000, 1000));
  QCOMPARE(rows.size(), 1u);
  QCOMPARE(rows[0].server.size(), 3u);
  QCOMPARE(rows[0].server[0]->startUs, kUs + 1000);
  QCOMPARE(rows[0].server[2]->startUs, kUs + 60'000);
}

void HopJoinerTest::sampledServerAloneIsNotShown() {
  HopJoiner joiner;
  auto sampled = hop(false, "r1", kUs, 1000);
  sampled.sampledOneOf = 10;
  QVERIFY(joiner.add(kNow, sampled).empty());
  QVERIFY(joiner.expire(kNow + 5000).empty());
  QCOMPARE(joiner.waiting(), 0u);
}

void HopJoinerTest::tcpConnectionsPairOneToOne() {
  HopJoiner joiner;
  const auto tcp = [](bool client, std::int64_t startUs) {
    auto out = hop(client, "", startUs, 50'000);
    auto record = std::make_shared<xds::RequestRecord>(*out.record);
    record->kind = xds::RecordKind::Tcp;
    out.record = record;
    return out;
  };
  QVERIFY(joiner.add(kNow, tcp(false, kUs + 2000)).empty());
  QVERIFY(joiner.add(kNow, tcp(false, kUs + 1000)).empty());
  const auto first = joiner.add(kNow, tcp(true, kUs));
  QCOMPARE(first.size(), 1u);
  QCOMPARE(first[0].server.size(), 1u);
  QCOMPARE(first[0].server[0]->startUs, kUs + 1000);
  QCOMPARE(joiner.add(kNow, tcp(true, kUs + 1500)).size(), 1u);
  QCOMPARE(joiner.waiting(), 0u);
}

void HopJoinerTest::nothingWaitsForEver() {
  HopJoiner joiner;
  for (std::size_t i = 0; i < kMaxWaiting + 500; ++i)
    joiner.add(kNow, hop(true, "r" + std::to_string(i), kUs, 1000));
  QCOMPARE(joiner.expire(kNow).size(), 500u);  // over the limit: the oldest go at once
  QCOMPARE(joiner.expire(kNow + 300).size(), kMaxWaiting);
}

void HopJoinerTest::ringFindsByIdAndForgetsTheOldest() {
  RowRing ring(3);
  const auto add = [&](const std::string& id, const std::string& trace, std::int64_t startUs) {
    TrafficRow row;
    row.record.id = id;
    row.record.traceId = trace;
    row.record.startUs = startUs;
    return ring.add(row);
  };
  add("r1", "t", 10);
  add("r2", "t", 30);
  const auto third = add("r3", "t", 20);
  const auto found = ring.find("t");
  QCOMPARE(found.size(), 3u);
  QCOMPARE(found[1]->record.id, std::string("r3"));
  QCOMPARE(ring.find("r1").size(), 1u);
  add("r4", "t", 40);
  QVERIFY(ring.find("r1").empty());
  QCOMPARE(ring.find("t").size(), 3u);
  QCOMPARE(ring.recent(2).front()->record.id, std::string("r3"));
  auto changed = std::make_shared<TrafficRow>(*third);
  changed->from = "changed";
  ring.replace(changed);
  QCOMPARE(ring.find("r3")[0]->from, std::string("changed"));
  QVERIFY(ring.find("").empty());
}

void HopJoinerTest::ringIsBoundedInBytes() {
  RowRing ring(1000, 100'000);
  for (int i = 0; i < 100; ++i) {
    TrafficRow row;
    row.record.id = "r" + std::to_string(i);
    row.record.steps.push_back({"route", true, std::string(5000, 'n'), "", ""});
    const auto added = ring.add(row);
    // What is put in later counts too.
    auto changed = std::make_shared<TrafficRow>(*added);
    changed->server.push_back(std::make_shared<const xds::RequestRecord>(row.record));
    ring.replace(changed);
  }
  QVERIFY(ring.size() >= 5 && ring.size() <= 10);
  QCOMPARE(ring.recent(1)[0]->record.id, std::string("r99"));
  QVERIFY(ring.find("r0").empty());
  TrafficRow huge;
  huge.record.path = std::string(500'000, 'p');
  ring.add(huge);
  QCOMPARE(ring.size(), 1u);  // the newest is always there
}

VARKA_TEST(HopJoinerTest)
#include "hop_joiner_test.moc"
