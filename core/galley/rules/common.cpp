#include <algorithm>
#include <set>

#include "core/galley/rules/names.h"
#include "core/galley/rules/rules.h"
#include "core/galley/schema_check.h"

namespace varka::galley {

using resource::joinPath;
using resource::Value;

namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

bool isGoodCipher(const std::string& name) {
  static const std::set<std::string> kCiphers = {"ECDHE-ECDSA-AES128-GCM-SHA256",
                                                 "ECDHE-RSA-AES128-GCM-SHA256",
                                                 "ECDHE-ECDSA-AES256-GCM-SHA384",
                                                 "ECDHE-RSA-AES256-GCM-SHA384",
                                                 "ECDHE-ECDSA-CHACHA20-POLY1305",
                                                 "ECDHE-RSA-CHACHA20-POLY1305",
                                                 "ECDHE-ECDSA-AES128-SHA",
                                                 "ECDHE-RSA-AES128-SHA",
                                                 "AES128-GCM-SHA256",
                                                 "AES128-SHA",
                                                 "ECDHE-ECDSA-AES256-SHA",
                                                 "ECDHE-RSA-AES256-SHA",
                                                 "AES256-GCM-SHA384",
                                                 "AES256-SHA",
                                                 "DES-CBC3-SHA",
                                                 "ECDHE-ECDSA-AES128-SHA256",
                                                 "ECDHE-RSA-AES128-SHA256",
                                                 "AES128-SHA256",
                                                 "AES256-SHA256",
                                                 "ECDHE-ECDSA-AES256-SHA384",
                                                 "ECDHE-RSA-AES256-SHA384"};
  return kCiphers.contains(name);
}

void checkCiphers(Report& report, const Value& tls, const std::string& path) {
  std::set<std::string> seen;
  forEach(tls["cipherSuites"], path + ".cipherSuites", [&](const Value& suite, const std::string& at) {
    if (!isGoodCipher(suite.asString())) {
      report.warning(at, "the cipher suite " + suite.asString() + " is not known and ignored");
    } else if (!seen.insert(suite.asString()).second) {
      report.warning(at, "the cipher suite " + suite.asString() + " is listed twice");
    }
  });
}

bool filled(const Value& map, const char* field) {
  return !map[field].text().empty();
}

}  // namespace

Rule rulesOf(std::string_view group, std::string_view kind) {
  struct Row {
    std::string_view group, kind;
    Rule rule;
  };
  static constexpr Row kRows[] = {
      {"networking.istio.io", "VirtualService", checkVirtualService},
      {"networking.istio.io", "DestinationRule", checkDestinationRule},
      {"networking.istio.io", "Gateway", checkGateway},
      {"networking.istio.io", "Sidecar", checkSidecar},
      {"networking.istio.io", "ServiceEntry", checkServiceEntry},
      {"networking.istio.io", "WorkloadEntry", checkWorkloadEntry},
      {"networking.istio.io", "WorkloadGroup", checkWorkloadGroup},
      {"networking.istio.io", "EnvoyFilter", checkEnvoyFilter},
      {"networking.istio.io", "ProxyConfig", checkProxyConfig},
      {"security.istio.io", "PeerAuthentication", checkPeerAuthentication},
      {"security.istio.io", "AuthorizationPolicy", checkAuthorizationPolicy},
      {"security.istio.io", "RequestAuthentication", checkRequestAuthentication},
      {"telemetry.istio.io", "Telemetry", checkTelemetry},
      {"extensions.istio.io", "WasmPlugin", checkWasmPlugin},
  };
  for (const auto& row : kRows) {
    if (row.group == group && row.kind == kind) return row.rule;
  }
  return nullptr;
}

void checkExportTo(Report& report, bool serviceEntry, bool selector) {
  const Value& list = report.object().spec()["exportTo"];
  const std::string& own = report.object().ns;
  std::set<std::string> seen;
  forEach(list, "spec.exportTo", [&](const Value& item, const std::string& path) {
    const std::string& written = item.asString();
    const std::string key = written == "." ? own : written;
    if (!seen.insert(key).second) {
      report.error(path, key != written ? "\".\" and the own namespace " + own + " are the same entry"
                                        : "\"" + written + "\" is listed twice");
    } else if (key == "~" ? !serviceEntry : key != "*" && !isDnsLabel(key)) {
      report.error(path, "\"" + written + "\" is no namespace; only namespaces, \".\" and \"*\"" +
                             (serviceEntry ? " and \"~\"" : "") + " may stand here");
    }
  });
  if (selector && !seen.empty() && !(seen.size() == 1 && seen.contains(own))) {
    report.error("spec.exportTo", "a rule with a workloadSelector is private: exportTo can only be \".\"");
  }
  if (list.size() > 1 && seen.contains("*"))
    report.error("spec.exportTo", "\"*\" exports to all; nothing else may stand beside it");
  if (list.size() > 1 && seen.contains("~"))
    report.error("spec.exportTo", "\"~\" exports to nobody; nothing else may stand beside it");
}

