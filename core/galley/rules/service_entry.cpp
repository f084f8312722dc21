#include <algorithm>
#include <set>

#include "core/galley/rules/names.h"
#include "core/galley/rules/rules.h"

namespace varka::galley {
namespace {

using resource::joinPath;
using resource::Value;

class ServiceEntryChecker {
 public:
  explicit ServiceEntryChecker(Report& report) : report_(report), spec_(report.object().spec()) {
    resolution_ = spec_["resolution"].isNull() ? "NONE" : spec_["resolution"].asString();
  }

  void run() {
    checkSelector(report_, spec_["workloadSelector"], "labels", "spec.workloadSelector");
    if (spec_["workloadSelector"].isMap() && !spec_["endpoints"].isNull())
      report_.error("spec.endpoints", "only one of workloadSelector and endpoints may be set");
    if (spec_["hosts"].size() == 0) report_.error("spec", "a ServiceEntry needs at least one host");
    forEach(spec_["hosts"], "spec.hosts", [&](const Value& item, const std::string& path) {
      const std::string& host = item.asString();
      if (host == "*") {
        report_.error(path, "the host \"*\" is not allowed here");
        return;
      }
      report_.check(path, badWildcardDomain(host));
      if (std::string partial = badPartialWildcard(host); !partial.empty())
        report_.warning(path, std::move(partial));
    });
    addresses();
    ports();
    endpoints();
    manyHosts();
    checkExportTo(report_, true, false);
  }

 private:
  [[nodiscard]] bool dns() const { return resolution_ == "DNS" || resolution_ == "DNS_ROUND_ROBIN"; }

  void addresses() {
    forEach(spec_["addresses"], "spec.addresses", [&](const Value& item, const std::string& path) {
      const std::string& address = item.asString();
      report_.check(path, badIpOrSubnet(address));
      if (address.find('/') != std::string::npos && resolution_ != "NONE" && resolution_ != "STATIC") {
        report_.error(path, "CIDR addresses only work with the resolutions NONE and STATIC");
      }
    });
  }

  void ports() {
    std::set<std::string> names;
    std::set<std::int64_t> numbers;
    const auto& labels = report_.object().labels;
    const auto optOut = labels.find("networking.istio.io/enable-autoallocate-ip");
    const bool allocated = resolution_ != "NONE" && !(optOut != labels.end() && optOut->second == "false");
    forEach(spec_["ports"], "spec.ports", [&](const Value& port, const std::string& path) {
      const std::string& name = port["name"].asString();
      const std::string& protocol = port["protocol"].asString();
      if (!names.insert(name).second)
        report_.error(path + ".name", "the port name " + name + " is used twice");
      if (!numbers.insert(port["number"].asInt()).second)
        report_.error(path + ".number", "the port " + port["number"].text() + " is defined twice");
      if (port["targetPort"].asInt() != 0) {
        report_.check(path + ".targetPort", badPort(port["targetPort"].asInt()));
        if (resolution_ == "NONE")
          report_.warning(path + ".targetPort", "targetPort has no effect with the resolution NONE");
      }
      if (spec_["addresses"].size() == 0 && !allocated && (protocol.empty() || protocol == "TCP")) {
        report_.warning(path,
                        "a TCP port without addresses takes all traffic to port " + port["number"].text());
      }
      if (!isDnsLabel(name)) report_.error(path + ".name", "the port name \"" + name + "\" is invalid");
      if (!protocol.empty() && !isKnownProtocol(protocol))
        report_.error(path + ".protocol", "the protocol " + protocol + " is not known");
      report_.check(path + ".number", badPort(port["number"].asInt()));
    });
  }

  void endpoints() {
    const Value& list = spec_["endpoints"];
    const bool selector = spec_["workloadSelector"].isMap();
    if (resolution_ == "NONE") {
      if (list.size() > 0)
        report_.error("spec.endpoints",
                      "the resolution NONE has no endpoints: traffic goes where the client wanted");
      if (selector)
        report_.warning("spec.workloadSelector", "a workloadSelector does nothing with the resolution NONE");
    } else if (resolution_ == "STATIC") {
      forEach(list, "spec.endpoints", [&](const Value& endpoint, const std::string& path) {
        checkWorkload(report_, endpoint, path, &spec_["ports"], false);
      });
    } else if (dns()) {
      dnsEndpoints(list);
      if (selector)
        report_.warning("spec.workloadSelector",
                        "a workloadSelector should not be used with the resolution " + resolution_);
    } else {
      dynamicDns(list);
    }
  }

