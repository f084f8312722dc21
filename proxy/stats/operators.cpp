#include "proxy/stats/operators.h"

#include <unistd.h>

#include <cstdlib>
#include <ctime>

#include "core/xds/value.h"

namespace varka::proxy {
namespace {

using Arguments = Formatter::Arguments;

// --- small builders ------------------------------------------------------------------------------
bool put(std::string& out, std::string_view text) {
  if (text.empty()) return false;
  out += text;
  return true;
}
bool putNumber(std::string& out, std::uint64_t value) {
  out += std::to_string(value);
  return true;
}
bool putMillis(std::string& out, std::int64_t micros) {
  return micros >= 0 && putNumber(out, static_cast<std::uint64_t>(micros / 1000));
}

template <auto Member>
bool text(const StreamInfo& info, const Arguments&, std::string& out) {
  return put(out, info.*Member);
}
template <auto Member>
bool count(const StreamInfo& info, const Arguments&, std::string& out) {
  return putNumber(out, static_cast<std::uint64_t>(info.*Member));
}
template <auto Member>
bool millis(const StreamInfo& info, const Arguments&, std::string& out) {
  return putMillis(out, info.*Member);
}
bool nothing(const StreamInfo&, const Arguments&, std::string&) {
  return false;
}

std::size_t portColon(std::string_view address) {
  const auto colon = address.rfind(':');
  const auto bracket = address.rfind(']');
  return bracket != std::string_view::npos && colon < bracket ? std::string_view::npos : colon;
}
template <auto Member>
bool ipOnly(const StreamInfo& info, const Arguments&, std::string& out) {
  std::string_view address = info.*Member;
  address = address.substr(0, portColon(address));
  if (address.size() > 2 && address.front() == '[') address = address.substr(1, address.size() - 2);
  return put(out, address);
}
template <auto Member>
bool portOnly(const StreamInfo& info, const Arguments&, std::string& out) {
  const std::string_view address = info.*Member;
  const auto colon = portColon(address);
  return colon != std::string_view::npos && put(out, address.substr(colon + 1));
}

// --- headers -------------------------------------------------------------------------------------
bool requestHeader(const StreamInfo& info, const Arguments& arguments, std::string& out) {
  if (!info.request) return false;
  for (const std::string* name : {&arguments.first, &arguments.second}) {
    if (name->empty()) continue;
    if (const auto value = info.request->lookup(*name)) return put(out, *value);
  }
  return false;
}

bool requestWithoutQuery(const StreamInfo& info, const Arguments& arguments, std::string& out) {
  const auto before = out.size();
  if (!requestHeader(info, arguments, out)) return false;
  const auto mark = out.find('?', before);
  if (mark != std::string::npos) out.resize(mark);
  return out.size() > before;
}

bool responseHeader(const StreamInfo& info, const Arguments& arguments, std::string& out) {
  if (!info.response) return false;
  if (arguments.first == ":status") return putNumber(out, static_cast<std::uint64_t>(info.response->status));
  for (const std::string* name : {&arguments.first, &arguments.second})
    if (!name->empty() && info.response->has(*name)) return put(out, info.response->get(*name));
  return false;
}

bool grpcStatus(const StreamInfo& info, const Arguments&, std::string& out) {
  return info.response && put(out, info.response->get("grpc-status"));
}

bool path(const StreamInfo& info, const Arguments&, std::string& out) {
  return info.request && put(out, info.request->path);
}

bool traceId(const StreamInfo& info, const Arguments&, std::string& out) {
  if (!info.request) return false;
  const std::string_view parent = info.request->get("traceparent");  // 00-TRACE-SPAN-FLAGS
  return parent.size() >= 35 ? put(out, parent.substr(3, 32)) : put(out, info.request->get("x-b3-traceid"));
}

bool protocol(const StreamInfo& info, const Arguments&, std::string& out) {
  return info.request && put(out, protocolName(info.request->protocol));
}

// --- others --------------------------------------------------------------------------------------
bool responseCode(const StreamInfo& info, const Arguments&, std::string& out) {
  return putNumber(out, static_cast<std::uint64_t>(info.status));
}

bool responseFlags(const StreamInfo& info, const Arguments&, std::string& out) {
  return info.flags.any() && put(out, info.flags.text());
}

bool sendDuration(const StreamInfo& info, const Arguments&, std::string& out) {
  return info.firstUpstreamByteUs >= 0 && info.durationUs >= 0 && putMillis(out, info.durationUs - info.firstUpstreamByteUs);
}

/// A time as the argument says: strftime, and %f, %3f, %6f for fractions; without one, ISO 8601 with milliseconds.
bool startTime(const StreamInfo& info, const Arguments& arguments, std::string& out) {
  const auto seconds = static_cast<std::time_t>(info.startUs / 1'000'000);
  const auto micros = info.startUs % 1'000'000;
  tm parts{};
  gmtime_r(&seconds, &parts);
  char digits[16];
  std::snprintf(digits, sizeof digits, "%06lld000", static_cast<long long>(micros));
  if (arguments.first.empty()) {
    char buffer[32];
    const auto length = std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%S.", &parts);
    out.append(buffer, length).append(digits, 3) += 'Z';
    return true;
  }
  std::string format;
  const std::string& given = arguments.first;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i] != '%' || i + 1 >= given.size()) {
      format += given[i];
    } else if (given[i + 1] == 's') {
      format += std::to_string(seconds), ++i;
    } else if (given[i + 1] == 'f') {
      format.append(digits, 9), ++i;
    } else if (i + 2 < given.size() && given[i + 1] >= '1' && given[i + 1] <= '9' && given[i + 2] == 'f') {
      format.append(digits, static_cast<std::size_t>(given[i + 1] - '0')), i += 2;
    } else {
      format.append(given, i, 2), ++i;
    }
  }
  char buffer[256];
  const auto length = std::strftime(buffer, sizeof buffer, format.c_str(), &parts);
  out.append(buffer, length);
  return length > 0;
}

