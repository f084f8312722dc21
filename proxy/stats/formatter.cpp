#include "proxy/stats/formatter.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "core/xds/json_writer.h"

namespace varka::proxy {
namespace {

using Arguments = Formatter::Arguments;

bool text(std::string& out, std::string_view value) {
  out += value;
  return !value.empty();
}

template <typename Number>
bool number(std::string& out, Number value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), end.ptr);
  return true;
}

bool milliseconds(std::string& out, std::int64_t micros) {
  return micros >= 0 && number(out, micros / 1000);
}

/// "2026-01-02T03:04:05.678Z". The date part of a second is computed once per thread and second.
bool startTime(std::string& out, std::int64_t micros) {
  thread_local std::int64_t second = -1;
  thread_local std::array<char, 24> stamp{};
  if (const std::int64_t now = micros / 1'000'000; now != second) {
    second = now;
    const auto epoch = static_cast<std::time_t>(now);
    std::tm parts{};
    gmtime_r(&epoch, &parts);
    std::strftime(stamp.data(), stamp.size(), "%Y-%m-%dT%H:%M:%S.", &parts);
  }
  out += stamp.data();
  const int ms = static_cast<int>(micros / 1000 % 1000);
  const char tail[] = {static_cast<char>('0' + ms / 100), static_cast<char>('0' + ms / 10 % 10), static_cast<char>('0' + ms % 10), 'Z'};
  out.append(tail, sizeof tail);
  return true;
}

std::string_view withoutPort(std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos || address.find(']') != std::string_view::npos) {
    const auto bracket = address.find(']');
    return bracket == std::string_view::npos ? address : address.substr(1, bracket - 1);
  }
  return address.substr(0, colon);
}

std::string_view portOf(std::string_view address) {
  const auto colon = address.rfind(':');
  return colon == std::string_view::npos ? std::string_view() : address.substr(colon + 1);
}

std::string_view hostName() {
  static const std::string name = [] {
    char buffer[256] = "";
    gethostname(buffer, sizeof buffer - 1);
    return std::string(buffer);
  }();
  return name;
}

bool requestHeader(const StreamInfo& info, const Arguments& arguments, std::string& out) {
  if (!info.request) return false;
  for (const auto& name : {arguments.first, arguments.second}) {
    if (name.empty()) continue;
    if (const auto value = info.request->lookup(name); value && !value->empty()) return text(out, *value);
  }
  return false;
}

bool responseHeader(const StreamInfo& info, const Arguments& arguments, std::string& out) {
  if (!info.response) return false;
  for (const auto& name : {arguments.first, arguments.second})
    if (!name.empty() && info.response->has(name)) return text(out, info.response->get(name));
  return false;
}

bool dynamicMetadata(const StreamInfo& info, const Arguments& arguments, std::string& out) {
  if (!info.dynamicMetadata) return false;
  const auto root = info.dynamicMetadata->find(arguments.first);
  if (root == info.dynamicMetadata->end()) return false;
  std::vector<std::string> path;
  for (std::size_t start = 0; start < arguments.second.size();) {
    const auto end = std::min(arguments.second.find(':', start), arguments.second.size());
    path.push_back(arguments.second.substr(start, end - start));
    start = end + 1;
  }
  const xds::Value* value = root->second.at(path);
  if (!value) return false;
  if (const auto* plain = value->string()) return text(out, *plain);
  out += xds::toJson(*value);
  return true;
}

bool environment(const StreamInfo&, const Arguments& arguments, std::string& out) {
  const char* value = getenv(arguments.first.c_str());
  return value && text(out, value);
}

struct OperatorRow {
  std::string_view name;
  Formatter::Operator op;
  bool numeric = false;
};

#define TEXT_OF(member) [](const StreamInfo& info, const Arguments&, std::string& out) { return text(out, info.member); }
#define NUMBER_OF(member) [](const StreamInfo& info, const Arguments&, std::string& out) { return number(out, info.member); }
#define MS_OF(member) [](const StreamInfo& info, const Arguments&, std::string& out) { return milliseconds(out, info.member); }
#define ADDRESS_OF(member) \
  [](const StreamInfo& info, const Arguments&, std::string& out) { return text(out, withoutPort(info.member)); }
