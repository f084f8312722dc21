#include "core/telemetry/origin.h"

#include "tests/support/test.h"

using namespace varka;
using namespace varka::telemetry;

namespace {

xds::RequestRecord record(int status, const std::string& flags, const std::string& details,
                          const std::string& origin = {}) {
  xds::RequestRecord out;
  out.status = status;
  out.flags = flags;
  out.details = details;
  out.origin = origin;
  return out;
}

}  // namespace

class OriginTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void classifiesByFlagsAndDetails_data();
  void classifiesByFlagsAndDetails();
  void everyNameHasALetterAndAnIndex();
  void serversWordSettlesWhatTheClientTookForTheApp();
  void tcpWithoutFlagsIsASuccess();
};

void OriginTest::classifiesByFlagsAndDetails_data() {
  QTest::addColumn<int>("status");
  QTest::addColumn<QString>("flags");
  QTest::addColumn<QString>("details");
  QTest::addColumn<QString>("expected");
  const auto row = [](int status, const char* flags, const char* details, const char* expected) {
    QTest::addRow("%d %s %s", status, flags, details) << status << flags << details << expected;
  };
  row(200, "", "via_upstream", "");
  row(302, "", "direct_response", "");
  row(200, "DI", "via_upstream", "");  // delayed by a fault, but answered
  row(404, "", "via_upstream", "app");
  row(500, "", "via_upstream", "app");
  row(500, "DI", "via_upstream", "app");
  row(503, "URX", "via_upstream", "app");
  row(504, "UT", "upstream_response_timeout", "app");
  row(500, "FI", "fault_filter_abort", "fault");
  row(404, "NR", "route_not_found", "noroute");
  row(503, "NC", "cluster_not_found", "noroute");
  row(403, "", "rbac_access_denied_matched_policy[none]", "policy");
  row(401, "", "jwt_authn_access_denied{Jwt_is_missing}", "policy");
  row(403, "UAEX", "ext_authz_denied", "policy");
  row(429, "RL", "request_rate_limited", "overload");
  row(503, "UO", "upstream_reset_before_response_started{overflow}", "overload");
  row(503, "UH", "no_healthy_upstream", "network");
  row(503, "UF,URX", "upstream_reset_before_response_started{remote_connection_failure}", "network");
  row(503, "UF,URX",
      "upstream_reset_before_response_started{remote_connection_failure,TLS_error:|268435581:SSL}", "tls");
  row(503, "UC", "upstream_reset_before_response_started{connection_termination}", "network");
  row(0, "DC", "downstream_remote_disconnect", "network");
  row(0, "", "", "network");
  row(502, "XUF", "", "app");  // not UF
}

void OriginTest::classifiesByFlagsAndDetails() {
  QFETCH(int, status);
  QFETCH(QString, flags);
  QFETCH(QString, details);
  QFETCH(QString, expected);
  QCOMPARE(originOf(record(status, flags.toStdString(), details.toStdString())), expected.toStdString());
  // The proxy that was there knows better.
  QCOMPARE(originOf(record(status, flags.toStdString(), details.toStdString(), "tls")), std::string("tls"));
}

void OriginTest::everyNameHasALetterAndAnIndex() {
  std::string letters;
  for (std::size_t i = 0; i < kOriginNames.size(); ++i) {
    QCOMPARE(originIndex(kOriginNames[i]), static_cast<int>(i));
    letters += kOriginLetters[i];
  }
  QCOMPARE(letters, std::string("APFNTRO"));
  QCOMPARE(originIndex(""), -1);
  QCOMPARE(originIndex("nobody"), -1);
}

void OriginTest::serversWordSettlesWhatTheClientTookForTheApp() {
  const auto client = record(403, "", "via_upstream");
  const auto server = record(403, "", "rbac_access_denied_matched_policy[none]");
  QCOMPARE(settledOrigin(client, &server), std::string("policy"));
  QCOMPARE(settledOrigin(client, nullptr), std::string("app"));
  const auto fault = record(503, "FI", "fault_filter_abort");
  QCOMPARE(settledOrigin(fault, &server), std::string("fault"));
  const auto earlierAttempt = record(503, "", "rbac_access_denied_matched_policy[none]");
  QCOMPARE(settledOrigin(client, &earlierAttempt), std::string("app"));  // not the answer the client got
}

void OriginTest::tcpWithoutFlagsIsASuccess() {
  auto tcp = record(0, "", "");
  tcp.kind = xds::RecordKind::Tcp;
  QCOMPARE(originOf(tcp), std::string());
  tcp.flags = "UF";
  QCOMPARE(originOf(tcp), std::string("network"));
}

VARKA_TEST(OriginTest)
#include "origin_test.moc"
