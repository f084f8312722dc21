#include <sys/socket.h>

#include "proxy/net/connection.h"
#include "proxy/net/event_loop.h"
#include "tests/support/test.h"

using namespace varka::proxy;
using namespace std::chrono_literals;

namespace {

struct Peer : ConnectionEvents {
  void onReady() override { ready = true; }
  void onData(std::string_view data) override { received += data; }
  void onEnd() override { ended = true; }
  void onDrained() override { drained = true; }
  void onClosed(CloseReason why, std::string_view text) override {
    closed = true;
    reason = why;
    detail = text;
  }
  bool ready = false, ended = false, closed = false, drained = false;
  CloseReason reason = CloseReason::Local;
  std::string received, detail;
};

struct Pair {
  EventLoop loop;
  Peer a, b;
  std::unique_ptr<Connection> left, right;
  Pair() {
    int fds[2];
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds);
    left = std::make_unique<Connection>(loop, UniqueFd(fds[0]), nullptr);
    right = std::make_unique<Connection>(loop, UniqueFd(fds[1]), nullptr);
    left->start(a);
    right->start(b);
  }
  bool until(const std::function<bool()>& done) {
    for (int i = 0; i < 2000 && !done(); ++i) loop.runOnce(5ms);
    return done();
  }
};

}  // namespace

class EventLoopTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void timersFireInOrderAndOnlyWhenArmed() {
    EventLoop loop;
    std::vector<int> order;
    Timer late([&] { order.push_back(2); }), early([&] { order.push_back(1); }),
        never([&] { order.push_back(3); });
    late.arm(loop, 8ms);
    early.arm(loop, 2ms);
    never.arm(loop, 4ms);
    never.disarm();
    for (int i = 0; i < 100 && order.size() < 2; ++i) loop.runOnce(5ms);
    QCOMPARE(order, (std::vector<int>{1, 2}));
    QVERIFY(!early.armed());
  }

  void postedTasksRunInOrderFromAnyThread() {
    EventLoop loop;
    std::vector<int> order;
    std::thread other([&] {
      for (int i = 0; i < 100; ++i) loop.post([&order, i] { order.push_back(i); });
    });
    other.join();
    loop.runOnce(10ms);
    QCOMPARE(order.size(), std::size_t{100});
    QVERIFY(std::is_sorted(order.begin(), order.end()));
  }

  void writesOfOneTurnLeaveTogetherAndEndsAreSeen() {
    Pair pair;
    pair.left->write("hello ");
    pair.left->write("world");
    QVERIFY(pair.until([&] { return pair.b.received == "hello world"; }));
    pair.left->shutdownWrite();
    QVERIFY(pair.until([&] { return pair.b.ended; }));
    pair.right->write("still here");  // half-closed
    QVERIFY(pair.until([&] { return pair.a.received == "still here"; }));
    QVERIFY(!pair.a.closed && !pair.b.closed);
  }

  void aReaderThatDoesNotReadStopsTheWriter() {
    Pair pair;
    pair.right->pause(kPauseOwner);
    std::size_t written = 0;
    const std::string piece(16 * 1024, 'x');
    while (!pair.left->aboveHighWatermark() && written < 64u << 20) {
      pair.left->write(piece);
      written += piece.size();
    }
    QVERIFY2(pair.left->aboveHighWatermark(), "the output never filled");
    QVERIFY(!pair.a.drained);
    pair.right->resume(kPauseOwner);
    QVERIFY(pair.until([&] { return pair.b.received.size() == written && pair.a.drained; }));
  }

  void whatIsQueuedArrivesBeforeTheEnd() {
    Pair pair;
    const std::string big(1 << 20, 'y');
    pair.left->write(big);
    Connection::closeAfterFlush(std::move(pair.left), true);
    QVERIFY(pair.until([&] { return pair.b.ended; }));
    QCOMPARE(pair.b.received.size(), big.size());
  }

  void aRefusedConnectionIsReportedFromTheLoop() {
    EventLoop loop;
    Peer peer;
    auto fd = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    auto connection =
        Connection::connect(loop, std::move(fd), Address::unixSocket("/nonexistent/socket"), 1s, nullptr);
    connection->start(peer);
    QVERIFY(!peer.closed);
    for (int i = 0; i < 50 && !peer.closed; ++i) loop.runOnce(5ms);
    QVERIFY(peer.closed);
    QCOMPARE(peer.reason, CloseReason::ConnectFailed);
  }

  void addressesAreReadAndWritten() {
    for (const char* text : {"10.0.0.1:80", "[::1]:443", "/run/x.sock"})
      QCOMPARE(Address::parse(text)->text(), std::string(text));
    for (const char* text : {"10.0.0.1", "10.0.0.1:", "10.0.0.1:70000", "a.b:80", ":80", ""})
      QVERIFY2(!Address::parse(text), text);
  }
};

VARKA_TEST(EventLoopTest)
#include "event_loop_test.moc"
