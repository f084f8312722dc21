// The rules of the stream (docs/xds-stream.md), one test each: server, client, and both against each other.
#include "core/xds/delta_client.h"
#include "core/xds/delta_server.h"
#include "tests/support/test.h"

using namespace varka;
using namespace varka::xds;
using namespace std::chrono_literals;

namespace {

const std::string kLds(kListenerType), kRds(kRouteType), kCds(kClusterType), kEds(kEndpointType), kSds(kSecretType);

Resource fake(const std::string& type, const std::string& name, const std::string& content) {
  return {type, name, content, std::make_shared<const std::string>("{}")};
}

/// "type/name=content" entries make a snapshot.
std::shared_ptr<const Snapshot> snapshot(std::initializer_list<std::array<std::string, 3>> entries) {
  auto result = std::make_shared<Snapshot>();
  for (const auto& [type, name, content] : entries) result->add(fake(type, name, content));
  return result;
}

/// A server with a client that answers by hand.
struct Fixture {
  DeltaServer server{"varka"};
  DeltaServer::Clock::time_point now{};
  bool nodeSent = false;

  std::vector<DeltaResponse> request(DeltaRequest request) {
    if (!nodeSent) request.node = Node{"sidecar~1", "", {}, {}, ""};
    nodeSent = true;
    auto result = server.handle(request, now);
    if (!result) qFatal("%s", result.error().message.c_str());
    return *result;
  }
  std::vector<DeltaResponse> subscribe(const std::string& type, std::vector<std::string> names = {}) {
    DeltaRequest message;
    message.typeUrl = type;
    message.subscribe = std::move(names);
    return request(message);
  }
  std::vector<DeltaResponse> unsubscribe(const std::string& type, std::vector<std::string> names) {
    DeltaRequest message;
    message.typeUrl = type;
    message.unsubscribe = std::move(names);
    return request(message);
  }
  std::vector<DeltaResponse> ack(const DeltaResponse& response, std::optional<ErrorDetail> error = {}) {
    DeltaRequest message;
    message.typeUrl = response.typeUrl;
    message.responseNonce = response.nonce;
    message.error = std::move(error);
    return request(message);
  }
  std::vector<DeltaResponse> push(std::shared_ptr<const Snapshot> next, std::string version = "v") {
    return server.setSnapshot(std::move(next), std::move(version), now);
  }
};

std::string text(const DeltaResponse& response) {
  std::string out = response.typeUrl == kLds ? "LDS" : response.typeUrl == kRds ? "RDS" : response.typeUrl == kCds ? "CDS" : response.typeUrl == kEds ? "EDS" : "SDS";
  for (const auto& resource : response.resources) out += " +" + resource.name + "=" + resource.version;
  for (const auto& name : response.removed) out += " -" + name;
  return out;
}
std::string text(const std::vector<DeltaResponse>& responses) {
  std::string out;
  for (const auto& response : responses) out += (out.empty() ? "" : " | ") + text(response);
  return out;
}

}  // namespace

class DeltaTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theFirstRequestNeedsTheNode() {  // rule 1
    DeltaServer server("varka");
    DeltaRequest request;
    request.typeUrl = kCds;
    QVERIFY(!server.handle(request, {}));
  }

  void anEmptyFirstRequestIsAWildcardForClustersAndListenersOnly() {  // rule 3
    Fixture f;
    f.push(snapshot({{kCds, "a", "1"}, {kLds, "l", "1"}, {kRds, "r", "1"}}));
    QCOMPARE(text(f.subscribe(kCds)), std::string("CDS +a=1"));
    QCOMPARE(text(f.subscribe(kLds)), std::string("LDS +l=1"));
    QCOMPARE(text(f.subscribe(kRds)), std::string("RDS"));  // the first request is answered, with nothing
    Fixture g;
    g.push(snapshot({{kCds, "a", "1"}, {kCds, "b", "1"}}));
    const auto first = g.subscribe(kCds, {"a"});
    QCOMPARE(text(first), std::string("CDS +a=1"));
    QCOMPARE(text(g.ack(first[0])), std::string());
    QCOMPARE(text(g.subscribe(kCds, {"*"})), std::string("CDS +b=1"));
    const auto end = g.unsubscribe(kCds, {"*"});
    QCOMPARE(text(end), std::string());
  }

  void whatTheClientHasIsNotResent() {  // rule 4
    Fixture f;
    f.push(snapshot({{kCds, "a", "1"}, {kCds, "b", "2"}}));
    DeltaRequest request;
    request.typeUrl = kCds;
    request.subscribe = {"*"};
    request.initialVersions = {{"a", "1"}, {"b", "1"}, {"gone", "1"}};
    const auto first = f.request(request);
    QCOMPARE(text(first), std::string("CDS +b=2"));
    QCOMPARE(text(f.ack(first[0])), std::string("CDS -gone"));  // removals come in the second wave
    DeltaRequest again;
    again.typeUrl = kCds;
    again.initialVersions = {{"a", "1"}};
    QVERIFY(!f.server.handle(again, {}));
  }

  void namingAgainForcesAResend() {  // rule 5
    Fixture f;
    f.push(snapshot({{kEds, "a", "1"}, {kEds, "b", "1"}}));
    const auto first = f.subscribe(kEds, {"a", "b"});
    f.ack(first[0]);
    QCOMPARE(text(f.subscribe(kEds, {"a"})), std::string("EDS +a=1"));
  }

  void onlyChangesAreSent() {  // rule 6
    Fixture f;
    f.push(snapshot({{kCds, "a", "1"}, {kCds, "b", "1"}}));
    f.ack(f.subscribe(kCds)[0]);
    QCOMPARE(text(f.push(snapshot({{kCds, "a", "1"}, {kCds, "b", "2"}, {kCds, "c", "1"}}))), std::string("CDS +b=2 +c=1"));
    QCOMPARE(text(f.push(snapshot({{kCds, "a", "1"}, {kCds, "b", "2"}, {kCds, "c", "1"}}))), std::string());
  }

  void aMissingNameIsAnsweredAtOnceAndRemembered() {  // rule 7
    Fixture f;
    f.push(snapshot({}));
    const auto first = f.subscribe(kRds, {"r"});
    QCOMPARE(text(first), std::string("RDS -r"));
    QCOMPARE(text(f.ack(first[0])), std::string());
    QCOMPARE(text(f.push(snapshot({{kRds, "r", "1"}}))), std::string("RDS +r=1"));
  }

  void aStaleNonceIsNoAnswerButItsSubscriptionCounts() {  // rules 2, 8
    Fixture f;
    f.push(snapshot({{kRds, "r", "1"}, {kRds, "s", "1"}}));
    const auto first = f.subscribe(kRds, {"r"});
    DeltaRequest stale;
    stale.typeUrl = kRds;
    stale.responseNonce = "nonsense";
    stale.subscribe = {"s"};
    QCOMPARE(text(f.request(stale)), std::string());  // the first response is still unanswered
    QCOMPARE(f.server.status().at(kRds).state, TypeStatus::State::Stale);
    QCOMPARE(text(f.ack(first[0])), std::string("RDS +s=1"));
  }

  void pureAnswersAndUnsubscriptionsGetNoResponse() {  // rule 9
    Fixture f;
    f.push(snapshot({{kRds, "r", "1"}, {kCds, "a", "1"}}));
    const auto first = f.subscribe(kRds, {"r"});
    QCOMPARE(text(f.ack(first[0])), std::string());
    QCOMPARE(text(f.unsubscribe(kRds, {"r"})), std::string());
    QCOMPARE(text(f.push(snapshot({{kRds, "r", "2"}, {kCds, "a", "1"}}))), std::string());
    f.ack(f.subscribe(kCds, {"*", "a", "b"})[0]);
    const auto still = f.unsubscribe(kCds, {"a"});
    QCOMPARE(text(still), std::string("CDS +a=1"));
    f.ack(still[0]);
    QCOMPARE(text(f.unsubscribe(kCds, {"b"})), std::string("CDS -b"));
  }

  void aRefusedVersionIsShownAndNotResentUntilItChanges() {  // rules 10, 11
    Fixture f;
    f.push(snapshot({{kLds, "l", "1"}}));
    const auto first = f.subscribe(kLds);
    QCOMPARE(text(f.ack(first[0], ErrorDetail{3, "l: address: is required"})), std::string());
    const auto status = f.server.status().at(kLds);
    QCOMPARE(status.state, TypeStatus::State::Nacked);
    QCOMPARE(status.lastError, std::string("l: address: is required"));
    QCOMPARE(text(f.push(snapshot({{kLds, "l", "1"}}))), std::string());
    const auto fixed = f.push(snapshot({{kLds, "l", "2"}}));
    QCOMPARE(text(fixed), std::string("LDS +l=2"));
    f.ack(fixed[0]);
    QCOMPARE(f.server.status().at(kLds).state, TypeStatus::State::Synced);
    QVERIFY(f.server.status().at(kLds).lastError.empty());
    QVERIFY(f.server.settled());
  }

  void newestContentReplacesWhatWaits() {  // coalescing
    Fixture f;
    f.push(snapshot({{kCds, "a", "1"}}));
    const auto first = f.subscribe(kCds);
    for (int i = 2; i < 50; ++i) QCOMPARE(text(f.push(snapshot({{kCds, "a", std::to_string(i)}}))), std::string());
    QVERIFY(!f.server.settled());
    QCOMPARE(text(f.ack(first[0])), std::string("CDS +a=49"));
  }

  void makesBeforeItBreaks() {  // order and second wave
    Fixture f;
    f.push(snapshot({{kCds, "old", "1"}, {kEds, "old", "1"}, {kLds, "l", "1"}, {kLds, "gone", "1"}, {kRds, "r", "1"}, {kSds, "ROOTCA", "1"}}));
    f.ack(f.subscribe(kCds)[0]);
    f.ack(f.subscribe(kLds)[0]);
    f.ack(f.subscribe(kEds, {"old"})[0]);
    f.ack(f.subscribe(kRds, {"r"})[0]);
    f.ack(f.subscribe(kSds, {"ROOTCA"})[0]);
    f.subscribe(kEds, {"new"});
    const auto next = snapshot({{kCds, "new", "1"}, {kEds, "new", "1"}, {kLds, "l", "2"}, {kRds, "r", "2"}, {kSds, "ROOTCA", "2"}});
    // (the wish for "new" was answered as removed and is still unanswered: EDS waits)
    auto wave = f.push(next);
    QCOMPARE(text(wave), std::string("CDS +new=1 | LDS +l=2 | RDS +r=2 | SDS +ROOTCA=2"));
    QVERIFY(f.server.deadline().has_value());
    QCOMPARE(text(f.ack(wave[0])), std::string());
    QCOMPARE(text(f.ack(wave[1])), std::string());  // not yet: routes may still point at what goes
    QCOMPARE(text(f.ack(wave[2])), std::string("LDS -gone | CDS -old"));
  }

  void removesAfterFiveSecondsWithoutAnAnswer() {
    Fixture f;
    f.push(snapshot({{kCds, "old", "1"}, {kRds, "r", "1"}}));
    f.ack(f.subscribe(kCds)[0]);
    f.ack(f.subscribe(kRds, {"r"})[0]);
    QCOMPARE(text(f.push(snapshot({{kRds, "r", "2"}}))), std::string("RDS +r=2"));
    f.now += 4s;
    QCOMPARE(text(f.server.tick(f.now)), std::string());
    f.now += 2s;
    QCOMPARE(text(f.server.tick(f.now)), std::string("CDS -old"));
  }

  void aPassedDeadlineIsNotAskedForAgain() {
    // A caller that arms a timer for deadline() must not spin while a removal waits for an answer.
    Fixture f;
    f.push(snapshot({{kCds, "a", "1"}, {kCds, "old", "1"}, {kRds, "r", "1"}}));
    f.ack(f.subscribe(kCds)[0]);
    f.ack(f.subscribe(kRds, {"r"})[0]);
    const auto wave = f.push(snapshot({{kCds, "a", "2"}, {kRds, "r", "2"}}));
    QVERIFY(f.server.deadline().has_value());
    f.now += 6s;
    QCOMPARE(text(f.server.tick(f.now)), std::string());  // the clusters are still unanswered
    QVERIFY(!f.server.deadline().has_value());
    QCOMPARE(text(f.ack(wave[0])), std::string("CDS -old"));
  }

  void removedThingsComeBack() {
    Fixture f;
    f.push(snapshot({{kEds, "a", "1"}}));
    f.ack(f.subscribe(kEds, {"a"})[0]);
    const auto gone = f.push(snapshot({}));
    QCOMPARE(text(gone), std::string("EDS -a"));
    f.ack(gone[0]);
    QCOMPARE(text(f.push(snapshot({{kEds, "a", "1"}}))), std::string("EDS +a=1"));
  }

  void requestsBeforeTheFirstSnapshotAreRemembered() {
    Fixture f;
    QCOMPARE(text(f.subscribe(kCds)), std::string());
    QCOMPARE(text(f.subscribe(kRds, {"r"})), std::string());
    QCOMPARE(text(f.push(snapshot({{kCds, "a", "1"}, {kRds, "r", "1"}}))), std::string("CDS +a=1 | RDS +r=1"));
  }

  void theClientKeepsVersionsAcrossStreams() {
    DeltaClient client(Node{"n", "", {}, {}, ""});
    client.subscribeAll(kCds);
    client.streamOpened();
    auto requests = client.requests();
    QCOMPARE(requests.size(), 1u);
    QVERIFY(requests[0].node.has_value());
    QCOMPARE(requests[0].subscribe, (std::vector<std::string>{"*"}));
    DeltaResponse response;
    response.typeUrl = kCds;
    response.nonce = "7";
    response.resources = {fake(kCds, "a", "1"), fake(kCds, "b", "1")};
    const auto nack = client.answer(response, {"b"}, "b: name: broken");
    QCOMPARE(nack.responseNonce, std::string("7"));
    QCOMPARE(nack.error->code, 3);
    client.setNames(kEds, {"a"});
    QCOMPARE(client.requests().size(), 1u);
    QVERIFY(client.requests().empty());
    client.setNames(kEds, {"c"});
    requests = client.requests();
    QCOMPARE(requests[0].subscribe, (std::vector<std::string>{"c"}));
    QCOMPARE(requests[0].unsubscribe, (std::vector<std::string>{"a"}));
    client.resubscribe(kEds, "c");
    QCOMPARE(client.requests()[0].subscribe, (std::vector<std::string>{"c"}));
    client.streamOpened();
    requests = client.requests();
    QCOMPARE(requests.size(), 2u);
    QCOMPARE(requests[0].initialVersions, (std::map<std::string, std::string>{{"a", "1"}}));  // not the refused one
    QVERIFY(requests[0].node && !requests[1].node);
  }

  void whatIsAskedAgainIsBroughtByTheNextStreamToo() {
    DeltaClient client(Node{"n", "", {}, {}, ""});
    client.setNames(kEds, {"a"});
    client.streamOpened();
    (void)client.requests();
    DeltaResponse response;
    response.typeUrl = kEds;
    response.nonce = "1";
    response.resources = {fake(kEds, "a", "1")};
    (void)client.answer(response, {}, "");
    client.resubscribe(kEds, "a");
    client.streamOpened();
    QVERIFY(client.requests().at(0).initialVersions.empty());
  }

  void aReconnectWithTheSameConfigurationSendsNothing() {
    DeltaClient client(Node{"n", "", {}, {}, ""});
    client.subscribeAll(kCds);
    const auto config = snapshot({{kCds, "a", "1"}, {kCds, "b", "1"}});
    int resources = 0;
    for (int stream = 0; stream < 2; ++stream) {
      DeltaServer server("varka");
      server.setSnapshot(config, "v", {});
      client.streamOpened();
      for (const auto& request : client.requests()) {
        const auto responses = server.handle(request, {});
        for (const auto& response : *responses) {
          resources += static_cast<int>(response.resources.size());
          QVERIFY(server.handle(client.answer(response, {}, ""), {})->empty());
        }
      }
      QVERIFY(server.settled());
    }
    QCOMPARE(resources, 2);
  }

  void randomChangesAlwaysConverge() {
    // 40 runs of 60 random snapshots with answers at random moments: in the end the client has the last snapshot.
    for (unsigned seed = 1; seed <= 40; ++seed) {
      std::srand(seed);
      DeltaServer server("varka");
      DeltaClient client(Node{"n", "", {}, {}, ""});
      client.subscribeAll(kCds);
      client.subscribeAll(kLds);
      client.streamOpened();
      std::map<std::string, std::map<std::string, std::string>> have;
      std::vector<DeltaResponse> flying;
      DeltaServer::Clock::time_point now{};
      const auto take = [&](std::vector<DeltaResponse> responses) {
        for (auto& response : responses) flying.push_back(std::move(response));
      };
      const auto answerOne = [&] {
        const DeltaResponse response = flying.front();
        flying.erase(flying.begin());
        for (const auto& resource : response.resources) have[response.typeUrl][resource.name] = resource.version;
        for (const auto& name : response.removed) have[response.typeUrl].erase(name);
        std::set<std::string> clusters;
        for (const auto& [name, version] : have[kCds]) clusters.insert(name);
        take(*server.handle(client.answer(response, {}, ""), now));
        client.setNames(kEds, clusters);
        for (const auto& request : client.requests()) take(*server.handle(request, now));
      };
      std::shared_ptr<Snapshot> last;
      for (int step = 0; step < 60; ++step) {
        last = std::make_shared<Snapshot>();
        for (const auto& type : {kCds, kEds, kLds})
          for (int i = 0; i < 4; ++i)
            if (std::rand() % 3) last->add(fake(type, std::string(1, static_cast<char>('a' + i)), std::to_string(std::rand() % 3)));
        take(server.setSnapshot(last, std::to_string(step), now));
        if (step == 3)
          for (const auto& request : client.requests()) take(*server.handle(request, now));
        while (!flying.empty() && std::rand() % 2) answerOne();
        now += std::chrono::milliseconds(std::rand() % 3000);
        take(server.tick(now));
      }
      for (int i = 0; i < 200 && !(flying.empty() && server.settled()); ++i) {
        if (!flying.empty()) answerOne();
        now += 6s;
        take(server.tick(now));
      }
      for (const auto& type : {kCds, kLds}) {
        std::map<std::string, std::string> expected;
        for (const auto& [name, resource] : last->of(type)) expected[name] = resource.version;
        QVERIFY2(have[type] == expected, qPrintable(QStringLiteral("seed %1 %2").arg(seed).arg(QString::fromStdString(type))));
      }
      for (const auto& [name, version] : have[kCds]) {
        const auto& assignments = last->of(kEds);
        const auto found = assignments.find(name);
        if (found != assignments.end()) QCOMPARE(have[kEds][name], found->second.version);
      }
    }
  }
};

VARKA_TEST(DeltaTest)
#include "delta_test.moc"
