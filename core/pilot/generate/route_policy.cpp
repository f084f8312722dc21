#include "core/pilot/generate/route_policy.h"

#include <algorithm>

#include "core/pilot/generate/matchers.h"
#include "core/pilot/model/build_rules.h"
#include "core/pilot/model/duration.h"
#include "core/pilot/model/host.h"

namespace varka::pilot {

using resource::Value;

namespace {

constexpr const char* kDefaultRetryOn =
    "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes";
constexpr const char* kGrpcCodes[] = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

void setRetryOn(const std::string& text, xds::RetryPolicy& policy) {
  policy.retryOn.clear();
  std::string part;
  for (const char c : text + ",") {
    if (c != ',') {
      if (c != ' ') part += c;
      continue;
    }
    const bool number =
        !part.empty() && std::all_of(part.begin(), part.end(), [](char d) { return d >= '0' && d <= '9'; });
    if (number) {
      policy.retriableStatusCodes.push_back(static_cast<std::uint32_t>(std::stoul(part.substr(0, 6))));
    } else if (!part.empty()) {
      policy.retryOn += (policy.retryOn.empty() ? "" : ",") + part;
    }
    part.clear();
  }
  if (!policy.retriableStatusCodes.empty() &&
      policy.retryOn.find("retriable-status-codes") == std::string::npos) {
    policy.retryOn += policy.retryOn.empty() ? "retriable-status-codes" : ",retriable-status-codes";
  }
}

bool isHost(std::string_view key) {
  const std::string lower = lowerCased(key);
  return lower == ":authority" || lower == "host";
}

void addHeaders(const Value& map, xds::HeaderAppendAction action, std::vector<xds::HeaderValueOption>& out,
                std::string* authority) {
  std::vector<xds::HeaderValueOption> read;
  for (const auto& entry : map.entries()) {
    if (isHost(entry.key)) {
      if (authority && authority->empty()) *authority = entry.value.text();
    } else if (!entry.key.starts_with(":")) {
      read.push_back({{entry.key, entry.value.text()}, action, false});
    }
  }
  std::stable_sort(read.begin(), read.end(),
                   [](const auto& a, const auto& b) { return a.header.key < b.header.key; });
  out.insert(out.end(), std::make_move_iterator(read.begin()), std::make_move_iterator(read.end()));
}

std::vector<std::string> removable(const Value& list) {
  std::vector<std::string> out;
  for (std::string& key : texts(list)) {
    if (!isHost(key) && !key.starts_with(":")) out.push_back(std::move(key));
  }
  return out;
}

std::string joined(const Value& list) {
  std::string out;
  for (const std::string& item : texts(list)) out += (out.empty() ? "" : ",") + item;
  return out;
}

}  // namespace

std::optional<xds::FractionalPercent> percentOf(const Value& percentage) {
  if (!percentage.isMap()) return std::nullopt;
  return xds::fractionalPercent(percentage["value"].asDouble());
}

std::optional<xds::RetryPolicy> retryPolicy(const Value& retries, const MeshConfig& mesh,
                                            bool consistentHash) {
  xds::RetryPolicy policy;
  policy.retryOn = kDefaultRetryOn;
  policy.numRetries = 2;
  policy.previousHosts = !consistentHash;
  policy.hostSelectionRetryMaxAttempts = 5;
  if (!retries.isMap()) {
    if (mesh.defaultRetryAttempts == 0) return std::nullopt;
    if (mesh.defaultRetryAttempts > 0)
      policy.numRetries = static_cast<std::uint32_t>(mesh.defaultRetryAttempts);
    if (!mesh.defaultRetryOn.empty()) setRetryOn(mesh.defaultRetryOn, policy);
    return policy;
  }
  const std::int64_t attempts = retries["attempts"].asInt();
  if (attempts <= 0) return std::nullopt;
  policy.numRetries = static_cast<std::uint32_t>(attempts);
  if (!retries["retryOn"].asString().empty()) setRetryOn(retries["retryOn"].asString(), policy);
  policy.perTryTimeout = durationOf(retries["perTryTimeout"]);
  if (retries.has("retryIgnorePreviousHosts"))
    policy.previousHosts = retries["retryIgnorePreviousHosts"].asBool();
  policy.baseInterval = durationOf(retries["backoff"]);
  return policy;
}

std::optional<xds::HttpFault> faultOf(const Value& fault) {
  xds::HttpFault out;
  const Value& delay = fault["delay"];
  if (const auto fixed = durationOf(delay["fixedDelay"])) {
    xds::FaultDelay& to = out.delay.emplace();
    to.fixedDelay = *fixed;
    to.percentage =
        percentOf(delay["percentage"])
            .value_or(xds::FractionalPercent{static_cast<std::uint32_t>(delay["percent"].asInt()), {}});
  }
  const Value& abort = fault["abort"];
  const std::string& grpc = abort["grpcStatus"].asString();
  if (abort.has("httpStatus") || !grpc.empty()) {
    xds::FaultAbort& to = out.abort.emplace();
    to.percentage = percentOf(abort["percentage"]).value_or(xds::FractionalPercent{});
    if (grpc.empty()) {
      to.httpStatus = static_cast<std::uint32_t>(abort["httpStatus"].asInt());
    } else {
      const auto* found = std::find(std::begin(kGrpcCodes), std::end(kGrpcCodes), grpc);
      to.grpcStatus =
          found == std::end(kGrpcCodes) ? 2u : static_cast<std::uint32_t>(found - std::begin(kGrpcCodes));
    }
  }
  if (!out.delay && !out.abort) return std::nullopt;
  return out;
}

xds::CorsPolicy corsPolicy(const Value& cors) {
  xds::CorsPolicy out;
  for (const Value& origin : cors["allowOrigins"].items())
    out.allowOriginStringMatch.push_back(stringMatcher(origin));
  if (!cors.has("allowOrigins")) {
    for (const std::string& origin : texts(cors["allowOrigin"])) {
      out.allowOriginStringMatch.push_back(origin == "*" ? xds::regexMatch(".*") : xds::exactMatch(origin));
    }
  }
  out.allowMethods = joined(cors["allowMethods"]);
  out.allowHeaders = joined(cors["allowHeaders"]);
  out.exposeHeaders = joined(cors["exposeHeaders"]);
  if (const auto age = durationOf(cors["maxAge"])) {
    out.maxAge = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(*age).count());
  }
  if (cors.has("allowCredentials")) out.allowCredentials = cors["allowCredentials"].asBool();
  out.filterEnabled = xds::RuntimeFractionalPercent{{100, xds::Denominator::Hundred}, {}};
  out.forwardNotMatchingPreflights = cors["unmatchedPreflights"].asString() != "IGNORE";
  return out;
}

HeaderOperations headerOperations(const Value& headers) {
  using Action = xds::HeaderAppendAction;
  HeaderOperations out;
  const Value& request = headers["request"];
  const Value& response = headers["response"];
  addHeaders(request["set"], Action::OverwriteIfExistsOrAdd, out.requestAdd, &out.authority);
  addHeaders(request["add"], Action::AppendIfExistsOrAdd, out.requestAdd, &out.authority);
  addHeaders(response["set"], Action::OverwriteIfExistsOrAdd, out.responseAdd, nullptr);
  addHeaders(response["add"], Action::AppendIfExistsOrAdd, out.responseAdd, nullptr);
  out.requestRemove = removable(request["remove"]);
  out.responseRemove = removable(response["remove"]);
  return out;
}

}  // namespace varka::pilot