#define PORT_OF(member) [](const StreamInfo& info, const Arguments&, std::string& out) { return text(out, portOf(info.member)); }

// Source: Envoy, "Access logging", command operators.
constexpr OperatorRow kOperators[] = {
    {"START_TIME", [](const StreamInfo& info, const Arguments&, std::string& out) { return startTime(out, info.startUs); }},
    {"REQ", requestHeader},
    {"RESP", responseHeader},
    {"TRAILER", [](const StreamInfo&, const Arguments&, std::string&) { return false; }},
    {"PROTOCOL", [](const StreamInfo& info, const Arguments&, std::string& out) {
       return info.request && text(out, protocolName(info.request->protocol));
     }},
    {"RESPONSE_CODE", NUMBER_OF(status), true},
    {"RESPONSE_FLAGS", [](const StreamInfo& info, const Arguments&, std::string& out) {
       info.flags.appendTo(out);
       return true;
     }},
    {"RESPONSE_CODE_DETAILS", TEXT_OF(details)},
    {"CONNECTION_TERMINATION_DETAILS", TEXT_OF(terminationDetails)},
    {"UPSTREAM_TRANSPORT_FAILURE_REASON", TEXT_OF(transportFailure)},
    {"BYTES_RECEIVED", NUMBER_OF(bytesReceived), true},
    {"BYTES_SENT", NUMBER_OF(bytesSent), true},
    {"UPSTREAM_WIRE_BYTES_RECEIVED", NUMBER_OF(upstreamBytesReceived), true},
    {"UPSTREAM_WIRE_BYTES_SENT", NUMBER_OF(upstreamBytesSent), true},
    {"DURATION", MS_OF(durationUs), true},
    {"REQUEST_DURATION", MS_OF(requestReceivedUs), true},
    {"RESPONSE_DURATION", MS_OF(firstUpstreamByteUs), true},
    {"RESPONSE_TX_DURATION", [](const StreamInfo& info, const Arguments&, std::string& out) {
       return info.firstUpstreamByteUs >= 0 && milliseconds(out, info.durationUs - info.firstUpstreamByteUs);
     }, true},
    {"UPSTREAM_REQUEST_ATTEMPT_COUNT", NUMBER_OF(attempts), true},
    {"UPSTREAM_HOST", TEXT_OF(upstreamHost)},
    {"UPSTREAM_REMOTE_ADDRESS", TEXT_OF(upstreamHost)},
    {"UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", ADDRESS_OF(upstreamHost)},
    {"UPSTREAM_CLUSTER", TEXT_OF(upstreamCluster)},
    {"UPSTREAM_CLUSTER_RAW", TEXT_OF(upstreamCluster)},
    {"UPSTREAM_LOCAL_ADDRESS", TEXT_OF(upstreamLocalAddress)},
    {"UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", ADDRESS_OF(upstreamLocalAddress)},
    {"UPSTREAM_PEER_URI_SAN", TEXT_OF(upstreamPeerUri)},
    {"UPSTREAM_TLS_VERSION", TEXT_OF(upstreamTlsVersion)},
    {"DOWNSTREAM_LOCAL_ADDRESS", TEXT_OF(downstreamLocalAddress)},
    {"DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", ADDRESS_OF(downstreamLocalAddress)},
    {"DOWNSTREAM_LOCAL_PORT", PORT_OF(downstreamLocalAddress), true},
    {"DOWNSTREAM_REMOTE_ADDRESS", TEXT_OF(downstreamRemoteAddress)},
    {"DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", ADDRESS_OF(downstreamRemoteAddress)},
    {"DOWNSTREAM_REMOTE_PORT", PORT_OF(downstreamRemoteAddress), true},
    {"DOWNSTREAM_DIRECT_REMOTE_ADDRESS", TEXT_OF(downstreamDirectRemoteAddress)},
    {"DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT", ADDRESS_OF(downstreamDirectRemoteAddress)},
    {"DOWNSTREAM_PEER_URI_SAN", TEXT_OF(downstreamPeerUri)},
    {"DOWNSTREAM_LOCAL_URI_SAN", TEXT_OF(downstreamLocalUri)},
    {"DOWNSTREAM_PEER_SUBJECT", TEXT_OF(downstreamPeerSubject)},
    {"DOWNSTREAM_TLS_VERSION", TEXT_OF(downstreamTlsVersion)},
    {"DOWNSTREAM_TLS_CIPHER", TEXT_OF(downstreamTlsCipher)},
    {"REQUESTED_SERVER_NAME", TEXT_OF(sni)},
    {"ROUTE_NAME", TEXT_OF(routeName)},
    {"VIRTUAL_CLUSTER_NAME", [](const StreamInfo&, const Arguments&, std::string&) { return false; }},
    {"FILTER_CHAIN_NAME", TEXT_OF(filterChain)},
    {"CONNECTION_ID", NUMBER_OF(connectionId), true},
    {"HOSTNAME", [](const StreamInfo&, const Arguments&, std::string& out) { return text(out, hostName()); }},
    {"DYNAMIC_METADATA", dynamicMetadata},
    {"FILTER_STATE", [](const StreamInfo&, const Arguments&, std::string&) { return false; }},
    {"ENVIRONMENT", environment},
};

