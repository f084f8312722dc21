#include <map>
#include <set>

#include "core/galley/rules/names.h"
#include "core/galley/rules/rules.h"

namespace varka::galley {
namespace {

using resource::joinPath;
using resource::Value;

class SidecarChecker {
 public:
  explicit SidecarChecker(Report& report) : report_(report), spec_(report.object().spec()) {}

  void run() {
    checkSelector(report_, spec_["workloadSelector"], "labels", "spec.workloadSelector");
    const bool empty = spec_["egress"].size() == 0 && spec_["ingress"].size() == 0 &&
                       !spec_["outboundTrafficPolicy"].isMap() && !spec_["inboundConnectionPool"].isMap();
    if (empty)
      report_.error("spec",
                    "an empty Sidecar changes nothing; it needs egress, ingress or outboundTrafficPolicy");
    std::set<std::int64_t> ports;
    forEach(spec_["ingress"], "spec.ingress",
            [&](const Value& listener, const std::string& path) { ingress(listener, path, ports); });
    checkConnectionPool(report_, spec_["inboundConnectionPool"], "spec.inboundConnectionPool");
    ports_.clear();
    for (std::size_t i = 0; i < spec_["egress"].size(); ++i)
      egress(spec_["egress"][i], joinPath("spec.egress", i), i + 1 == spec_["egress"].size());
    outbound(spec_["outboundTrafficPolicy"], "spec.outboundTrafficPolicy");
  }

 private:
  void portName(const Value& port, const std::string& path) {
    if (!port["name"].text().empty() && !isDnsLabel(port["name"].text()))
      report_.error(path + ".name", "the port name " + port["name"].text() + " is invalid");
    if (port["targetPort"].asInt() > 0)
      report_.error(path + ".targetPort", "targetPort has no effect on Sidecars");
    const std::string& protocol = port["protocol"].asString();
    if (!protocol.empty() && !isKnownProtocol(protocol))
      report_.error(path + ".protocol", "the protocol " + protocol + " is not known");
  }

  void ingress(const Value& listener, const std::string& path, std::set<std::int64_t>& ports) {
    const Value& port = listener["port"];
    if (!port.isMap()) {
      report_.error(path, "an ingress listener needs a port");
      return;
    }
    portName(port, path + ".port");
    report_.check(path + ".port.number", badPort(port["number"].asInt()));
    const std::string& bind = listener["bind"].asString();
    if (!bind.empty() && !isIpAddress(bind))
      report_.error(path + ".bind", "\"" + bind + "\" is no IP address");
    if (!ports.insert(port["number"].asInt()).second)
      report_.error(path + ".port.number", "another ingress listener has this port");
    if (!listener["defaultEndpoint"].text().empty())
      report_.check(path + ".defaultEndpoint", badEndpoint(listener["defaultEndpoint"].asString()));
    const Value& tls = listener["tls"];
    if (tls.isMap()) {
      if (tls["subjectAltNames"].size() > 0)
        report_.error(path + ".tls.subjectAltNames", "subjectAltNames is not supported on Sidecars");
      if (tls["httpsRedirect"].asBool())
        report_.error(path + ".tls.httpsRedirect", "httpsRedirect is not supported on Sidecars");
      if (!tls["credentialName"].text().empty())
        report_.error(path + ".tls.credentialName", "credentialName is not supported on Sidecars");
      if (tls["tlsCertificates"].size() > 0)
        report_.error(path + ".tls.tlsCertificates", "tlsCertificates is not supported on Sidecars");
      if (tls["credentialNames"].size() > 0)
        report_.error(path + ".tls.credentialNames", "credentialNames is not supported on Sidecars");
      const std::string& mode = tls["mode"].asString();
      if (mode == "ISTIO_MUTUAL" || mode == "AUTO_PASSTHROUGH")
        report_.error(path + ".tls.mode", "the mode " + mode + " is not possible on Sidecars");
      checkServerTls(report_, tls, path + ".tls");
    }
    checkConnectionPool(report_, listener["connectionPool"], path + ".connectionPool");
    if (listener["connectionPool"]["http"].isMap() && !isHttpProtocol(port["protocol"].asString())) {
      report_.warning(path + ".connectionPool.http",
                      "HTTP settings have no effect on a port with the protocol " + port["protocol"].text());
    }
  }

