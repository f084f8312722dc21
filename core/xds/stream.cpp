#include "core/xds/stream.h"

#include "core/xds/codec/top.h"

namespace varka::xds {
namespace {

using codec::Json;

// --- writing -------------------------------------------------------------------------------------
void writeStrings(JsonWriter& writer, std::string_view key, const std::vector<std::string>& values) {
  if (values.empty()) return;
  writer.key(key);
  writer.beginArray();
  for (const auto& value : values) writer.string(value);
  writer.endArray();
}

void writeText(JsonWriter& writer, std::string_view key, const std::string& value) {
  if (!value.empty()) writer.field(key, value);
}

struct LineWriter {
  JsonWriter& writer;

  template <typename Body>
  void object(std::string_view name, Body body) const {
    writer.key(name);
    writer.beginObject();
    body();
    writer.endObject();
  }

  void operator()(const Hello& hello) const {
    object("hello", [&] { writer.field("protocol", hello.protocol), writer.field("variant", hello.variant); });
  }
  void operator()(const DeltaRequest& request) const {
    object("deltaDiscoveryRequest", [&] {
      if (request.node) writer.key("node"), writer.raw(codec::toText(*request.node));
      writer.field("typeUrl", request.typeUrl);
      writeStrings(writer, "resourceNamesSubscribe", request.subscribe);
      writeStrings(writer, "resourceNamesUnsubscribe", request.unsubscribe);
      if (!request.initialVersions.empty())
        object("initialResourceVersions", [&] {
          for (const auto& [name, version] : request.initialVersions) writer.field(name, version);
        });
      writeText(writer, "responseNonce", request.responseNonce);
      if (request.error)
        object("errorDetail", [&] {
          writer.field("code", std::int64_t{request.error->code});
          writer.field("message", request.error->message);
        });
    });
  }
  void operator()(const DeltaResponse& response) const {
    object("deltaDiscoveryResponse", [&] {
      writeText(writer, "systemVersionInfo", response.systemVersionInfo);
      writer.field("typeUrl", response.typeUrl);
      if (!response.resources.empty()) {
        writer.key("resources");
        writer.beginArray();
        for (const auto& each : response.resources) {
          writer.beginObject();
          writer.field("name", each.name);
          writer.field("version", each.version);
          writer.key("resource");
          writer.raw(*each.json);
          writer.endObject();
        }
        writer.endArray();
      }
      writeStrings(writer, "removedResources", response.removed);
      writer.field("nonce", response.nonce);
      if (!response.controlPlane.empty()) object("controlPlane", [&] { writer.field("identifier", response.controlPlane); });
    });
  }
  void operator()(const Csr& csr) const {
    object("csr", [&] {
      writer.field("id", csr.id), writer.field("name", csr.name), writer.field("pem", csr.pem), writer.field("ttlSeconds", csr.ttlSeconds);
    });
  }
  void operator()(const CertificateIssued& issued) const {
    object("certificate", [&] {
      writer.field("id", issued.id), writer.field("name", issued.name), writer.field("chainPem", issued.chainPem);
      writer.field("rootsPem", issued.rootsPem), writer.field("notAfterMs", issued.notAfterMs), writer.field("renewAtMs", issued.renewAtMs);
    });
  }
  void operator()(const CertificateError& error) const {
    object("certificateError", [&] {
      writer.field("id", error.id), writer.field("message", error.message), writer.field("retryMs", error.retryMs);
    });
  }
  void operator()(const Rotate& rotate) const {
    object("rotate", [&] { writer.field("name", rotate.name); });
  }
  void operator()(const Ping& ping) const { writer.field("ping", ping.number); }
  void operator()(const Pong& pong) const { writer.field("pong", pong.number); }
  void operator()(const GoAway& goaway) const {
    object("goaway", [&] { writer.field("reason", goaway.reason); });
  }
};

// --- reading: the first problem wins and is named ------------------------------------------------
class Object {
 public:
  Object(const Json& json, codec::Context& context, codec::Path path) : json_(json), context_(context), path_(path) {
    if (!json.is_object()) context_.fail(path_, "must be an object");
  }