#undef TEXT_OF
#undef NUMBER_OF
#undef MS_OF
#undef ADDRESS_OF
#undef PORT_OF

std::string lower(std::string_view name) {
  std::string out(name);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// "X-A?Y" of a header operator, "filter:a:b" of metadata, a name of ENVIRONMENT.
void readArguments(std::string_view name, std::string_view inside, Arguments& arguments) {
  if (name == "REQ" || name == "RESP" || name == "TRAILER") {
    const auto question = inside.find('?');
    arguments.first = lower(inside.substr(0, question));
    if (question != std::string_view::npos) arguments.second = lower(inside.substr(question + 1));
  } else if (name == "DYNAMIC_METADATA") {
    const auto colon = inside.find(':');
    arguments.first = inside.substr(0, colon);
    if (colon != std::string_view::npos) arguments.second = inside.substr(colon + 1);
  } else {
    arguments.first = inside;
  }
}

}  // namespace

Result<Formatter> Formatter::compile(std::string_view text, bool omitEmpty) {
  Formatter out;
  out.omitEmpty_ = omitEmpty;
  std::string literal;
  const auto flush = [&] {
    if (literal.empty()) return;
    Piece piece;
    piece.literal = std::move(literal);
    literal.clear();
    out.pieces_.push_back(std::move(piece));
  };
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '%') {
      literal += text[i++];
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == '%') {
      literal += '%';
      i += 2;
      continue;
    }
    // NAME, NAME(arguments), NAME(arguments):limit up to the closing %, which may not stand inside the brackets.
    const auto nameEnd = text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", i + 1);
    const std::string_view name = text.substr(i + 1, std::min(nameEnd, text.size()) - i - 1);
    const auto* row = std::find_if(std::begin(kOperators), std::end(kOperators), [&](const auto& each) { return each.name == name; });
    if (row == std::end(kOperators)) return fail("unknown operator %" + std::string(name) + "% in \"" + std::string(text) + "\"");
    flush();
    Piece piece;
    piece.op = row->op;
    piece.numeric = row->numeric;
    std::size_t at = std::min(nameEnd, text.size());
    if (at < text.size() && text[at] == '(') {
      const auto close = text.find(')', at);
      if (close == std::string_view::npos) return fail("%" + std::string(name) + "(: the bracket is not closed");
      readArguments(name, text.substr(at + 1, close - at - 1), piece.arguments);
      at = close + 1;
    }
    if (at < text.size() && text[at] == ':') {
      const auto end = std::from_chars(text.data() + at + 1, text.data() + text.size(), piece.arguments.limit);
      if (end.ec != std::errc() || piece.arguments.limit < 0) return fail("%" + std::string(name) + ":: a length must follow the colon");
      at = static_cast<std::size_t>(end.ptr - text.data());
    }
    if (at >= text.size() || text[at] != '%') return fail("%" + std::string(name) + ": the closing % is missing");
    out.pieces_.push_back(std::move(piece));
    i = at + 1;
  }
  flush();
  return out;
}