void checkSelector(Report& report, const Value& selector, const char* field, const std::string& path) {
  if (!selector.isMap()) return;
  const std::string at = joinPath(path, field);
  for (const auto& [key, mark, value] : selector[field].entries()) {
    if (key.empty()) report.error(at, "an empty label key selects nothing");
    if (key.find('*') != std::string::npos || value.text().find('*') != std::string::npos) {
      report.error(joinPath(at, key),
                   "wildcards are not supported in selectors: " + key + "=" + value.text());
    }
  }
  if (selector[field].size() == 0)
    report.warning(path, "the selector names no labels and so selects everything in the namespace");
}

void checkTargets(Report& report) {
  const Value& spec = report.object().spec();
  int used = 0;
  for (const char* field : {"selector", "targetRef", "targetRefs"}) {
    used += spec[field].isMap() || spec[field].items().size() > 0 ? 1 : 0;
  }
  if (used > 1) report.error("spec", "only one of selector, targetRef and targetRefs may be set");
  checkSelector(report, spec["selector"], "matchLabels", "spec.selector");
  if (spec["targetRefs"].size() > 16) report.error("spec.targetRefs", "at most 16 targets are possible");
  const auto target = [&](const Value& ref, const std::string& path) {
    if (!ref.isMap()) return;
    if (ref["name"].text().empty()) report.error(path, "the target needs a name");
    if (!ref["namespace"].text().empty())
      report.error(path + ".namespace", "targets of other namespaces are not supported");
    const std::string group = ref["group"].text();
    const std::string kind = ref["kind"].text();
    const bool allowed =
        (kind == "Service" && (group.empty() || group == "core")) ||
        (kind == "ServiceEntry" && group == "networking.istio.io") ||
        ((kind == "Gateway" || kind == "GatewayClass") && group == "gateway.networking.k8s.io");
    if (!allowed)
      report.error(
          path,
          "a policy can be attached to a Service, a ServiceEntry or a Gateway of the Gateway API, not to " +
              (group.empty() ? "" : group + "/") + kind);
  };
  target(spec["targetRef"], "spec.targetRef");
  forEach(spec["targetRefs"], "spec.targetRefs", target);
}

void checkDuration(Report& report, const Value& duration, const std::string& path) {
  if (!duration.isString()) return;
  const auto nanos = parseDuration(duration.asString());
  if (!nanos) return;
  if (*nanos < kMillisecond) {
    report.error(path, "the duration " + duration.asString() + " is shorter than 1ms");
  } else if (*nanos % kMillisecond != 0) {
    report.error(path, "the duration " + duration.asString() +
                           " has parts of milliseconds; only whole ones are supported");
  }
}

void checkDestination(Report& report, const Value& destination, const std::string& path) {
  if (!destination.isMap()) return;
  const std::string& host = destination["host"].asString();
  if (host == "*") {
    report.error(path + ".host", "a destination cannot be \"*\"");
  } else {
    report.check(path + ".host", badWildcardDomain(host));
  }
  const Value& subset = destination["subset"];
  if (!subset.text().empty() && !isDnsLabel(subset.text()))
    report.error(path + ".subset", "the subset name \"" + subset.text() + "\" is invalid");
  const Value& port = destination["port"];
  if (port.isMap()) report.check(path + ".port", badPort(port["number"].asInt()));
}

void checkGatewayNames(Report& report, const Value& names, const std::string& path) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string& name = names[i].asString();
    const std::string at = joinPath(path, i);
    const auto slash = name.find('/');
    if (slash == std::string::npos) {
      if (name.find('.') != std::string::npos) {
        const auto dot = name.find('.');
        const std::string ns = name.substr(dot + 1, name.find('.', dot + 1) - dot - 1);
        report.warning(
            at, "the gateway name " + name + " has an old form; write " + ns + "/" + name.substr(0, dot));
      }
      report.check(at, badFqdn(name));
      continue;
    }
    if (!isDnsLabel(name.substr(0, slash)))
      report.error(at, "the namespace of the gateway \"" + name + "\" is invalid");
    if (!isDnsLabel(name.substr(slash + 1)))
      report.error(at, "the name of the gateway \"" + name + "\" is invalid");
  }
}