  /// Reads `name` when it is there.
  template <typename T>
  void get(std::string_view name, T& out) const {
    const Json* value = find(name);
    if (value) codec::read(context_, path_ / name, *value, out);
  }
  void get(std::string_view name, std::vector<std::string>& out) const {
    const Json* value = find(name);
    if (!value) return;
    if (!value->is_array()) return void(context_.fail(path_ / name, "must be a list"));
    for (std::size_t i = 0; i < value->size(); ++i) codec::read(context_, (path_ / name).at(i), (*value)[i], out.emplace_back());
  }
  void get(std::string_view name, std::map<std::string, std::string>& out) const {
    const Json* value = find(name);
    if (!value) return;
    if (!value->is_object()) return void(context_.fail(path_ / name, "must be an object"));
    for (const auto& [key, each] : value->items()) codec::read(context_, path_ / name / key, each, out[key]);
  }
  void require(std::string_view name, std::string& out) const {
    get(name, out);
    if (out.empty()) context_.fail(path_ / name, "is required");
  }
  [[nodiscard]] const Json* find(std::string_view name) const {
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(std::string(name));
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }

 private:
  const Json& json_;
  codec::Context& context_;
  codec::Path path_;
};

using Reader = StreamMessage (*)(const Json&, codec::Context&);

StreamMessage readHello(const Json& json, codec::Context& context) {
  const Object object(json, context, {});
  Hello hello;
  object.get("protocol", hello.protocol);
  object.get("variant", hello.variant);
  return hello;
}

StreamMessage readRequest(const Json& json, codec::Context& context) {
  const Object object(json, context, {});
  DeltaRequest request;
  if (const Json* node = object.find("node")) codec::read(context, codec::Path(), *node, request.node.emplace());
  object.require("typeUrl", request.typeUrl);
  object.get("resourceNamesSubscribe", request.subscribe);
  object.get("resourceNamesUnsubscribe", request.unsubscribe);
  object.get("initialResourceVersions", request.initialVersions);
  object.get("responseNonce", request.responseNonce);
  if (const Json* error = object.find("errorDetail")) {
    const Object detail(*error, context, {});
    request.error.emplace();
    detail.get("code", request.error->code);
    detail.get("message", request.error->message);
  }
  return request;
}

StreamMessage readResponse(const Json& json, codec::Context& context) {
  const Object object(json, context, {});
  DeltaResponse response;
  object.get("systemVersionInfo", response.systemVersionInfo);
  object.require("typeUrl", response.typeUrl);
  object.get("removedResources", response.removed);
  object.require("nonce", response.nonce);
  if (const Json* plane = object.find("controlPlane")) Object(*plane, context, {}).get("identifier", response.controlPlane);
  const Json* resources = object.find("resources");
  if (!resources) return response;
  if (!resources->is_array()) context.fail({}, "resources: must be a list");
  for (const Json& each : *resources) {
    const Object entry(each, context, {});
    Resource& resource = response.resources.emplace_back();
    resource.typeUrl = response.typeUrl;
    entry.require("name", resource.name);
    entry.get("version", resource.version);
    const Json* content = entry.find("resource");
    resource.json = std::make_shared<const std::string>(
        content ? content->dump(-1, ' ', false, Json::error_handler_t::replace) : std::string("null"));
  }
  return response;
}

StreamMessage readCsr(const Json& json, codec::Context& context) {
  const Object object(json, context, {});
  Csr csr;
  object.get("id", csr.id);
  object.require("name", csr.name);
  object.require("pem", csr.pem);
  object.get("ttlSeconds", csr.ttlSeconds);
  return csr;
}

StreamMessage readCertificate(const Json& json, codec::Context& context) {
  const Object object(json, context, {});
  CertificateIssued issued;
  object.get("id", issued.id);
  object.require("name", issued.name);
  object.require("chainPem", issued.chainPem);
  object.get("rootsPem", issued.rootsPem);
  object.get("notAfterMs", issued.notAfterMs);
  object.get("renewAtMs", issued.renewAtMs);
  return issued;
}

StreamMessage readCertificateError(const Json& json, codec::Context& context) {
  const Object object(json, context, {});
  CertificateError error;
  object.get("id", error.id);
  object.get("message", error.message);
  object.get("retryMs", error.retryMs);
  return error;
}

StreamMessage readRotate(const Json& json, codec::Context& context) {
  Rotate rotate;
  Object(json, context, {}).require("name", rotate.name);
  return rotate;
}

StreamMessage readPing(const Json& json, codec::Context& context) {
  Ping ping;
  codec::read(context, {}, json, ping.number);
  return ping;
}

StreamMessage readPong(const Json& json, codec::Context& context) {
  Pong pong;
  codec::read(context, {}, json, pong.number);
  return pong;
}

StreamMessage readGoAway(const Json& json, codec::Context& context) {
  GoAway goaway;
  Object(json, context, {}).get("reason", goaway.reason);
  return goaway;
}

constexpr struct {
  std::string_view name;
  Reader read;
} kMessages[] = {
    {"deltaDiscoveryRequest", &readRequest}, {"deltaDiscoveryResponse", &readResponse},
    {"hello", &readHello},                   {"csr", &readCsr},
    {"certificate", &readCertificate},       {"certificateError", &readCertificateError},
    {"rotate", &readRotate},                 {"ping", &readPing},
    {"pong", &readPong},                     {"goaway", &readGoAway},
};

}  // namespace

void appendLine(const StreamMessage& message, std::string& out) {
  std::string line;
  JsonWriter writer(line);
  writer.beginObject();
  std::visit(LineWriter{writer}, message);
  writer.endObject();
  line += '\n';
  out += line;
}

Result<StreamMessage> parseStreamLine(std::string_view line) {
  const auto json = codec::parseJson(line);
  if (!json) return fail(json.error());
  if (!json->is_object() || json->size() != 1) return fail("a line must be an object with one message");
  const auto first = json->begin();
  const std::string& name = first.key();
  const auto& content = first.value();
  for (const auto& kind : kMessages) {
    if (kind.name != name) continue;
    codec::Context context;
    StreamMessage message = kind.read(content, context);
    if (!context.error.empty()) return fail(name + ": " + context.error);
    return message;
  }
  return fail("unknown message \"" + std::string(name) + "\"");
}

bool LineSplitter::feed(std::string_view bytes) {
  if (start_ > 0) {
    buffer_.erase(0, start_);
    scanned_ -= start_;
    start_ = 0;
  }
  buffer_ += bytes;
  if (buffer_.size() <= limit_) return true;
  // Longer than the limit in total is fine as long as no single line is.
  std::size_t from = 0;
  for (auto end = buffer_.find('\n', scanned_); end != std::string::npos; end = buffer_.find('\n', from)) {
    if (end - from >= limit_) return false;
    from = end + 1;
  }
  return buffer_.size() - from < limit_;
}

std::optional<std::string_view> LineSplitter::next() {
  const auto end = buffer_.find('\n', std::max(scanned_, start_));
  if (end == std::string::npos) {
    scanned_ = buffer_.size();
    if (start_ == buffer_.size() && buffer_.capacity() > (64u << 10)) {  // at rest no memory is held
      buffer_ = std::string();
      start_ = scanned_ = 0;
    }
    return std::nullopt;
  }
  const std::string_view line(buffer_.data() + start_, end - start_);
  start_ = scanned_ = end + 1;
  return line;
}

}  // namespace varka::xds