  static std::string badEndpoint(const std::string& endpoint) {
    if (endpoint.starts_with("unix://")) return badUnixAddress(endpoint.substr(7));
    const auto colon = endpoint.rfind(':');
    if (colon == std::string::npos) return "\"" + endpoint + "\" has no port";
    static const std::set<std::string> kHosts = {"", "127.0.0.1", "0.0.0.0", "[::1]", "[::]"};
    if (!kHosts.contains(endpoint.substr(0, colon)))
      return "a defaultEndpoint is 127.0.0.1:port, 0.0.0.0:port, [::1]:port, [::]:port, :port or unix://path";
    const std::string port = endpoint.substr(colon + 1);
    return isNumber(port) ? badPort(std::stoi(port)) : "\"" + port + "\" is no port";
  }

  void egress(const Value& listener, const std::string& path, bool last) {
    const Value& port = listener["port"];
    if (!port.isMap()) {
      if (!last)
        report_.error(path, "an egress listener without a port takes everything and must be the last one");
    } else {
      egressPort(listener, port, path);
    }
    if (listener["hosts"].size() == 0) report_.error(path, "an egress listener needs at least one host");
    hosts(listener["hosts"], path + ".hosts");
  }

  void egressPort(const Value& listener, const Value& port, const std::string& path) {
    portName(port, path + ".port");
    const std::string& bind = listener["bind"].asString();
    const auto number = port["number"].asInt();
    if (number != 0) {
      report_.check(path + ".port.number", badPort(number));
      if (!bind.empty() && !isIpAddress(bind))
        report_.error(path + ".bind", "\"" + bind + "\" is no IP address");
      if (!ports_.insert(number).second)
        report_.error(path + ".port.number", "another egress listener has this port");
      return;
    }
    if (!bind.starts_with("unix://")) {
      report_.error(path + ".port.number", "a port of 0 needs a bind address unix://…");
    } else {
      report_.check(path + ".bind", badUnixAddress(bind.substr(7)));
    }
    if (listener["captureMode"].asString() == "IPTABLES")
      report_.error(path + ".captureMode", "a unix socket cannot capture by iptables");
    if (!sockets_.insert(bind).second)
      report_.error(path + ".bind", "another egress listener has this unix socket");
  }

  void hosts(const Value& list, const std::string& path) {
    std::map<std::string, std::set<std::string>> seen;
    forEach(list, path, [&](const Value& item, const std::string& at) {
      const std::string& text = item.asString();
      report_.check(at, badNamespaceHost(text, false));
      const auto slash = text.find('/');
      if (slash == std::string::npos) return;
      const std::string ns = text.substr(0, slash) == "." ? report_.object().ns : text.substr(0, slash);
      const std::string host = text.substr(slash + 1);
      auto& known = seen[ns];
      const bool twice = host == "*" ? !known.empty() : known.contains(host) || known.contains("*");
      if (twice) report_.warning(at, "the host " + text + " is already covered by another entry");
      known.insert(host);
    });
    if (seen.contains("*") && seen["*"].contains("*") && seen.size() > 1)
      report_.warning(path, "*/* selects everything; the other hosts change nothing");
  }

  void outbound(const Value& policy, const std::string& path) {
    const Value& proxy = policy["egressProxy"];
    if (!proxy.isMap()) return;
    const std::string& mode = policy["mode"].asString();
    if (mode != "ALLOW_ANY") {
      report_.error(path + ".egressProxy", "egressProxy only works with the mode ALLOW_ANY");
      return;
    }
    report_.check(path + ".egressProxy.host", badFqdn(proxy["host"].asString()));
    if (!proxy["port"].isMap()) report_.error(path + ".egressProxy", "egressProxy needs a port");
    checkDestination(report_, proxy, path + ".egressProxy");
  }

  Report& report_;
  const Value& spec_;
  std::set<std::int64_t> ports_;
  std::set<std::string> sockets_;
};

}  // namespace

void checkSidecar(Report& report) {
  SidecarChecker(report).run();
}

}  // namespace varka::galley