void checkServerTls(Report& report, const Value& tls, const std::string& path) {
  if (!tls.isMap()) return;
  const std::string mode = tls["mode"].isNull() ? "PASSTHROUGH" : tls["mode"].asString();
  const std::string& oldest = tls["minProtocolVersion"].asString();
  if ((oldest == "TLSV1_0" || oldest == "TLSV1_1") && tls["cipherSuites"].size() == 0) {
    report.warning(path, "versions below TLS 1.2 need cipher suites that allow them");
  }
  checkCiphers(report, tls, path);
  const bool many = tls["credentialNames"].size() > 0;
  const bool files = tls["tlsCertificates"].size() > 0;
  if (many && tls["credentialNames"].size() > 2)
    report.error(path + ".credentialNames", "at most two credentials are possible");
  if (files && tls["tlsCertificates"].size() > 2)
    report.error(path + ".tlsCertificates", "at most two certificates are possible");
  const bool credential = filled(tls, "credentialName") || many;
  if (mode == "ISTIO_MUTUAL") {
    for (const char* field :
         {"serverCertificate", "privateKey", "caCertificates", "credentialName", "caCertCredentialName"}) {
      if (filled(tls, field))
        report.error(joinPath(path, field),
                     std::string("ISTIO_MUTUAL uses the mesh's own certificates; remove ") + field);
    }
    if (many)
      report.error(path + ".credentialNames",
                   "ISTIO_MUTUAL uses the mesh's own certificates; remove credentialNames");
    return;
  }
  if (mode == "PASSTHROUGH" || mode == "AUTO_PASSTHROUGH") {
    for (const char* field :
         {"caCrl", "serverCertificate", "privateKey", "caCertificates", "credentialName"}) {
      if (filled(tls, field))
        report.warning(joinPath(path, field), mode + " does not end TLS; " + field + " is ignored");
    }
    return;
  }
  const bool mutual = mode == "MUTUAL" || mode == "OPTIONAL_MUTUAL";
  if (filled(tls, "caCertCredentialName") && mode == "SIMPLE")
    report.error(path + ".caCertCredentialName", "SIMPLE checks no clients; remove caCertCredentialName");
  if (credential) {
    const bool own = filled(tls, "serverCertificate");  // a lone privateKey passes in Istio too
    if (files || own || (many && filled(tls, "credentialName"))) {
      report.error(path,
                   "only one of credentialName, credentialNames, tlsCertificates and serverCertificate with "
                   "privateKey may be set");
    }
    return;
  }
  if (files) {
    if (filled(tls, "serverCertificate") || filled(tls, "privateKey"))
      report.error(path, "only one of tlsCertificates and serverCertificate with privateKey may be set");
    if (mutual && !filled(tls, "caCertificates") && !filled(tls, "caCertCredentialName"))
      report.error(path, mode + " needs caCertificates");
    forEach(tls["tlsCertificates"], path + ".tlsCertificates", [&](const Value& one, const std::string& at) {
      if (!filled(one, "serverCertificate")) report.error(at, mode + " needs a serverCertificate");
      if (!filled(one, "privateKey")) report.error(at, mode + " needs a privateKey");
    });
    return;
  }
  if (!filled(tls, "serverCertificate"))
    report.error(path, mode + " needs a serverCertificate or a credentialName");
  if (!filled(tls, "privateKey")) report.error(path, mode + " needs a privateKey or a credentialName");
  if (mutual && !filled(tls, "caCertificates"))
    report.error(path, mode + " needs caCertificates or a credentialName");
  if (filled(tls, "caCrl") && mode == "SIMPLE")
    report.error(path + ".caCrl", "SIMPLE checks no clients; remove caCrl");
}