void Formatter::append(const StreamInfo& info, std::string& out) const {
  for (const auto& piece : pieces_) {
    if (!piece.op) {
      out += piece.literal;
      continue;
    }
    const std::size_t before = out.size();
    if (!piece.op(info, piece.arguments, out)) {
      out.resize(before);
      if (!omitEmpty_) out += '-';
    } else if (piece.arguments.limit >= 0 && out.size() - before > static_cast<std::size_t>(piece.arguments.limit)) {
      out.resize(before + static_cast<std::size_t>(piece.arguments.limit));
    }
  }
}

bool Formatter::hasValue(const StreamInfo& info) const {
  if (pieces_.size() != 1 || !pieces_[0].op) return true;
  std::string scratch;
  return pieces_[0].op(info, pieces_[0].arguments, scratch) && !scratch.empty();
}

Result<JsonFormatter::Node> JsonFormatter::compileNode(std::string key, const xds::Value& value, bool omitEmpty) {
  Node node;
  node.key = std::move(key);
  if (const auto* string = value.string()) {
    auto text = Formatter::compile(*string, omitEmpty);
    if (!text) return fail(text.error().in(node.key));
    node.text = std::move(*text);
  } else if (const auto* fields = value.fields()) {
    node.isObject = true;
    for (const auto& [name, child] : *fields) {
      auto compiled = compileNode(name, child, omitEmpty);
      if (!compiled) return compiled;
      node.children.push_back(std::move(*compiled));
    }
  } else if (const auto* list = value.list()) {
    node.isList = true;
    for (const auto& child : *list) {
      auto compiled = compileNode({}, child, omitEmpty);
      if (!compiled) return compiled;
      node.children.push_back(std::move(*compiled));
    }
  } else {
    node.constant = xds::toJson(value);
  }
  return node;
}

Result<JsonFormatter> JsonFormatter::compile(const xds::Struct& format, bool omitEmpty) {
  JsonFormatter out;
  out.omitEmpty_ = omitEmpty;
  auto root = compileNode({}, xds::Value(format), omitEmpty);
  if (!root) return fail(root.error());
  out.root_ = std::move(*root);
  return out;
}

/// False when the value is missing and shall be left out.
bool JsonFormatter::appendNode(const Node& node, const StreamInfo& info, bool omitEmpty, std::string& out) {
  if (node.isObject || node.isList) {
    out += node.isObject ? '{' : '[';
    bool first = true;
    for (const auto& child : node.children) {
      const std::size_t before = out.size();
      if (!first) out += ',';
      if (node.isObject) {
        xds::appendJsonString(out, child.key);
        out += ':';
      }
      if (appendNode(child, info, omitEmpty, out)) first = false;
      else out.resize(before);
    }
    out += node.isObject ? '}' : ']';
    return true;
  }
  if (!node.constant.empty()) {
    out += node.constant;
    return true;
  }
  const auto& pieces = node.text.pieces_;
  std::string value;
  if (pieces.size() == 1 && pieces[0].op) {
    if (!pieces[0].op(info, pieces[0].arguments, value)) {
      if (omitEmpty) return false;
      out += "null";
      return true;
    }
    if (pieces[0].numeric) {
      out += value;
      return true;
    }
    if (pieces[0].arguments.limit >= 0) value.resize(std::min(value.size(), static_cast<std::size_t>(pieces[0].arguments.limit)));
  } else {
    node.text.append(info, value);
  }
  xds::appendJsonString(out, value);
  return true;
}

void JsonFormatter::append(const StreamInfo& info, std::string& out) const {
  appendNode(root_, info, omitEmpty_, out);
}

}  // namespace varka::proxy