  void dnsEndpoints(const Value& list) {
    if (list.size() == 0) {
      forEach(spec_["hosts"], "spec.hosts", [&](const Value& host, const std::string& path) {
        if (!badFqdn(host.asString()).empty())
          report_.error(path,
                        "without endpoints the resolution " + resolution_ + " needs full names as hosts");
      });
    }
    if (resolution_ == "DNS_ROUND_ROBIN" && list.size() > 1)
      report_.error("spec.endpoints", "DNS_ROUND_ROBIN has at most one endpoint");
    forEach(list, "spec.endpoints", [&](const Value& endpoint, const std::string& path) {
      const std::string& address = endpoint["address"].asString();
      if (!isIpAddress(address) && !badFqdn(address).empty())
        report_.error(path + ".address", "\"" + address + "\" is no IP address and no valid name");
      report_.check(path + ".labels", badLabels(endpoint["labels"]));
      for (const auto& [name, mark, port] : endpoint["ports"].entries()) {
        const std::string at = joinPath(path + ".ports", name);
        const auto& ports = spec_["ports"].items();
        if (std::none_of(ports.begin(), ports.end(),
                         [&](const Value& one) { return one["name"].asString() == name; }))
          report_.error(at, "the service entry has no port " + name);
        if (!isDnsLabel(name)) report_.error(at, "the port name " + name + " is invalid");
        report_.check(at, badPort(port.asInt()));
      }
    });
    const bool tcp =
        std::any_of(spec_["ports"].items().begin(), spec_["ports"].items().end(),
                    [](const Value& port) { return isTcpProtocol(port["protocol"].asString()); });
    if (spec_["addresses"].size() > 0 && tcp && spec_["hosts"].size() > 1)
      report_.warning("spec.hosts", "several hosts with one address cannot be told apart on a TCP port");
  }

  void dynamicDns(const Value& list) {
    if (list.size() > 0) report_.error("spec.endpoints", "DYNAMIC_DNS has no endpoints");
    if (spec_["addresses"].size() > 0) report_.error("spec.addresses", "DYNAMIC_DNS has no addresses");
    const bool waypoint = report_.object().labels.contains("istio.io/use-waypoint");
    if (spec_["location"].asString() == "MESH_INTERNAL" && waypoint)
      report_.error("spec.location", "DYNAMIC_DNS inside of the mesh does not work with a waypoint");
    if (spec_["workloadSelector"].isMap())
      report_.error("spec.workloadSelector", "DYNAMIC_DNS has no workloads");
    forEach(spec_["hosts"], "spec.hosts", [&](const Value& host, const std::string& path) {
      if (!host.asString().starts_with("*")) report_.error(path, "DYNAMIC_DNS is for wildcard hosts");
    });
    forEach(spec_["ports"], "spec.ports", [&](const Value& port, const std::string& path) {
      const std::string& protocol = port["protocol"].asString();
      if (!isHttpProtocol(protocol) && !isTlsProtocol(protocol))
        report_.error(path + ".protocol", "DYNAMIC_DNS works with HTTP and TLS ports only");
    });
  }

  /// Only a host name in the traffic tells several hosts apart; plain TCP has none.
  void manyHosts() {
    if (resolution_ == "NONE" || spec_["hosts"].size() < 2) return;
    forEach(spec_["ports"], "spec.ports", [&](const Value& port, const std::string& path) {
      const std::string& protocol = port["protocol"].asString();
      if (!isHttpProtocol(protocol) && !isTlsProtocol(protocol))
        report_.error(path, "several hosts need HTTP or TLS ports: on others nothing tells them apart");
    });
  }

  Report& report_;
  const Value& spec_;
  std::string resolution_;
};

void checkProbe(Report& report, const Value& probe, const std::string& path) {
  if (!probe.isMap()) return;
  for (const char* field :
       {"periodSeconds", "initialDelaySeconds", "timeoutSeconds", "successThreshold", "failureThreshold"}) {
    if (probe[field].asInt() < 0)
      report.error(joinPath(path, field), std::string(field) + " cannot be negative");
  }
  if (probe["httpGet"].isMap()) {
    const Value& http = probe["httpGet"];
    report.check(path + ".httpGet.port", badPort(http["port"].asInt()));
    const std::string& scheme = http["scheme"].asString();
    if (!scheme.empty() && scheme != "HTTP" && scheme != "HTTPS")
      report.error(path + ".httpGet.scheme", "a probe's scheme is HTTP or HTTPS");
    forEach(http["httpHeaders"], path + ".httpGet.httpHeaders",
            [&](const Value& header, const std::string& at) {
              report.check(at, badHeaderName(header["name"].asString()));
            });
  } else if (probe["tcpSocket"].isMap()) {
    report.check(path + ".tcpSocket.port", badPort(probe["tcpSocket"]["port"].asInt()));
  } else if (probe["exec"].isMap()) {
    if (probe["exec"]["command"].size() == 0) report.error(path + ".exec", "the probe needs a command");
  } else if (!probe["grpc"].isMap()) {
    report.error(path, "the probe needs httpGet, tcpSocket, exec or grpc");
  }
}

}  // namespace

void checkServiceEntry(Report& report) {
  ServiceEntryChecker(report).run();
}

void checkWorkloadEntry(Report& report) {
  checkWorkload(report, report.object().spec(), "spec", nullptr, true);
}

void checkWorkloadGroup(Report& report) {
  const Value& spec = report.object().spec();
  if (!spec["template"].isMap()) report.error("spec", "a WorkloadGroup needs a template");
  report.check("spec.metadata.labels", badLabels(spec["metadata"]["labels"]));
  checkProbe(report, spec["probe"], "spec.probe");
}

}  // namespace varka::galley