void checkClientTls(Report& report, const Value& tls, const std::string& path) {
  if (!tls.isMap()) return;
  const std::string& mode = tls["mode"].asString();
  const bool names = tls["subjectAltNames"].size() > 0;
  if (tls["insecureSkipVerify"].asBool()) {
    const bool simple =
        mode == "SIMPLE" && (filled(tls, "caCertificates") || filled(tls, "credentialName") || names);
    const bool mutual = mode == "MUTUAL" && (filled(tls, "caCertificates") || names);
    if (simple || mutual)
      report.error(
          path + ".insecureSkipVerify",
          "nothing is verified with insecureSkipVerify; remove the CA and subjectAltNames or this line");
  }
  if ((mode == "SIMPLE" || mode == "MUTUAL") && filled(tls, "credentialName")) {
    for (const char* field : {"clientCertificate", "caCertificates", "privateKey", "caCrl"}) {
      if (filled(tls, field))
        report.error(joinPath(path, field),
                     std::string("credentialName brings the certificates; remove ") + field);
    }
    return;
  }
  if (mode != "MUTUAL") return;
  if (!filled(tls, "clientCertificate"))
    report.error(path, "MUTUAL needs a clientCertificate or a credentialName");
  if (!filled(tls, "privateKey")) report.error(path, "MUTUAL needs a privateKey or a credentialName");
}

void checkConnectionPool(Report& report, const Value& pool, const std::string& path) {
  if (!pool.isMap()) return;
  const Value& http = pool["http"];
  const Value& tcp = pool["tcp"];
  if (!http.isMap() && !tcp.isMap()) report.error(path, "a connectionPool needs tcp or http");
  const auto positive = [&](const Value& settings, const std::string& at,
                            std::initializer_list<const char*> fields) {
    for (const char* field : fields) {
      if (settings[field].asInt() < 0)
        report.error(joinPath(at, field), std::string(field) + " cannot be negative");
    }
  };
  positive(http, path + ".http",
           {"http1MaxPendingRequests", "http2MaxRequests", "maxRequestsPerConnection", "maxRetries",
            "maxConcurrentStreams"});
  positive(tcp, path + ".tcp", {"maxConnections"});
  checkDuration(report, http["idleTimeout"], path + ".http.idleTimeout");
  for (const char* field : {"interval", "timeout"}) {
    checkDuration(report, http["http2KeepAlive"][field], joinPath(path + ".http.http2KeepAlive", field));
  }
  if (http["h2UpgradePolicy"].asString() == "UPGRADE" && http["useClientProtocol"].asBool()) {
    report.error(path + ".http.useClientProtocol", "useClientProtocol contradicts h2UpgradePolicy: UPGRADE");
  }
  for (const char* field : {"connectTimeout", "maxConnectionDuration", "idleTimeout"}) {
    checkDuration(report, tcp[field], joinPath(path + ".tcp", field));
  }
  for (const char* field : {"time", "interval"}) {
    checkDuration(report, tcp["tcpKeepalive"][field], joinPath(path + ".tcp.tcpKeepalive", field));
  }
}

void checkWorkload(Report& report, const Value& entry, const std::string& path, const Value* ports,
                   bool allowNames) {
  const std::string& address = entry["address"].asString();
  const bool unixSocket = address.starts_with("unix://");
  if (address.empty()) {
    if (entry["network"].text().empty()) {
      report.error(path + ".address", "an endpoint needs an address");
      return;
    }
    report.warning(path, "the endpoint has a network but no address");
  } else if (unixSocket) {
    report.check(path + ".address", badUnixAddress(address.substr(7)));
    if (entry["ports"].size() > 0) report.error(path + ".ports", "a unix socket has no ports");
  } else if (!isIpAddress(address) && (!allowNames || !badFqdn(address).empty())) {
    report.error(path + ".address",
                 "\"" + address + "\" is no IP address" +
                     (allowNames ? " and no valid name" : "; use resolution DNS for names"));
  }
  for (const auto& [name, mark, port] : entry["ports"].entries()) {
    const std::string at = joinPath(path + ".ports", name);
    const bool known =
        !ports || std::any_of(ports->items().begin(), ports->items().end(),
                              [&](const Value& one) { return one["name"].asString() == name; });
    if (!known) report.error(at, "the service entry has no port " + name);
    if (!isDnsLabel(name)) report.error(at, "the port name " + name + " is invalid");
    report.check(at, badPort(port.asInt()));
  }
  report.check(path + ".labels", badLabels(entry["labels"]));
  if (unixSocket && ports && ports->size() != 1)
    report.error(path, "a unix socket needs a service entry with exactly one port");
}

std::string badHeaderName(std::string_view name) {
  if (name.empty()) return "a header name cannot be empty";
  const bool good = std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
  });
  return good ? std::string() : "\"" + std::string(name) + "\" is no header name";
}

}  // namespace varka::galley
