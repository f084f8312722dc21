#include <set>

#include "core/galley/rules/names.h"
#include "core/galley/rules/rules.h"

namespace varka::galley {
namespace {

using resource::Value;

bool isPassthrough(const Value& tls) {
  return tls["mode"].isNull() || tls["mode"].asString() == "PASSTHROUGH" ||
         tls["mode"].asString() == "AUTO_PASSTHROUGH";
}

void checkServer(Report& report, const Value& server, const std::string& path, bool internal) {
  const Value& port = server["port"];
  const Value& tls = server["tls"];
  const std::string& bind = server["bind"].asString();
  const std::string& protocol = port["protocol"].asString();
  const bool unixSocket = bind.starts_with("unix://");
  if (server["hosts"].size() == 0) report.error(path, "a server needs at least one host");
  forEach(server["hosts"], path + ".hosts", [&](const Value& host, const std::string& at) {
    report.check(at, badNamespaceHost(host.asString(), true, internal));
  });
  if (!port.isMap()) {
    report.error(path, "a server needs a port");
    return;
  }
  if (!isKnownProtocol(protocol))
    report.error(path + ".port.protocol",
                 "the protocol \"" + protocol +
                     "\" is not one of HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, MONGO, REDIS, MYSQL, TCP, TLS");
  if (port["number"].asInt() > 0 || !unixSocket)
    report.check(path + ".port.number", badPort(port["number"].asInt()));
  if (port["targetPort"].asInt() > 0)
    report.error(path + ".port.targetPort", "targetPort has no effect on gateways");
  if (port["name"].text().empty()) report.error(path + ".port", "the port needs a name");
  if (unixSocket) {
    report.check(path + ".bind", badUnixAddress(bind.substr(7)));
    if (port["number"].asInt() != 0) report.error(path + ".port.number", "a unix socket has no port number");
  } else if (!bind.empty() && !isIpAddress(bind)) {
    report.error(path + ".bind", "\"" + bind + "\" is no IP address");
  }
  checkServerTls(report, tls, path + ".tls");
  if (isTlsProtocol(protocol) && !tls.isMap()) report.error(path, protocol + " needs TLS settings (tls)");
  if (isTlsProtocol(protocol) || !tls.isMap() || !isKnownProtocol(protocol)) return;
  const bool certificates = !tls["caCertificates"].text().empty() || !tls["privateKey"].text().empty() ||
                            !tls["serverCertificate"].text().empty();
  if (!isHttpProtocol(protocol)) {
    report.error(path + ".tls", "a server with the protocol " + protocol + " cannot have TLS settings");
  } else if (!isPassthrough(tls) || certificates) {
    report.error(path + ".tls", "a plain HTTP server cannot have TLS settings, only httpsRedirect");
  }
}

}  // namespace

void checkGateway(Report& report) {
  const auto& object = report.object();
  const auto semantics = object.annotations.find("internal.istio.io/gateway-semantics");
  const bool internal = semantics != object.annotations.end() && semantics->second == "gateway";
  if (!internal && !isDnsLabel(object.name))
    report.error("metadata.name", "a Gateway's name must be a DNS label (no dots)");
  const Value& servers = object.spec()["servers"];
  if (servers.size() == 0) report.error("spec.servers", "a Gateway needs at least one server");
  std::set<std::string> names;
  forEach(servers, "spec.servers", [&](const Value& server, const std::string& path) {
    checkServer(report, server, path, internal);
    const Value& port = server["port"];
    if (!port.isMap()) return;
    if (!names.insert(port["name"].text()).second)
      report.error(path + ".port.name",
                   "the port name " + port["name"].text() + " is used by another server");
    if (!isHttpProtocol(port["protocol"].asString()) && server["tls"]["httpsRedirect"].asBool())
      report.warning(path + ".tls.httpsRedirect", "httpsRedirect only works on HTTP servers");
  });
}

}  // namespace varka::galley
