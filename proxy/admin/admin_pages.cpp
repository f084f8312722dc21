// The pages of the admin endpoint, in Envoy's forms (envoyproxy.io, operations/admin). One row each in
// kPages.

#include <re2/re2.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/log.h"
#include "core/pki/certificate.h"
#include "core/xds/codec.h"
#include "proxy/admin/admin_server.h"

namespace varka::proxy {
namespace {

using nlohmann::json;

struct Call {
  AdminSource& source;
  const AdminRequest& request;
  const AdminRespond& respond;
  [[nodiscard]] std::string query(const std::string& name) const {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::string() : found->second;
  }
  void text(std::string body, int status = 200) const {
    respond({status, "text/plain; charset=UTF-8", std::move(body)});
  }
  void json(const nlohmann::json& body) const {
    respond(
        {200, "application/json", body.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"});
  }
};

void ready(const Call& call) {
  if (call.source.draining())
    call.text("DRAINING\n", 503);
  else
    call.source.live() ? call.text("LIVE\n") : call.text("PRE_INITIALIZING\n", 503);
}

json serverInfoJson(const AdminSource& source) {
  return {{"version", std::string("varka/") + VARKA_VERSION},
          {"state", source.draining() ? "DRAINING"
                    : source.live()   ? "LIVE"
                                      : "PRE_INITIALIZING"},
          {"uptime_current_epoch", std::to_string(source.uptimeSeconds()) + "s"},
          {"uptime_all_epochs", std::to_string(source.uptimeSeconds()) + "s"},
          {"hot_restart_version", "disabled"},
          {"command_line_options",
           {{"concurrency", source.options().concurrency},
            {"config_path", source.options().bootstrap},
            {"drain_time", std::to_string(source.options().drainSeconds) + "s"},
            {"service_node", source.node().id}}},
          {"node", {{"id", source.node().id}, {"cluster", source.node().cluster}}}};
}

void serverInfo(const Call& call) {
  call.json(serverInfoJson(call.source));
}

bool keepStat(const std::string& filter, std::string_view name) {
  return filter.empty() || RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), filter);
}

void stats(const Call& call) {
  const std::string filter = call.query("filter");
  const RE2 check(filter, RE2::Quiet);
  if (!check.ok()) {
    call.text("Invalid regex: \"" + check.error() + "\"\n", 400);
    return;
  }
  if (call.query("format") == "prometheus") {
    call.respond({200, "text/plain; version=0.0.4; charset=UTF-8", call.source.stats().prometheus()});
    return;
  }
  const bool usedOnly = call.request.query.contains("usedonly");
  json list = json::array();
  std::string out;
  for (const StatValue& value : call.source.stats().values()) {
    if ((usedOnly && value.value == 0) || !keepStat(filter, value.name)) continue;
    out += value.name + ": " + std::to_string(value.value) + "\n";
    list.push_back({{"name", value.name}, {"value", value.value}});
  }
  if (call.query("format") == "json")
    call.json({{"stats", std::move(list)}});
  else
    call.text(std::move(out));
}

void prometheus(const Call& call) {
  call.respond({200, "text/plain; version=0.0.4; charset=UTF-8", call.source.stats().prometheus()});
}

const char* healthName(const HostView& host) {
  if (host.ejected) return "/failed_outlier_check";
  switch (host.health) {
    case xds::HealthStatus::Unhealthy:
    case xds::HealthStatus::Timeout:
      return "/failed_eds_health";
    case xds::HealthStatus::Degraded:
      return "/degraded_eds_health";
    case xds::HealthStatus::Draining:
      return "/eds_status_draining";
    default:
      return "healthy";
  }
}

std::string clustersText(const std::vector<ClusterView>& clusters) {
  std::string out;
  for (const auto& cluster : clusters) {
    const auto line = [&](const std::string& rest) { out += cluster.name + "::" + rest + "\n"; };
    line("observability_name::" + cluster.name);
    line("default_priority::max_connections::" + std::to_string(cluster.limits.maxConnections));
    line("default_priority::max_pending_requests::" + std::to_string(cluster.limits.maxPendingRequests));
    line("default_priority::max_requests::" + std::to_string(cluster.limits.maxRequests));
    line("default_priority::max_retries::" + std::to_string(cluster.limits.maxRetries));
    line("added_via_api::" + std::string(cluster.eds ? "true" : "false"));
    for (const auto& host : cluster.hosts) {
      const auto row = [&](const char* name, const auto& value) {
        if constexpr (std::is_arithmetic_v<std::decay_t<decltype(value)>>)
          line(host.address + "::" + name + "::" + std::to_string(value));
        else
          line(host.address + "::" + name + "::" + std::string(value));
      };
      row("cx_active", host.counters.cxActive);
      row("cx_connect_fail", host.counters.cxConnectFail);
      row("cx_total", host.counters.cxTotal);
      row("rq_active", host.counters.rqActive);
      row("rq_error", host.counters.rqError);
      row("rq_success", host.counters.rqSuccess);
      row("rq_timeout", host.counters.rqTimeout);
      row("rq_total", host.counters.rqTotal);
      row("hostname", host.hostname);
      row("health_flags", healthName(host));
      row("weight", host.weight);
      row("region", host.region);
      row("zone", host.zone);
      row("sub_zone", host.subZone);
      row("canary", "false");
      row("priority", host.priority);
      row("success_rate", "-1");
    }
  }
  return out;
}

json hostJson(const HostView& host) {
  const auto colon = host.address.rfind(':');
  json address;
  if (host.address.starts_with('/'))
    address = {{"pipe", {{"path", host.address}}}};
  else
    address = {{"socket_address",
                {{"address", host.address.substr(0, colon)},
                 {"port_value", std::atoi(host.address.c_str() + colon + 1)}}}};
  json stats = json::array();
  const auto stat = [&](const char* name, std::uint64_t value, bool gauge) {
    json one = {{"name", name}};
    if (value != 0) one["value"] = std::to_string(value);
    if (gauge) one["type"] = "GAUGE";
    stats.push_back(std::move(one));
  };
  stat("cx_connect_fail", host.counters.cxConnectFail, false);
  stat("cx_total", host.counters.cxTotal, false);
  stat("rq_error", host.counters.rqError, false);
  stat("rq_success", host.counters.rqSuccess, false);
  stat("rq_timeout", host.counters.rqTimeout, false);
  stat("rq_total", host.counters.rqTotal, false);
  stat("cx_active", host.counters.cxActive, true);
  stat("rq_active", host.counters.rqActive, true);
  json health = {
      {"eds_health_status", host.health == xds::HealthStatus::Unhealthy ? "UNHEALTHY" : "HEALTHY"}};
  if (host.ejected) health["failed_outlier_check"] = true;
  return {{"address", std::move(address)},
          {"stats", std::move(stats)},
          {"health_status", std::move(health)},
          {"weight", host.weight},
          {"hostname", host.hostname},
          {"priority", host.priority},
          {"locality", {{"region", host.region}, {"zone", host.zone}, {"sub_zone", host.subZone}}}};
}

void clusters(const Call& call) {
  const bool asJson = call.query("format") == "json";
  call.source.clusterViews([respond = call.respond, asJson](const std::vector<ClusterView>& views) {
    if (!asJson) {
      respond({200, "text/plain; charset=UTF-8", clustersText(views)});
      return;
    }
    json list = json::array();
    for (const auto& view : views) {
      json hosts = json::array();
      for (const auto& host : view.hosts) hosts.push_back(hostJson(host));
      list.push_back({{"name", view.name},
                      {"added_via_api", view.eds},
                      {"host_statuses", std::move(hosts)},
                      {"observability_name", view.name}});
    }
    const json body = {{"cluster_statuses", std::move(list)}};
    respond({200, "application/json", body.dump(1, ' ', false, json::error_handler_t::replace) + "\n"});
  });
}

void listeners(const Call& call) {
  const bool asJson = call.query("format") == "json";
  call.source.listenerViews([respond = call.respond, asJson](const auto& views) {
    std::string out;
    json list = json::array();
    for (const auto& [name, address] : views) {
      out += name + "::" + address + "\n";
      list.push_back({{"name", name}, {"local_address", {{"text", address}}}});
    }
    const json body = {{"listener_statuses", std::move(list)}};
    if (asJson)
      respond({200, "application/json", body.dump(1) + "\n"});
    else
      respond({200, "text/plain; charset=UTF-8", out});
  });
}

json parsed(const xds::Resource& resource) {
  return json::parse(*resource.json, nullptr, false);
}

/// Keys never leave the process.
void redact(json& value) {
  if (value.is_array())
    for (auto& item : value) redact(item);
  if (!value.is_object()) return;
  for (auto& [key, item] : value.items()) {
    if (key == "privateKey" || key == "private_key" || key == "password" || key == "genericSecret")
      item = {{"inline_bytes", "W3JlZGFjdGVkXQ=="}};  // base64 of "[redacted]", as Envoy does
    else
      redact(item);
  }
}

struct DumpPart {
  std::string_view type;
  const char* dumpType;
  const char* list;
  const char* member;
};
constexpr DumpPart kDumpParts[] = {
    {xds::kClusterType, "type.googleapis.com/envoy.admin.v3.ClustersConfigDump", "dynamic_active_clusters",
     "cluster"},
    {xds::kEndpointType, "type.googleapis.com/envoy.admin.v3.EndpointsConfigDump", "dynamic_endpoint_configs",
     "endpoint_config"},
    {xds::kListenerType, "type.googleapis.com/envoy.admin.v3.ListenersConfigDump", "dynamic_listeners",
     "listener"},
    {xds::kRouteType, "type.googleapis.com/envoy.admin.v3.RoutesConfigDump", "dynamic_route_configs",
     "route_config"},
    {xds::kSecretType, "type.googleapis.com/envoy.admin.v3.SecretsConfigDump", "dynamic_active_secrets",
     "secret"},
};

void configDump(const Call& call) {
  json configs = json::array();
  configs.push_back({{"@type", "type.googleapis.com/envoy.admin.v3.BootstrapConfigDump"},
                     {"bootstrap",
                      {{"node",
                        {{"id", call.source.node().id},
                         {"cluster", call.source.node().cluster},
                         {"metadata", json::parse(xds::toJson(xds::Value(call.source.node().metadata)),
                                                  nullptr, false)}}}}}});
  const auto& resources = call.source.builder().resources();
  const std::string wanted = call.query("resource");
  const std::string name = call.query("name_regex");
  for (const DumpPart& part : kDumpParts) {
    if (!wanted.empty() && wanted != part.list) continue;
    json list = json::array();
    const auto found = resources.find(std::string(part.type));
    if (found != resources.end()) {
      for (const auto& [key, resource] : found->second) {
        if (!name.empty() && !keepStat(name, key)) continue;
        json one = parsed(resource);
        redact(one);
        json entry = {{"version_info", resource.version}, {part.member, std::move(one)}};
        if (part.type == xds::kListenerType)
          entry = {{"name", key}, {"active_state", std::move(entry)}};
        else if (part.type == xds::kSecretType)
          entry["name"] = key;
        list.push_back(std::move(entry));
      }
    }
    configs.push_back({{"@type", part.dumpType}, {part.list, std::move(list)}});
  }
  call.json({{"configs", std::move(configs)}});
}

std::string isoTime(pki::TimePoint time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

json certificateJson(const std::string& name, const std::string& pem) {
  json out = json::array();
  const auto bundle = pki::Certificate::bundleFromPem(pem);
  if (!bundle) return out;
  for (const auto& certificate : *bundle) {
    const auto& info = certificate.info();
    json names = json::array();
    for (const auto& uri : info.uris) names.push_back({{"uri", uri}});
    for (const auto& dns : info.dnsNames) names.push_back({{"dns", dns}});
    const auto left = std::chrono::duration_cast<std::chrono::hours>(info.validity.notAfter -
                                                                     std::chrono::system_clock::now());
    out.push_back({{"path", "<inline> " + name},
                   {"serial_number", info.serial},
                   {"subject_alt_names", std::move(names)},
                   {"days_until_expiration", std::to_string(left.count() / 24)},
                   {"valid_from", isoTime(info.validity.notBefore)},
                   {"expiration_time", isoTime(info.validity.notAfter)}});
  }
  return out;
}

void certs(const Call& call) {
  json list = json::array();
  const RuntimeConfigPtr config = call.source.builder().current();
  for (const auto& [name, secret] : config->secrets)
    list.push_back({{"ca_cert", certificateJson(name, secret->rootsPem)},
                    {"cert_chain", certificateJson(name, secret->chainPem)}});
  call.json({{"certificates", std::move(list)}});
}

void memory(const Call& call) {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size = 0, resident = 0;
  statm >> size >> resident;
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  call.json({{"allocated", std::to_string(resident * page)},
             {"total_physical_bytes", std::to_string(resident * page)},
             {"heap_size", std::to_string(size * page)}});
}

void logging(const Call& call) {
  const std::string level = call.query("level");
  if (!level.empty()) log::setLevel(log::levelFromName(level, log::Level::Warn));
  call.text("active loggers:\n  varka: " + (level.empty() ? std::string("(unchanged)") : level) + "\n");
}

void quit(const Call& call) {
  call.text("OK\n");
  call.source.quit();
}

void healthFail(const Call& call) {
  call.source.setHealthy(false);
  call.text("OK\n");
}

void healthOk(const Call& call) {
  call.source.setHealthy(true);
  call.text("OK\n");
}

struct Page {
  const char* path;
  const char* method;
  const char* help;
  void (*serve)(const Call&);
};
void help(const Call& call);

constexpr Page kPages[] = {
    {"/", "GET", "this list", help},
    {"/help", "GET", "this list", help},
    {"/ready", "GET", "LIVE once the first configuration is in use", ready},
    {"/server_info", "GET", "version, state, options", serverInfo},
    {"/config_dump", "GET", "the configuration in use (?resource= ?name_regex=)", configDump},
    {"/clusters", "GET", "clusters and their endpoints (?format=json)", clusters},
    {"/listeners", "GET", "open listeners (?format=json)", listeners},
    {"/certs", "GET", "certificates in use", certs},
    {"/stats", "GET", "counters (?filter=REGEX ?usedonly ?format=json|prometheus)", stats},
    {"/stats/prometheus", "GET", "counters in the Prometheus text format", prometheus},
    {"/memory", "GET", "memory of the process", memory},
    {"/logging", "POST", "change the level of diagnostics (?level=)", logging},
    {"/healthcheck/fail", "POST", "answer health checks with failure", healthFail},
    {"/healthcheck/ok", "POST", "answer health checks with success", healthOk},
    {"/quitquitquit", "POST", "drain and exit", quit},
};

void help(const Call& call) {
  std::string out = "admin commands are:\n";
  for (const Page& page : kPages) out += std::string("  ") + page.path + ": " + page.help + "\n";
  call.text(std::move(out));
}

std::string decoded(std::string_view text) {
  const auto hex = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

AdminRequest parseAdminTarget(std::string_view method, std::string_view target) {
  AdminRequest request;
  request.method = method;
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (question == std::string_view::npos) return request;
  std::string_view rest = target.substr(question + 1);
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    const auto equals = pair.find('=');
    request.query[decoded(pair.substr(0, equals))] =
        equals == std::string_view::npos ? std::string() : decoded(pair.substr(equals + 1));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return request;
}

void serveAdmin(AdminSource& source, const AdminRequest& request, const AdminRespond& respond) {
  for (const Page& page : kPages) {
    if (request.path != page.path) continue;
    const bool get = request.method == "GET" || request.method == "HEAD";
    if (std::string_view(page.method) == "POST" ? request.method != "POST" : !get) {
      respond({405, "text/plain; charset=UTF-8",
               "Method Not Allowed: " + request.path + " wants " + page.method + "\n"});
      return;
    }
    page.serve({source, request, respond});
    return;
  }
  respond({404, "text/plain; charset=UTF-8", "invalid path. " + request.path + " is not known; see /help\n"});
}

}  // namespace varka::proxy
