#include <arpa/inet.h>
#include <sys/socket.h>

#include "proxy/dns/dns_server.h"
#include "proxy/dns/names.h"
#include "proxy/dns/resolver.h"
#include "proxy/net/socket.h"
#include "tests/support/test.h"
#include "tests/unit/proxy/dns/query.h"

using namespace varka;
using namespace varka::proxy;
using test::addressesOf;
using test::query;
using test::rcodeOf;

namespace {

std::shared_ptr<xds::NameTable> bookinfo() {
  auto table = std::make_shared<xds::NameTable>();
  table->table["reviews.default.svc.cluster.local"] = {
      {"240.240.0.7"}, "Kubernetes", "reviews", "default", {}};
  table->table["reviews.other.svc.cluster.local"] = {{"240.240.0.8"}, "Kubernetes", "reviews", "other", {}};
  table->table["db.default.svc.cluster.local"] = {
      {"10.244.0.2", "10.244.0.3"}, "Kubernetes", "db", "default", {}};
  table->table["api.example.com"] = {{"240.240.0.9"}, "External", "", "", {}};
  table->table["*.wild.example"] = {{"240.240.0.10"}, "External", "", "", {}};
  return table;
}

UniqueFd bound(int type) {
  UniqueFd fd(socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_storage address{};
  const auto size = Address::fromIp("127.0.0.1", 0)->toSockaddr(address);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) qFatal("bind");
  if (type == SOCK_STREAM && listen(fd.get(), 16) != 0) qFatal("listen");
  return fd;
}

UniqueFd connected(int type, const Address& to) {
  UniqueFd fd(socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_storage address{};
  const auto size = to.toSockaddr(address);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 && errno != EINPROGRESS)
    qFatal("connect");
  return fd;
}

// Turns the loop until `fd` has something, and returns it.
std::string receive(EventLoop& loop, int fd, std::chrono::milliseconds patience = std::chrono::seconds(5)) {
  char data[4096];
  const auto end = Clock::now() + patience;
  while (Clock::now() < end) {
    loop.runOnce(std::chrono::milliseconds(2));
    const auto got = recv(fd, data, sizeof data, 0);
    if (got > 0) return {data, static_cast<std::size_t>(got)};
  }
  return {};
}

struct Server {
  EventLoop loop;
  UniqueFd upstreamUdp = bound(SOCK_DGRAM), upstreamTcp;
  Address udp, tcp;
  std::unique_ptr<DnsServer> dns;

  explicit Server(Duration timeout = std::chrono::milliseconds(40)) {
    auto udpFd = bound(SOCK_DGRAM), tcpFd = bound(SOCK_STREAM);
    udp = Address::localOf(udpFd.get());
    tcp = Address::localOf(tcpFd.get());
    DnsOptions options{
        "reviews-v1-a-b", "default", "10.244.0.5", "cluster.local", {Address::localOf(upstreamUdp.get())},
        timeout};
    dns = std::make_unique<DnsServer>(loop, options, std::move(udpFd), std::move(tcpFd));
    dns->setNames(bookinfo());
  }
  std::string ask(const std::string& packet) {
    const auto client = connected(SOCK_DGRAM, udp);
    send(client.get(), packet.data(), packet.size(), 0);
    return receive(loop, client.get());
  }
};

}  // namespace

class DnsServerTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:

  void namesOfTheMesh_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("code");  // -1 = forwarded
    QTest::addColumn<QString>("addresses");
    QTest::newRow("short") << "reviews" << 1 << 0 << "240.240.0.7";
    QTest::newRow("with namespace") << "reviews.default" << 1 << 0 << "240.240.0.7";
    QTest::newRow("other namespace") << "reviews.other" << 1 << 0 << "240.240.0.8";
    QTest::newRow("svc") << "reviews.other.svc" << 1 << 0 << "240.240.0.8";
    QTest::newRow("whole, any case") << "REVIEWS.default.SVC.cluster.local" << 1 << 0 << "240.240.0.7";
    QTest::newRow("aaaa is empty") << "reviews" << 28 << 0 << "";
    QTest::newRow("srv is empty") << "reviews" << 33 << 0 << "";
    QTest::newRow("headless") << "db" << 1 << 0 << "10.244.0.2 10.244.0.3";
    QTest::newRow("service entry") << "api.example.com" << 1 << 0 << "240.240.0.9";
    QTest::newRow("wildcard") << "a.b.wild.example" << 1 << 0 << "240.240.0.10";
    QTest::newRow("not the wildcard's own suffix") << "wild.example" << 1 << -1 << "";
    QTest::newRow("own pod") << "reviews-v1-a-b" << 1 << 0 << "10.244.0.5";
    QTest::newRow("the host") << "host.mesh.internal" << 1 << 0 << "240.240.255.254";
    QTest::newRow("unknown service") << "nope.default.svc.cluster.local" << 1 << 3 << "";
    QTest::newRow("search list of an external name") << "www.example.org.svc.cluster.local" << 1 << 3 << "";
    QTest::newRow("unknown short name") << "nope" << 1 << 3 << "";
    QTest::newRow("external") << "www.example.org" << 1 << -1 << "";
    QTest::newRow("external aaaa") << "www.example.org" << 28 << 0 << "";
    QTest::newRow("external txt") << "www.example.org" << 16 << -1 << "";
    QTest::newRow("private reverse") << "7.0.240.240.in-addr.arpa" << 12 << 3 << "";
    QTest::newRow("public reverse") << "8.8.8.8.in-addr.arpa" << 12 << -1 << "";
  }
  void namesOfTheMesh() {
    QFETCH(QString, name);
    QFETCH(int, type);
    QFETCH(int, code);
    QFETCH(QString, addresses);
    const auto table = bookinfo();
    const NameIndex index(table.get(), {"reviews-v1-a-b", "default", "10.244.0.5", "cluster.local"});
    const auto parsed = parseDnsQuery(query(name.toStdString(), static_cast<std::uint16_t>(type)));
    const auto decision = index.decide(*parsed.question);
    if (code < 0) {
      QCOMPARE(decision.kind, DnsDecision::Kind::Forward);
      return;
    }
    QCOMPARE(static_cast<int>(decision.code), code);
    const auto answer = dnsAnswer(*parsed.question, decision.code,
                                  decision.addresses ? *decision.addresses : std::vector<Ipv4>(), 1, 512);
    QStringList got;
    for (const auto& address : addressesOf(answer)) got << QString::fromStdString(address);
    QCOMPARE(got.join(QLatin1Char(' ')), addresses);
  }

  void withoutATableTheMeshIsUnknownNotAbsent() {
    const NameIndex index(nullptr, {"p", "default", "10.244.0.5", "cluster.local"});
    QCOMPARE(index.decide(*parseDnsQuery(query("reviews")).question).code, Rcode::ServFail);
    QCOMPARE(index.decide(*parseDnsQuery(query("www.example.org")).question).kind,
             DnsDecision::Kind::Forward);
  }

  void answersDatagrams() {
    Server server;
    QCOMPARE(addressesOf(server.ask(query("reviews"))), (std::vector<std::string>{"240.240.0.7"}));
    const auto first = addressesOf(server.ask(query("db"))), second = addressesOf(server.ask(query("db")));
    QCOMPARE(first.size(), std::size_t{2});
    QVERIFY(first != second);  // rotated
    QCOMPARE(rcodeOf(server.ask(std::string("\x12\x34\x01\0\0\2\0\0\0\0\0\0", 12))), 1);
    QCOMPARE(server.dns->counters().malformed, std::uint64_t{1});
  }

  void answersConnections() {
    Server server;
    const auto client = connected(SOCK_STREAM, server.tcp);
    const auto framed = [](const std::string& m) {
      return std::string{static_cast<char>(m.size() >> 8), static_cast<char>(m.size() & 0xff)} + m;
    };
    const std::string two = framed(query("reviews")) + framed(query("reviews.other"));
    QVERIFY(test::eventually(std::chrono::seconds(2), [&] {
      server.loop.runOnce(std::chrono::milliseconds(1));
      return send(client.get(), two.data(), 5, MSG_NOSIGNAL) == 5;  // torn on purpose
    }));
    server.loop.runOnce(std::chrono::milliseconds(5));
    send(client.get(), two.data() + 5, two.size() - 5, MSG_NOSIGNAL);
    std::string got;
    QVERIFY(test::eventually(std::chrono::seconds(5), [&] {
      got += receive(server.loop, client.get(), std::chrono::milliseconds(50));
      return got.size() >= 2 * (2 + query("reviews").size() + 16) + 6;
    }));
    const auto size = static_cast<std::size_t>(static_cast<unsigned char>(got[1]));
    QCOMPARE(addressesOf(got.substr(2, size)), (std::vector<std::string>{"240.240.0.7"}));
    QCOMPARE(addressesOf(got.substr(4 + size)), (std::vector<std::string>{"240.240.0.8"}));
  }

  void forwardsWhatItDoesNotKnow() {
    Server server(std::chrono::seconds(2));
    const auto client = connected(SOCK_DGRAM, server.udp);
    const auto asked = query("www.example.org");
    send(client.get(), asked.data(), asked.size(), 0);
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    char data[512];
    ssize_t got = -1;
    QVERIFY(test::eventually(std::chrono::seconds(5), [&] {
      server.loop.runOnce(std::chrono::milliseconds(2));
      got =
          recvfrom(server.upstreamUdp.get(), data, sizeof data, 0, reinterpret_cast<sockaddr*>(&peer), &size);
      return got > 0;
    }));
    const std::string forwarded(data, static_cast<std::size_t>(got));
    QCOMPARE(forwarded.substr(2), asked.substr(2));
    const auto question = *parseDnsQuery(forwarded).question;
    auto forged = dnsAnswer(question, Rcode::NoError, {{6, 6, 6, 6}}, 1, 512);
    setDnsId(forged, static_cast<std::uint16_t>(question.id + 1));
    sendto(server.upstreamUdp.get(), forged.data(), forged.size(), 0,
           reinterpret_cast<const sockaddr*>(&peer), size);
    const auto honest = dnsAnswer(question, Rcode::NoError, {{1, 2, 3, 4}}, 1, 512);
    sendto(server.upstreamUdp.get(), honest.data(), honest.size(), 0,
           reinterpret_cast<const sockaddr*>(&peer), size);
    const auto answer = receive(server.loop, client.get());
    QVERIFY(dnsReplyMatches(asked, answer));  // with the asker's id
    QCOMPARE(addressesOf(answer), (std::vector<std::string>{"1.2.3.4"}));
  }

  void silentResolverIsServfail() {
    Server server(std::chrono::milliseconds(20));
    QCOMPARE(rcodeOf(server.ask(query("www.example.org"))), 2);
    QCOMPARE(server.dns->counters().failed, std::uint64_t{1});
  }

  void openQuestionsAreBounded() {
    Server server(std::chrono::seconds(30));
    const auto client = connected(SOCK_DGRAM, server.udp);
    for (std::size_t i = 0; i < Resolver::kMaxOpen; ++i) {
      const auto packet = query("www.example.org", 1, false, static_cast<std::uint16_t>(i));
      send(client.get(), packet.data(), packet.size(), 0);
      if (i % 16 == 0) server.loop.runOnce(std::chrono::milliseconds(1));
    }
    QVERIFY(test::eventually(std::chrono::seconds(5), [&] {
      server.loop.runOnce(std::chrono::milliseconds(1));
      return server.dns->counters().forwarded == Resolver::kMaxOpen;
    }));
    QCOMPARE(rcodeOf(server.ask(query("one.too.many.example"))), 2);
    QCOMPARE(server.dns->counters().refused, std::uint64_t{1});
    QCOMPARE(addressesOf(server.ask(query("reviews"))).size(),
             std::size_t{1});  // the mesh's own names still work
  }

  void resolvConfIsRead() {
    const auto servers = resolversOf(
        "# c\nsearch x\nnameserver 10.0.0.1\n nameserver\t::1 # v6\nnameserver nonsense\nnameserverx "
        "1.1.1.1\nnameserver 8.8.8.8");
    QCOMPARE(servers.size(), std::size_t{3});
    QCOMPARE(servers[0].text(), std::string("10.0.0.1:53"));
    QCOMPARE(servers[1].text(), std::string("[::1]:53"));
    QCOMPARE(servers[2].text(), std::string("8.8.8.8:53"));
  }
};

VARKA_TEST(DnsServerTest)
#include "server_test.moc"
