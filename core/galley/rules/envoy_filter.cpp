#include <set>

#include "core/galley/rules/names.h"
#include "core/galley/rules/rules.h"

namespace varka::galley {
namespace {

using resource::joinPath;
using resource::Value;

/// Envoy renamed envoy.router to envoy.filters.http.router and so on.
void deprecatedName(Report& report, const std::string& name, const std::string& path) {
  static const std::set<std::string> kOld = {"envoy.http_connection_manager",
                                             "envoy.router",
                                             "envoy.tcp_proxy",
                                             "envoy.cors",
                                             "envoy.fault",
                                             "envoy.lua",
                                             "envoy.ext_authz",
                                             "envoy.rate_limit",
                                             "envoy.gzip",
                                             "envoy.buffer",
                                             "envoy.csrf",
                                             "envoy.squash",
                                             "envoy.health_check",
                                             "envoy.ip_tagging",
                                             "envoy.grpc_web",
                                             "envoy.grpc_http1_bridge",
                                             "envoy.grpc_json_transcoder",
                                             "envoy.http_dynamo_filter",
                                             "envoy.redis_proxy",
                                             "envoy.mongo_proxy",
                                             "envoy.echo",
                                             "envoy.client_ssl_auth",
                                             "envoy.ratelimit",
                                             "envoy.listener.tls_inspector",
                                             "envoy.listener.http_inspector",
                                             "envoy.listener.original_dst",
                                             "envoy.listener.original_src",
                                             "envoy.listener.proxy_protocol"};
  if (kOld.contains(name))
    report.warning(path, "the filter name " + name + " is deprecated; use the name under envoy.filters");
}

void checkMatch(Report& report, const Value& match, const std::string& applyTo, const std::string& path) {
  const Value& proxy = match["proxy"];
  if (!proxy["proxyVersion"].text().empty())
    report.check(path + ".proxy.proxyVersion", badRegex(proxy["proxyVersion"].asString()));
  for (const auto& [key, mark, value] : proxy["metadata"].entries()) {
    if (key.empty()) report.error(path + ".proxy.metadata", "a metadata key cannot be empty");
  }
  static const std::set<std::string> kListeners = {"LISTENER", "FILTER_CHAIN", "NETWORK_FILTER",
                                                   "HTTP_FILTER", "LISTENER_FILTER"};
  static const std::set<std::string> kRoutes = {"ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE"};
  const auto wrong = [&](bool expected, const char* wanted, const char* field) {
    const bool other =
        (std::string_view(field) != "listener" && match["listener"].isMap()) ||
        (std::string_view(field) != "routeConfiguration" && match["routeConfiguration"].isMap()) ||
        (std::string_view(field) != "cluster" && match["cluster"].isMap());
    if (expected && other) report.error(path, "a patch of " + applyTo + " can only match a " + wanted);
  };
  wrong(kListeners.contains(applyTo), "listener", "listener");
  wrong(kRoutes.contains(applyTo), "routeConfiguration", "routeConfiguration");
  wrong(applyTo == "CLUSTER", "cluster", "cluster");
  const Value& chain = match["listener"]["filterChain"];
  const Value& filter = chain["filter"];
  if (!chain.isMap() || !filter.isMap()) return;
  const std::string at = path + ".listener.filterChain.filter";
  if (applyTo == "LISTENER" || applyTo == "FILTER_CHAIN") {
    report.error(at, "a patch of " + applyTo + " cannot match a filter");
    return;
  }
  if (filter["name"].text().empty()) report.error(at, "the filter needs a name");
  deprecatedName(report, filter["name"].asString(), at + ".name");
  if (filter["subFilter"].isMap()) {
    if (applyTo != "HTTP_FILTER")
      report.error(at + ".subFilter", "only patches of HTTP_FILTER can match a filter inside a filter");
    if (filter["subFilter"]["name"].text().empty())
      report.error(at + ".subFilter", "the filter needs a name");
    const std::string& name = filter["name"].asString();
    if (name != "envoy.filters.network.http_connection_manager" && name != "envoy.http_connection_manager") {
      report.error(at + ".name", "only envoy.filters.network.http_connection_manager has filters inside");
    }
  }
}

void checkPatch(Report& report, const Value& patch, const std::string& applyTo, const std::string& path) {
  const std::string& operation = patch["operation"].asString();
  const Value& value = patch["value"];
  if (!patch.isMap()) {
    report.error(path, "a patch is missing");
    return;
  }
  if (operation.empty() || operation == "INVALID") report.error(path, "the patch needs an operation");
  if (operation != "REMOVE" && !value.isMap()) report.error(path, operation + " needs a value");
  const bool filter = applyTo == "HTTP_FILTER" || applyTo == "NETWORK_FILTER" || applyTo == "LISTENER_FILTER";
  static const std::set<std::string> kInsert = {"INSERT_BEFORE", "INSERT_AFTER", "INSERT_FIRST"};
  if (kInsert.contains(operation) && !filter && applyTo != "HTTP_ROUTE" && applyTo != "EXTENSION_CONFIG")
    report.warning(path + ".operation", operation + " has no effect on " + applyTo);
  if (operation == "REPLACE" && !filter)
    report.error(path + ".operation", "REPLACE only works on HTTP_FILTER and NETWORK_FILTER");
  if (!patch["filterClass"].isNull() && patch["filterClass"].asString() != "UNSPECIFIED") {
    if (operation != "ADD") report.error(path + ".filterClass", "filterClass only works with ADD");
    if (applyTo != "HTTP_FILTER" && applyTo != "NETWORK_FILTER")
      report.error(path + ".filterClass", "filterClass only works on filters");
  }
  if (applyTo == "EXTENSION_CONFIG" && !value["name"].isString())
    report.error(path + ".value", "an extension needs a name");
  if (value.has("name") && !value["name"].isString())
    report.error(path + ".value.name", "a name must be a string; put it in quotes");
  if (filter) deprecatedName(report, value["name"].asString(), path + ".value.name");
  const std::string type =
      value["typed_config"]["@type"].asString() + value["typedConfig"]["@type"].asString();
  const bool typed = value["typed_config"].isMap() || value["typedConfig"].isMap();
  if (filter && typed && type.empty()) report.error(path + ".value", "the typed_config needs an @type");
}

}  // namespace

void checkEnvoyFilter(Report& report) {
  const Value& spec = report.object().spec();
  checkSelector(report, spec["workloadSelector"], "labels", "spec.workloadSelector");
  if (spec["workloadSelector"].isMap() && spec["targetRefs"].size() > 0)
    report.error("spec", "only one of workloadSelector and targetRefs may be set");
  checkTargets(report);
  forEach(spec["configPatches"], "spec.configPatches", [&](const Value& one, const std::string& path) {
    const std::string& applyTo = one["applyTo"].asString();
    if (applyTo.empty() || applyTo == "INVALID") {
      report.error(path, "a patch needs applyTo");
      return;
    }
    if (one["match"]["context"].isNull() && applyTo == "BOOTSTRAP" && one["match"].isMap() &&
        one["match"].size() > 1)
      report.warning(path, "BOOTSTRAP patches match by proxy only");
    checkMatch(report, one["match"], applyTo, path + ".match");
    checkPatch(report, one["patch"], applyTo, path + ".patch");
  });
}

}  // namespace varka::galley
