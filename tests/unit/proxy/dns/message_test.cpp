#include "proxy/dns/message.h"

#include <random>

#include "tests/support/test.h"
#include "tests/unit/proxy/dns/query.h"

using namespace varka::proxy;
using varka::test::query;

class DnsMessageTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:

  void questionsAreRead_data() {
    QTest::addColumn<QByteArray>("packet");
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("error");  // Rcode, -1 = a question, -2 = not worth an answer
    const auto bytes = [](const std::string& text) { return QByteArray::fromStdString(text); };
    QTest::newRow("plain") << bytes(query("reviews.default")) << "reviews.default" << -1;
    QTest::newRow("case") << bytes(query("ReViews.DEFAULT")) << "reviews.default" << -1;
    QTest::newRow("root") << bytes(query("")) << "" << -1;
    QTest::newRow("empty") << QByteArray() << "" << -2;
    QTest::newRow("torn header") << bytes(query("a").substr(0, 11)) << "" << -2;
    auto response = query("a");
    response[2] = '\x80';
    QTest::newRow("a response") << bytes(response) << "" << -2;
    auto notify = query("a");
    notify[2] = '\x20';
    QTest::newRow("other opcode") << bytes(notify) << "" << 4;
    auto two = query("a");
    two[5] = 2;
    QTest::newRow("two questions") << bytes(two) << "" << 1;
    QTest::newRow("torn name") << bytes(query("reviews").substr(0, 16)) << "" << 1;
    QTest::newRow("no type") << bytes(query("a").substr(0, query("a").size() - 4)) << "" << 1;
    auto pointer = query("a");
    pointer[12] = '\xc0';
    QTest::newRow("compressed") << bytes(pointer) << "" << 1;
    auto dotted = query("abc");
    dotted[14] = '.';
    QTest::newRow("dot inside a label") << bytes(dotted) << "" << 1;
    std::string longest;
    for (int i = 0; i < 5; ++i) longest += std::string(60, 'x') + ".";
    QTest::newRow("too long") << bytes(query(longest)) << "" << 1;
  }
  void questionsAreRead() {
    QFETCH(QByteArray, packet);
    QFETCH(QString, name);
    QFETCH(int, error);
    const auto parsed = parseDnsQuery(packet.toStdString());
    QCOMPARE(parsed.question.has_value(), error == -1);
    if (error == -1) QCOMPARE(QString::fromStdString(parsed.question->name), name);
    if (error == -2) QVERIFY(!parsed.answerable);
    if (error >= 0) QCOMPARE(static_cast<int>(parsed.error), error);
  }

  void answerHasTheAskersCaseAndAddresses() {
    const auto question = parseDnsQuery(query("Reviews", kDnsTypeA, true)).question;
    QVERIFY(question && question->edns);
    QCOMPARE(question->maxUdp, std::size_t{1232});
    const auto answer = dnsAnswer(*question, Rcode::NoError, {{240, 240, 0, 7}}, 30, 512);
    QVERIFY(dnsReplyMatches(query("Reviews"), answer));
    QVERIFY(answer.find("Reviews") != std::string::npos);
    QCOMPARE(varka::test::addressesOf(answer), (std::vector<std::string>{"240.240.0.7"}));
  }

  void tooManyAddressesAreCutAndSaid() {
    const auto question = parseDnsQuery(query("many")).question;
    const std::vector<Ipv4> addresses(100, Ipv4{10, 0, 0, 1});
    const auto small = dnsAnswer(*question, Rcode::NoError, addresses, 30, question->maxUdp);
    QVERIFY(small.size() <= 512);
    QVERIFY(dnsTruncated(small));
    QCOMPARE(varka::test::addressesOf(small).size(), (512 - query("many").size()) / 16);
    const auto large = dnsAnswer(*question, Rcode::NoError, addresses, 30, kDnsMaxMessage);
    QVERIFY(!dnsTruncated(large));
    QCOMPARE(varka::test::addressesOf(large).size(), addresses.size());
  }

  void repliesMustFitTheirQuery() {
    const auto asked = query("a.example");
    auto good = query("A.Example");
    good[2] = '\x81';
    QVERIFY(dnsReplyMatches(asked, good));
    auto id = good;
    id[0] = static_cast<char>(id[0] + 1);
    QVERIFY(!dnsReplyMatches(asked, id));
    auto other = query("b.example");
    other[2] = '\x81';
    QVERIFY(!dnsReplyMatches(asked, other));
    auto type = query("a.example", kDnsTypeAaaa);
    type[2] = '\x81';
    QVERIFY(!dnsReplyMatches(asked, type));
    QVERIFY(!dnsReplyMatches(asked, asked));
    QVERIFY(!dnsReplyMatches(asked, good.substr(0, 14)));
  }

  // Whatever comes: no crash, no question with an impossible name, and an answer that stays in its limit.
  void anyBytesAreSafe() {
    std::mt19937 random(20240607);
    const auto byte = [&] { return static_cast<char>(random() & 0xff); };
    const std::string seeds[] = {query("reviews.default.svc.cluster.local", kDnsTypeA, true), query("a"),
                                 std::string()};
    for (int round = 0; round < 200'000; ++round) {
      std::string packet = seeds[random() % 3];
      for (unsigned edits = random() % 8; edits > 0 && !packet.empty(); --edits)
        packet[random() % packet.size()] = byte();
      if (random() % 4 == 0) packet.resize(random() % (packet.size() + 20), byte());
      const auto parsed = parseDnsQuery(packet);
      if (!parsed.question) continue;
      QVERIFY(parsed.question->name.size() <= 255);
      const auto answer =
          dnsAnswer(*parsed.question, Rcode::NoError, std::vector<Ipv4>(50), 1, parsed.question->maxUdp);
      QVERIFY(answer.size() <= 1232);
      QVERIFY(dnsReplyMatches(packet, answer));
    }
  }
};

VARKA_TEST(DnsMessageTest)
#include "message_test.moc"