bool hostname(const StreamInfo&, const Arguments&, std::string& out) {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 && put(out, name);
}

bool environment(const StreamInfo&, const Arguments& arguments, std::string& out) {
  const char* value = std::getenv(arguments.second.c_str());
  return value && put(out, value);
}

/// %DYNAMIC_METADATA(filter:key:key)%: strings bare, everything else as JSON.
bool dynamicMetadata(const StreamInfo& info, const Arguments& arguments, std::string& out) {
  if (!info.dynamicMetadata) return false;
  const auto found = info.dynamicMetadata->find(arguments.first);
  if (found == info.dynamicMetadata->end()) return false;
  const xds::Value* value = &found->second;
  std::string_view rest = arguments.second;
  while (value && !rest.empty()) {
    const auto colon = rest.find(':');
    value = value->find(rest.substr(0, colon));
    rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
  }
  if (!value) return false;
  return put(out, value->string() ? *value->string() : xds::toJson(*value));
}

using I = StreamInfo;
constexpr OperatorEntry kOperators[] = {
    {"START_TIME", &startTime},
    {"REQ", &requestHeader, false, true},
    {"REQ_WITHOUT_QUERY", &requestWithoutQuery, false, true},
    {"RESP", &responseHeader, false, true},
    {"TRAILER", &nothing, false, true},
    {"PATH", &path},
    {"PROTOCOL", &protocol},
    {"RESPONSE_CODE", &responseCode, true},
    {"RESPONSE_FLAGS", &responseFlags},
    {"RESPONSE_CODE_DETAILS", &text<&I::details>},
    {"CONNECTION_TERMINATION_DETAILS", &text<&I::terminationDetails>},
    {"UPSTREAM_TRANSPORT_FAILURE_REASON", &text<&I::transportFailure>},
    {"BYTES_RECEIVED", &count<&I::bytesReceived>, true},
    {"BYTES_SENT", &count<&I::bytesSent>, true},
    {"UPSTREAM_WIRE_BYTES_RECEIVED", &count<&I::upstreamBytesReceived>, true},
    {"UPSTREAM_WIRE_BYTES_SENT", &count<&I::upstreamBytesSent>, true},
    {"DURATION", &millis<&I::durationUs>, true},
    {"REQUEST_DURATION", &millis<&I::requestReceivedUs>, true},
    {"RESPONSE_DURATION", &millis<&I::firstUpstreamByteUs>, true},
    {"RESPONSE_TX_DURATION", &sendDuration, true},
    {"UPSTREAM_HOST", &text<&I::upstreamHost>},
    {"UPSTREAM_REMOTE_ADDRESS", &text<&I::upstreamHost>},
    {"UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", &ipOnly<&I::upstreamHost>},
    {"UPSTREAM_REMOTE_PORT", &portOnly<&I::upstreamHost>, true},
    {"UPSTREAM_CLUSTER", &text<&I::upstreamCluster>},
    {"UPSTREAM_CLUSTER_RAW", &text<&I::upstreamCluster>},
    {"UPSTREAM_LOCAL_ADDRESS", &text<&I::upstreamLocalAddress>},
    {"UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", &ipOnly<&I::upstreamLocalAddress>},
    {"UPSTREAM_REQUEST_ATTEMPT_COUNT", &count<&I::attempts>, true},
    {"UPSTREAM_PEER_URI_SAN", &text<&I::upstreamPeerUri>},
    {"UPSTREAM_TLS_VERSION", &text<&I::upstreamTlsVersion>},
    {"DOWNSTREAM_LOCAL_ADDRESS", &text<&I::downstreamLocalAddress>},
    {"DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", &ipOnly<&I::downstreamLocalAddress>},
    {"DOWNSTREAM_LOCAL_PORT", &portOnly<&I::downstreamLocalAddress>, true},
    {"DOWNSTREAM_REMOTE_ADDRESS", &text<&I::downstreamRemoteAddress>},
    {"DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", &ipOnly<&I::downstreamRemoteAddress>},
    {"DOWNSTREAM_REMOTE_PORT", &portOnly<&I::downstreamRemoteAddress>, true},
    {"DOWNSTREAM_DIRECT_REMOTE_ADDRESS", &text<&I::downstreamDirectRemoteAddress>},
    {"DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT", &ipOnly<&I::downstreamDirectRemoteAddress>},
    {"DOWNSTREAM_PEER_URI_SAN", &text<&I::downstreamPeerUri>},
    {"DOWNSTREAM_PEER_SUBJECT", &text<&I::downstreamPeerSubject>},
    {"DOWNSTREAM_LOCAL_URI_SAN", &text<&I::downstreamLocalUri>},
    {"DOWNSTREAM_TLS_VERSION", &text<&I::downstreamTlsVersion>},
    {"DOWNSTREAM_TLS_CIPHER", &text<&I::downstreamTlsCipher>},
    {"REQUESTED_SERVER_NAME", &text<&I::sni>},
    {"ROUTE_NAME", &text<&I::routeName>},
    {"VIRTUAL_HOST_NAME", &text<&I::virtualHost>},
    {"VIRTUAL_CLUSTER_NAME", &nothing},
    {"FILTER_CHAIN_NAME", &text<&I::filterChain>},
    {"CONNECTION_ID", &count<&I::connectionId>, true},
    {"GRPC_STATUS", &grpcStatus},
    {"GRPC_STATUS_NUMBER", &grpcStatus, true},
    {"TRACE_ID", &traceId},
    {"HOSTNAME", &hostname},
    {"ENVIRONMENT", &environment, false, true},
    {"DYNAMIC_METADATA", &dynamicMetadata, false, true},
    {"FILTER_STATE", &nothing, false, true},
    {"CLUSTER_METADATA", &nothing, false, true},
    {"UPSTREAM_METADATA", &nothing, false, true},
    {"METADATA", &nothing, false, true},
    {"CEL", &nothing, false, true},
};

}  // namespace

const OperatorEntry* findOperator(std::string_view name) {
  for (const auto& entry : kOperators)
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace varka::proxy
