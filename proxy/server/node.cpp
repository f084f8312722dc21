#include "proxy/server/node.h"

#include <vector>

namespace varka::proxy {
namespace {

std::string textAt(const xds::Value& value, const std::vector<std::string>& path) {
  const xds::Value* found = value.at(path);
  const std::string* text = found ? found->string() : nullptr;
  return text ? *text : std::string();
}

}  // namespace

Result<xds::Node> makeNode(const std::string& id, const std::string& metadataJson) {
  xds::Node node;
  node.id = id;
  node.userAgentName = "varka";
  if (metadataJson.empty()) return node;
  auto parsed = xds::valueFromJson(metadataJson);
  if (!parsed) return tl::unexpected(parsed.error().in("--node-metadata"));
  const xds::Struct* fields = parsed->fields();
  if (!fields) return fail("--node-metadata is not a JSON object");
  node.metadata = *fields;
  const NodeIdentity identity = identityOf(node);
  node.cluster = identity.canonicalService + "." + identity.podNamespace;
  return node;
}

NodeIdentity identityOf(const xds::Node& node) {
  NodeIdentity identity;
  identity.id = node.id;
  std::vector<std::string> parts(1);
  for (const char c : node.id) {
    if (c == '~')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  if (parts.size() >= 4) {
    identity.type = parts[0];
    identity.ip = parts[1];
    const auto dot = parts[2].rfind('.');
    identity.pod = parts[2].substr(0, dot);
    if (dot != std::string::npos) identity.podNamespace = parts[2].substr(dot + 1);
  }
  const xds::Value metadata(node.metadata);
  if (const auto name = textAt(metadata, {"NAME"}); !name.empty()) identity.pod = name;
  if (const auto name = textAt(metadata, {"NAMESPACE"}); !name.empty()) identity.podNamespace = name;
  identity.serviceAccount = textAt(metadata, {"SERVICE_ACCOUNT"});
  identity.workload = textAt(metadata, {"WORKLOAD_NAME"});
  if (identity.workload.empty()) identity.workload = identity.pod;
  identity.app = textAt(metadata, {"LABELS", "app"});
  identity.version = textAt(metadata, {"LABELS", "version"});
  identity.canonicalService = textAt(metadata, {"LABELS", "service.istio.io/canonical-name"});
  if (identity.canonicalService.empty())
    identity.canonicalService = identity.app.empty() ? identity.workload : identity.app;
  identity.canonicalRevision = textAt(metadata, {"LABELS", "service.istio.io/canonical-revision"});
  if (identity.canonicalRevision.empty())
    identity.canonicalRevision = identity.version.empty() ? "latest" : identity.version;
  return identity;
}

}  // namespace varka::proxy
