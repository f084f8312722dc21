#include "core/xds/telemetry.h"

#include <iterator>

#include "core/xds/codec/top.h"

namespace varka::xds {
namespace {

// One list of members per record serves both directions: `visit(name, member)` for each, in the order of the line.
template <typename Record, typename Visit>
void eachText(Record& record, Visit visit) {
  visit("id", record.id), visit("traceId", record.traceId), visit("spanId", record.spanId), visit("parentSpanId", record.parentSpanId);
  visit("side", record.side), visit("workload", record.workload), visit("peer", record.peer), visit("peerWorkload", record.peerWorkload);
  visit("method", record.method), visit("scheme", record.scheme), visit("authority", record.authority), visit("path", record.path);
  visit("protocol", record.protocol), visit("userAgent", record.userAgent), visit("flags", record.flags), visit("details", record.details);
  visit("routeName", record.routeName), visit("clusterName", record.clusterName), visit("virtualHost", record.virtualHost);
  visit("listener", record.listener), visit("filterChain", record.filterChain), visit("upstreamHost", record.upstreamHost);
  visit("tlsVersion", record.tlsVersion), visit("origin", record.origin);
}
template <typename Record, typename Visit>
void eachNumber(Record& record, Visit visit) {
  visit("startUs", record.startUs), visit("durationUs", record.durationUs), visit("firstByteUs", record.firstByteUs);
  visit("connectUs", record.connectUs), visit("status", record.status), visit("attempts", record.attempts);
  visit("bytesReceived", record.bytesReceived), visit("bytesSent", record.bytesSent);
}
template <typename Step, typename Visit>
void eachStepText(Step& step, Visit visit) {
  visit("kind", step.kind), visit("name", step.name), visit("detail", step.detail), visit("source", step.source);
}
template <typename Edge, typename Visit>
void eachEdgeText(Edge& edge, Visit visit) {
  visit("side", edge.side), visit("cluster", edge.cluster), visit("peerWorkload", edge.peerWorkload), visit("protocol", edge.protocol);
}
template <typename Edge, typename Visit>
void eachEdgeNumber(Edge& edge, Visit visit) {
  visit("requests", edge.requests), visit("errors5xx", edge.errors5xx), visit("errors4xx", edge.errors4xx);
  visit("status2xx", edge.status2xx), visit("status3xx", edge.status3xx), visit("noResponse", edge.noResponse);
  visit("faults", edge.faults), visit("denied", edge.denied), visit("retries", edge.retries);
  visit("tcpOpened", edge.tcpOpened), visit("tcpClosed", edge.tcpClosed);
  visit("bytesReceived", edge.bytesReceived), visit("bytesSent", edge.bytesSent);
}

// --- writing -------------------------------------------------------------------------------------
/// Names are written without escaping them: they are ours.
void writeKey(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":";
}
void writeText(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  writeKey(out, name);
  appendJsonString(out, text);
}
template <typename Number>
void writeNumber(std::string& out, std::string_view name, Number value) {
  writeKey(out, name);
  out += std::to_string(value);
}

using HeaderList = std::vector<std::pair<std::string, std::string>>;
void writeHeaders(std::string& out, std::string_view name, const HeaderList& headers) {
  if (headers.empty()) return;
  writeKey(out, name);
  out += '[';
  for (const auto& [key, value] : headers) {
    out += out.back() == '[' ? "[" : ",[";
    appendJsonString(out, key);
    out += ',';
    appendJsonString(out, value);
    out += ']';
  }
  out += ']';
}

void writeSteps(std::string& out, const std::vector<DecisionStep>& steps) {
  if (steps.empty()) return;
  writeKey(out, "steps");
  out += '[';
  for (const auto& step : steps) {
    out += out.back() == '[' ? "{" : ",{";
    eachStepText(step, [&](std::string_view name, const std::string& text) { writeText(out, name, text); });
    if (!step.taken) writeKey(out, "taken"), out += "false";
    out += '}';
  }
  out += ']';
}

void writeRecord(std::string& out, const RequestRecord& record) {
  out += '{';
  if (record.kind == RecordKind::Tcp) writeText(out, "kind", "tcp");
  eachText(record, [&](std::string_view name, const std::string& text) { writeText(out, name, text); });
  eachNumber(record, [&](std::string_view name, auto value) { writeNumber(out, name, value); });
  if (record.mtls) writeKey(out, "mtls"), out += "true";
  writeSteps(out, record.steps);
  writeHeaders(out, "requestHeaders", record.requestHeaders);
  writeHeaders(out, "responseHeaders", record.responseHeaders);
  out += '}';
}

void writeEdge(std::string& out, const EdgeCounters& edge) {
  out += '{';
  eachEdgeText(edge, [&](std::string_view name, const std::string& text) { writeText(out, name, text); });
  if (edge.mtls) writeKey(out, "mtls"), out += "true";
  eachEdgeNumber(edge, [&](std::string_view name, std::uint64_t value) {
    if (value) writeNumber(out, name, value);
  });
  if (!edge.latency.empty()) {
    writeKey(out, "latency");
    for (std::size_t i = 0; i < edge.latency.size(); ++i) (out += i ? ',' : '[') += std::to_string(edge.latency[i]);
    out += ']';
  }
  out += '}';
}

// --- reading -------------------------------------------------------------------------------------
// Unknown names are skipped: an older engine must be able to listen to a newer proxy.
using codec::Context;
using codec::Json;
using codec::Path;

class Fields {
 public:
  Fields(const Json& json, Context& context, Path path) : json_(json), context_(context), path_(path) {
    if (!json.is_object()) context_.fail(path_, "must be an object");
  }
  template <typename T>
  void operator()(std::string_view name, T& out) const {
    if (const Json* value = find(name)) codec::read(context_, path_ / name, *value, out);
  }
  [[nodiscard]] const Json* find(std::string_view name) const {
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(std::string(name));
    return found == json_.end() ? nullptr : &*found;
  }
  /// The elements of a list, none when it is absent.
  template <typename Visit>
  void each(std::string_view name, Visit visit) const {
    const Json* list = find(name);
    if (!list) return;
    if (!list->is_array()) return void(context_.fail(path_ / name, "must be a list"));
    for (std::size_t i = 0; i < list->size(); ++i) visit((*list)[i], (path_ / name).at(i));
  }
  [[nodiscard]] Context& context() const { return context_; }

