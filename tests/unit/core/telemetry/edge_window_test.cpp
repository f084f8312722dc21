#include "core/telemetry/edge_window.h"

#include "tests/support/test.h"

using namespace varka;
using namespace varka::telemetry;

namespace {

constexpr std::int64_t kStart = 1'800'000'000'000;

EdgeCounts requests(std::uint64_t count) {
  EdgeCounts out;
  out.requests = out.status2xx = count;
  out.bytes = count * 100;
  return out;
}

bool near(double value, double expected, double tolerance) {
  return value >= expected - tolerance && value <= expected + tolerance;
}

}  // namespace

class EdgeWindowTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void windowHasExactlyTheLastTenSeconds();
  void steadyStreamHasASteadyRateWhateverThePhase();
  void rateFollowsAStepWithinSeconds();
  void rateAndWindowEndAfterSilence();
  void oneRequestIsVisibleAtOnce();
  void historyHasOneValueASecond();
  void restartAfterSilenceForgetsTheOldRate();
  void percentilesInterpolateInsideABucket();
  void percentileWithoutSamplesIsZero();
  void errorsCountDeniedOnceAndNeverMoreThanRequests();
};

void EdgeWindowTest::windowHasExactlyTheLastTenSeconds() {
  EdgeWindow window;
  for (int second = 0; second < 30; ++second) window.add(kStart + second * 1000 + 500, requests(7));
  QCOMPARE(window.window(kStart + 29'600).requests, std::uint64_t{70});
  QCOMPARE(window.window(kStart + 30'000).requests, std::uint64_t{63});
  QCOMPARE(window.window(kStart + 38'999).requests, std::uint64_t{7});
  QCOMPARE(window.window(kStart + 39'000).requests, std::uint64_t{0});
  QCOMPARE(window.second(kStart + 29'000).requests, std::uint64_t{7});
  QCOMPARE(window.second(kStart + 30'000).requests, std::uint64_t{0});
}

void EdgeWindowTest::steadyStreamHasASteadyRateWhateverThePhase() {
  for (const int phase : {0, 1, 250, 500, 999}) {
    EdgeWindow window;
    for (int second = 0; second < 40; ++second) {
      const auto at = kStart + second * 1000 + phase;
      window.add(at, requests(100));
      if (second < 2) continue;
      for (const int later : {0, 300, 700, 999}) {
        const auto rate = window.rate(at + later);
        QVERIFY2(near(rate, 100, 0.5), qPrintable(QString::number(rate)));
        QVERIFY(near(window.byteRate(at + later), 10000, 50));
      }
    }
  }
}

void EdgeWindowTest::rateFollowsAStepWithinSeconds() {
  EdgeWindow window;
  for (int second = 0; second < 20; ++second) window.add(kStart + second * 1000, requests(10));
  for (int second = 20; second < 25; ++second) window.add(kStart + second * 1000, requests(100));
  const auto rate = window.rate(kStart + 24'000);
  QVERIFY2(rate > 60 && rate < 90, qPrintable(QString::number(rate)));  // e-folding in five seconds
}

void EdgeWindowTest::rateAndWindowEndAfterSilence() {
  EdgeWindow window;
  for (int second = 0; second < 20; ++second) window.add(kStart + second * 1000, requests(100));
  double before = window.rate(kStart + 19'000);
  for (int later = 2000; later <= 10'000; later += 1000) {
    const auto rate = window.rate(kStart + 19'000 + later);
    QVERIFY(rate < before);
    before = rate;
  }
  QCOMPARE(window.rate(kStart + 29'001), 0.0);
  QCOMPARE(window.window(kStart + 29'001).requests, std::uint64_t{0});
}

void EdgeWindowTest::oneRequestIsVisibleAtOnce() {
  EdgeWindow window;
  window.add(kStart, requests(1));
  QVERIFY(near(window.rate(kStart), 1, 0.01));
  QVERIFY(window.rate(kStart + 5000) < 0.5);
  QVERIFY(window.rate(kStart + 5000) > 0);
}

void EdgeWindowTest::historyHasOneValueASecond() {
  EdgeWindow window;
  for (int second = 0; second < 100; ++second) window.add(kStart + second * 1000, requests(5));
  const auto full = window.history(kStart + 99'000);
  QCOMPARE(full.size(), 60u);
  for (const auto value : full) QVERIFY(near(value, 5, 1e-6));
  const auto later = window.history(kStart + 119'000);
  QVERIFY(near(later.front(), 5, 1e-6));
  QCOMPARE(later.back(), 0.0);
  const auto gone = window.history(kStart + 300'000);
  for (const auto value : gone) QCOMPARE(value, 0.0);
}

void EdgeWindowTest::restartAfterSilenceForgetsTheOldRate() {
  EdgeWindow window;
  for (int second = 0; second < 20; ++second) window.add(kStart + second * 1000, requests(100));
  window.add(kStart + 60'000, requests(3));
  QVERIFY(near(window.rate(kStart + 60'000), 3, 0.1));
}

void EdgeWindowTest::percentilesInterpolateInsideABucket() {
  LatencyHistogram histogram{};
  histogram[4] = 100;  // 5…10 ms
  QVERIFY(near(percentile(histogram, 0.5), 7.5, 0.01));
  QVERIFY(near(percentile(histogram, 0.99), 9.95, 0.01));
  histogram[11] = 10;  // 1000…2000 ms
  QVERIFY(near(percentile(histogram, 0.95), 1450, 1));
  LatencyHistogram endless{};
  endless.back() = 1;
  QCOMPARE(percentile(endless, 0.5), 30000.0);
}

void EdgeWindowTest::percentileWithoutSamplesIsZero() {
  QCOMPARE(percentile({}, 0.5), 0.0);
}

void EdgeWindowTest::errorsCountDeniedOnceAndNeverMoreThanRequests() {
  EdgeCounts counts;
  counts.requests = 10;
  counts.status4xx = 4;
  counts.denied = 9;  // the server's report may come before the client's
  counts.errors5xx = 2;
  QCOMPARE(counts.errors(), std::uint64_t{6});
  counts.errors5xx = 20;
  QCOMPARE(counts.errors(), std::uint64_t{10});
}

VARKA_TEST(EdgeWindowTest)
#include "edge_window_test.moc"
