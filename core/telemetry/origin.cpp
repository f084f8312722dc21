#include "core/telemetry/origin.h"

#include <algorithm>

namespace varka::telemetry {
namespace {

struct Rule {
  std::string_view token, origin;
};

// Envoy's response flags (access log documentation, %RESPONSE_FLAGS%). DI (a delay) and URX (retries used up)
// say nothing about who made the final answer and are left to the status.
constexpr Rule kFlags[] = {
    {"FI", "fault"},    {"UAEX", "policy"}, {"RL", "overload"}, {"RLSE", "overload"}, {"UO", "overload"},
    {"OM", "overload"}, {"NR", "noroute"},  {"NC", "noroute"},  {"IH", "policy"},     {"UF", "network"},
    {"UH", "network"},  {"UC", "network"},  {"LR", "network"},  {"UR", "network"},    {"LH", "network"},
    {"UPE", "network"}, {"DPE", "network"}, {"DC", "network"},  {"UMSDR", "network"}, {"UT", "app"},
    {"SI", "app"},      {"DT", "app"},
};

// Beginnings of response code details.
constexpr Rule kDetails[] = {
    {"rbac_access_denied", "policy"},
    {"jwt_authn", "policy"},
    {"ext_authz", "policy"},
    {"direct_response", "policy"},
    {"fault_filter", "fault"},
    {"route_not_found", "noroute"},
    {"cluster_not_found", "noroute"},
    {"overload", "overload"},
    {"no_healthy_upstream", "network"},
    {"upstream_reset", "network"},
    {"upstream_response_timeout", "app"},
    {"via_upstream", "app"},
};

// What TLS failures look like inside flags' details
// ("upstream_reset_before_response_started{…,TLS_error:|…}").
constexpr std::string_view kTlsMarks[] = {"TLS_error", "TLS error", "SSL", "CERTIFICATE", "certificate"};

bool hasFlag(std::string_view flags, std::string_view wanted) {
  while (!flags.empty()) {
    const auto comma = flags.find(',');
    if (flags.substr(0, comma) == wanted) return true;
    if (comma == std::string_view::npos) return false;
    flags.remove_prefix(comma + 1);
  }
  return false;
}

std::string_view fromFlags(std::string_view flags) {
  for (const auto& rule : kFlags)
    if (hasFlag(flags, rule.token)) return rule.origin;
  return {};
}

std::string_view fromDetails(std::string_view details) {
  for (const auto& rule : kDetails)
    if (details.starts_with(rule.token)) return rule.origin;
  return {};
}

}  // namespace

int originIndex(std::string_view name) {
  const auto at = std::find(kOriginNames.begin(), kOriginNames.end(), name);
  return at == kOriginNames.end() ? -1 : static_cast<int>(at - kOriginNames.begin());
}

std::string originOf(const xds::RequestRecord& record) {
  if (!record.origin.empty()) return record.origin;
  const bool http = record.kind == xds::RecordKind::Http;
  if (http && record.status > 0 && record.status < 400) return {};
  auto origin = fromFlags(record.flags);
  if (origin.empty()) origin = fromDetails(record.details);
  if (origin == "network") {
    for (const auto mark : kTlsMarks)
      if (record.details.find(mark) != std::string::npos) return "tls";
  }
  if (!origin.empty()) return std::string(origin);
  if (!http) return {};
  return record.status == 0 ? "network" : "app";
}

std::string settledOrigin(const xds::RequestRecord& client, const xds::RequestRecord* server) {
  auto origin = originOf(client);
  if (origin != "app" || server == nullptr || server->status != client.status) return origin;
  const auto theirs = originOf(*server);
  return theirs.empty() ? origin : theirs;
}

}  // namespace varka::telemetry