 private:
  const Json& json_;
  Context& context_;
  Path path_;
};

void readHeaders(const Fields& fields, std::string_view name, HeaderList& out) {
  fields.each(name, [&](const Json& pair, const Path& path) {
    if (!pair.is_array() || pair.size() != 2) return void(fields.context().fail(path, "must be [name, value]"));
    auto& [key, value] = out.emplace_back();
    codec::read(fields.context(), path, pair[0], key);
    codec::read(fields.context(), path, pair[1], value);
  });
}

void readRecord(const Json& json, Context& context, RequestRecord& record) {
  const Fields fields(json, context, {});
  std::string kind;
  fields("kind", kind);
  record.kind = kind == "tcp" ? RecordKind::Tcp : RecordKind::Http;
  eachText(record, fields);
  eachNumber(record, fields);
  fields("mtls", record.mtls);
  fields.each("steps", [&](const Json& each, const Path& path) {
    const Fields inner(each, context, path);
    DecisionStep& step = record.steps.emplace_back();
    eachStepText(step, inner);
    inner("taken", step.taken);
  });
  readHeaders(fields, "requestHeaders", record.requestHeaders);
  readHeaders(fields, "responseHeaders", record.responseHeaders);
}

void readEdge(const Json& json, Context& context, const Path& path, EdgeCounters& edge) {
  const Fields fields(json, context, path);
  eachEdgeText(edge, fields);
  eachEdgeNumber(edge, fields);
  fields("mtls", edge.mtls);
  fields.each("latency", [&](const Json& each, const Path& where) { codec::read(context, where, each, edge.latency.emplace_back()); });
  const auto expected = std::size(kLatencyBoundsMs) + 1;
  if (!edge.latency.empty() && edge.latency.size() != expected)
    context.fail(path / "latency", "must have " + std::to_string(expected) + " numbers");
}

}  // namespace

void appendRequestLine(const RequestRecord& record, int sampledOneOf, std::string& out) {
  std::string line = "{\"request\":";
  writeRecord(line, record);
  if (sampledOneOf != 1) writeNumber(line, "sampledOneOf", sampledOneOf);
  line += "}\n";
  out += line;
}

void appendLine(const TelemetryMessage& message, std::string& out) {
  using Kind = TelemetryMessage::Kind;
  if (message.kind == Kind::Request) return appendRequestLine(message.request, message.sampledOneOf, out);
  std::string line;
  if (message.kind == Kind::Hello) {
    line = "{\"hello\":{";
    writeText(line, "node", message.hello.node);
    writeNumber(line, "pid", message.hello.pid);
    line += '}';
  } else {
    line = "{\"counters\":[";
    for (const auto& edge : message.counters) {
      if (line.back() != '[') line += ',';
      writeEdge(line, edge);
    }
    line += ']';
    if (message.dropped) writeNumber(line, "dropped", message.dropped);
  }
  line += "}\n";
  out += line;
}

Result<TelemetryMessage> parseTelemetryLine(std::string_view line) {
  const auto json = codec::parseJson(line);
  if (!json) return fail(json.error());
  Context context;
  TelemetryMessage message;
  const Fields fields(*json, context, {});
  if (const Json* hello = fields.find("hello")) {
    message.kind = TelemetryMessage::Kind::Hello;
    const Fields inner(*hello, context, {});
    inner("node", message.hello.node);
    inner("pid", message.hello.pid);
  } else if (const Json* request = fields.find("request")) {
    message.kind = TelemetryMessage::Kind::Request;
    readRecord(*request, context, message.request);
    fields("sampledOneOf", message.sampledOneOf);
    if (message.sampledOneOf < 1) context.fail({}, "sampledOneOf: must be at least 1");
  } else if (fields.find("counters")) {
    message.kind = TelemetryMessage::Kind::Counters;
    fields.each("counters", [&](const Json& each, const Path& path) { readEdge(each, context, path, message.counters.emplace_back()); });
    fields("dropped", message.dropped);
  } else {
    context.fail({}, "unknown message");
  }
  if (!context.error.empty()) return fail("telemetry: " + context.error);
  return message;
}

std::string toJson(const RequestRecord& record) {
  std::string out;
  writeRecord(out, record);
  return out;
}

Result<RequestRecord> requestFromJson(std::string_view text) {
  const auto json = codec::parseJson(text);
  if (!json) return fail(json.error());
  Context context;
  RequestRecord record;
  readRecord(*json, context, record);
  if (!context.error.empty()) return fail(context.error);
  return record;
}

}  // namespace varka::xds
