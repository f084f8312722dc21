#include "app/config_tables.h"

#include <nlohmann/json.hpp>

namespace varka::app {
namespace {

using nlohmann::json;

const json& at(const json& value, std::initializer_list<const char*> path) {
  static const json kNull;
  const json* here = &value;
  for (const char* step : path) {
    if (!here->is_object()) return kNull;
    const auto found = here->find(step);
    if (found == here->end()) return kNull;
    here = &*found;
  }
  return *here;
}

std::string text(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.is_number() ? std::to_string(value.get<std::int64_t>()) : "";
}

/// The items of a list of the dump, without their wrapper.
std::vector<json> items(const json& dump, const char* type, const char* list, std::initializer_list<const char*> inner) {
  std::vector<json> out;
  const auto section = dumpSection(dump, type);
  const json& wrapped = at(section, {list});
  for (const auto& each : wrapped.is_array() ? wrapped : json::array()) out.push_back(at(each, inner));
  return out;
}

std::string join(const json& list) {
  std::string out;
  for (const auto& each : list.is_array() ? list : json::array()) out += (out.empty() ? "" : ", ") + text(each);
  return out;
}

/// "destination-rule/reviews.default" of Istio's metadata path "/apis/…/namespaces/NS/destination-rule/NAME".
std::string istioConfig(const json& resource) {
  const auto path = text(at(resource, {"metadata", "filterMetadata", "istio", "config"}));
  const auto name = path.rfind('/');
  const auto ns = path.find("/namespaces/");
  if (name == std::string::npos || ns == std::string::npos) return "";
  const auto nsEnd = path.find('/', ns + 12);
  return path.substr(name + 1) + "." + path.substr(ns + 12, nsEnd - ns - 12);
}

std::string chainMatch(const json& match) {
  if (!match.is_object() || match.empty()) return "ALL";
  std::string out;
  const auto add = [&](const std::string& label, const std::string& value) {
    if (!value.empty()) out += (out.empty() ? "" : "; ") + label + value;
  };
  add("Trans: ", text(at(match, {"transportProtocol"})));
  add("App: ", join(at(match, {"applicationProtocols"})));
  add("SNI: ", join(at(match, {"serverNames"})));
  add("Port: ", text(at(match, {"destinationPort"})));
  for (const auto& range : at(match, {"prefixRanges"}).is_array() ? at(match, {"prefixRanges"}) : json::array()) {
    add("Addr: ", text(at(range, {"addressPrefix"})));
  }
  return out.empty() ? "ALL" : out;
}

std::string chainDestination(const json& chain) {
  for (const auto& filter : at(chain, {"filters"}).is_array() ? at(chain, {"filters"}) : json::array()) {
    const json& config = at(filter, {"typedConfig"});
    if (const auto route = text(at(config, {"rds", "routeConfigName"})); !route.empty()) return "Route: " + route;
    if (const json& hosts = at(config, {"routeConfig", "virtualHosts"}); hosts.is_array() && !hosts.empty()) {
      const json& routes = at(hosts[0], {"routes"});
      const auto cluster = routes.is_array() && !routes.empty() ? text(at(routes[0], {"route", "cluster"})) : "";
      return cluster.empty() ? "Inline Route" : "Cluster: " + cluster;
    }
    if (const auto cluster = text(at(config, {"cluster"})); !cluster.empty()) return "Cluster: " + cluster;
    if (const json& weighted = at(config, {"weightedClusters", "clusters"}); weighted.is_array()) {
      std::string out;
      for (const auto& each : weighted) out += (out.empty() ? "Clusters: " : ", ") + text(at(each, {"name"}));
      return out;
    }
  }
  return "Non-HTTP/Non-TCP";
}

std::string routeMatch(const json& match) {
  std::string out;
  if (const auto path = text(at(match, {"path"})); !path.empty()) out = path;
  if (const auto prefix = text(at(match, {"prefix"})); !prefix.empty()) out = prefix == "/" ? "/*" : prefix + "*";
  if (const auto prefix = text(at(match, {"pathSeparatedPrefix"})); !prefix.empty()) out = prefix + "/*";
  if (const auto regex = text(at(match, {"safeRegex", "regex"})); !regex.empty()) out = "regex " + regex;
  const json& headers = at(match, {"headers"});
  for (const auto& header : headers.is_array() ? headers : json::array()) out += " [" + text(at(header, {"name"})) + "]";
  return out;
}

}  // namespace

json dumpSection(const json& dump, const std::string& type) {
  const json& configs = at(dump, {"configs"});
  for (const auto& section : configs.is_array() ? configs : json::array()) {
    if (text(at(section, {"@type"})).ends_with("." + type)) return section;
  }
  return {};
}

ConfigTable listenerTable(const json& dump) {
  ConfigTable table{{"ADDRESSES", "PORT", "MATCH", "DESTINATION"}, {}};
  for (const auto& listener : items(dump, "ListenersConfigDump", "dynamicListeners", {"activeState", "listener"})) {
    const json& address = at(listener, {"address", "socketAddress"});
    const std::vector<std::string> head{text(at(address, {"address"})), text(at(address, {"portValue"}))};
    const auto add = [&](const json& chain, const std::string& match) {
      table.rows.push_back({head[0], head[1], match, chainDestination(chain)});
    };
    const json& chains = at(listener, {"filterChains"});
    for (const auto& chain : chains.is_array() ? chains : json::array()) add(chain, chainMatch(at(chain, {"filterChainMatch"})));
    if (const json& last = at(listener, {"defaultFilterChain"}); last.is_object()) add(last, "ALL");
  }
  return table;
}

ConfigTable routeTable(const json& dump) {
  ConfigTable table{{"NAME", "VHOST NAME", "DOMAINS", "MATCH", "VIRTUAL SERVICE"}, {}};
  for (const auto& config : items(dump, "RoutesConfigDump", "dynamicRouteConfigs", {"routeConfig"})) {
    const json& hosts = at(config, {"virtualHosts"});
    for (const auto& host : hosts.is_array() ? hosts : json::array()) {
      const json& domains = at(host, {"domains"});
      std::string shown = domains.is_array() && !domains.empty() ? text(domains[0]) : "";
      if (domains.is_array() && domains.size() > 1) shown += " + " + std::to_string(domains.size() - 1) + " more...";
      const json& routes = at(host, {"routes"});
      for (const auto& route : routes.is_array() ? routes : json::array()) {
        table.rows.push_back({text(at(config, {"name"})), text(at(host, {"name"})), shown, routeMatch(at(route, {"match"})), istioConfig(route)});
      }
    }
  }
  return table;
}

ConfigTable clusterTable(const json& dump) {
  ConfigTable table{{"SERVICE FQDN", "PORT", "SUBSET", "DIRECTION", "TYPE", "DESTINATION RULE"}, {}};
  for (const auto& cluster : items(dump, "ClustersConfigDump", "dynamicActiveClusters", {"cluster"})) {
    const auto name = text(at(cluster, {"name"}));
    std::vector<std::string> parts{""};  // direction|port|subset|host
    for (const char c : name) {
      if (c == '|') parts.emplace_back();
      else parts.back() += c;
    }
    const auto type = text(at(cluster, {"type"}));
    if (parts.size() == 4) {
      const auto host = parts[3].empty() ? "" : parts[3];
      table.rows.push_back({host, parts[1], parts[2].empty() ? "-" : parts[2], parts[0], type, istioConfig(cluster)});
    } else {
      table.rows.push_back({name, "-", "-", "-", type, istioConfig(cluster)});
    }
  }
  return table;
}

ConfigTable endpointTable(const json& dump) {
  ConfigTable table{{"ENDPOINT", "STATUS", "OUTLIER CHECK", "CLUSTER"}, {}};
  for (const auto& assignment : items(dump, "EndpointsConfigDump", "dynamicEndpointConfigs", {"endpointConfig"})) {
    const json& localities = at(assignment, {"endpoints"});
    for (const auto& locality : localities.is_array() ? localities : json::array()) {
      const json& endpoints = at(locality, {"lbEndpoints"});
      for (const auto& entry : endpoints.is_array() ? endpoints : json::array()) {
        const json& address = at(entry, {"endpoint", "address", "socketAddress"});
        const auto health = text(at(entry, {"healthStatus"}));
        table.rows.push_back({text(at(address, {"address"})) + ":" + text(at(address, {"portValue"})), health.empty() ? "HEALTHY" : health, "OK",
                              text(at(assignment, {"clusterName"}))});
      }
    }
  }
  return table;
}

ConfigTable secretTable(const json& dump) {
  ConfigTable table{{"RESOURCE NAME", "TYPE", "STATUS"}, {}};
  for (const auto& secret : items(dump, "SecretsConfigDump", "dynamicActiveSecrets", {"secret"})) {
    const bool chain = at(secret, {"tlsCertificate"}).is_object();
    table.rows.push_back({text(at(secret, {"name"})), chain ? "Cert Chain" : "CA", "ACTIVE"});
  }
  return table;
}

}  // namespace varka::app
