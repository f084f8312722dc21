#include "core/xds/resource.h"

#include <openssl/evp.h>

#include "core/xds/codec/top.h"

namespace varka::xds {

std::string contentVersion(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), digest, &length, EVP_sha256(), nullptr);
  constexpr char kHex[] = "0123456789abcdef";
  std::string version;
  for (unsigned i = 0; i < 8 && i < length; ++i) {
    version += kHex[digest[i] >> 4];
    version += kHex[digest[i] & 15];
  }
  return version;
}

namespace {

Resource fromTypedText(std::string_view typeUrl, std::string name, std::string json) {
  Resource resource{std::string(typeUrl), std::move(name), contentVersion(json), nullptr};
  resource.json = std::make_shared<const std::string>(std::move(json));
  return resource;
}

template <typename T>
Resource make(std::string_view typeUrl, std::string_view name, const T& message) {
  return fromTypedText(typeUrl, std::string(name), codec::toTypedText(typeUrl, message));
}

/// One row per resource type: how to read it.
struct TypeEntry {
  std::string_view typeUrl;
  Result<AnyResource> (*decode)(const codec::Json&, Notices*);
};
template <typename T>
Result<AnyResource> decodeAs(const codec::Json& json, Notices* notices) {
  auto message = codec::fromTree<T>(json, notices);
  if (!message) return fail(message.error());
  return AnyResource(std::move(*message));
}
constexpr TypeEntry kTypes[] = {
    {kListenerType, &decodeAs<Listener>},   {kRouteType, &decodeAs<RouteConfiguration>},
    {kClusterType, &decodeAs<Cluster>},     {kEndpointType, &decodeAs<ClusterLoadAssignment>},
    {kSecretType, &decodeAs<Secret>},       {kNameTableType, &decodeAs<NameTable>},
};

const TypeEntry* entryOf(const codec::Json& json) {
  if (!json.is_object()) return nullptr;
  const auto type = json.find("@type");
  if (type == json.end() || !type->is_string()) return nullptr;
  for (const auto& entry : kTypes)
    if (type->get_ref<const std::string&>() == entry.typeUrl) return &entry;
  return nullptr;
}

std::string unknownType(const codec::Json& json) {
  const std::string name = codec::nameIn(json);
  return (name.empty() ? "" : name + ": ") + "@type: is missing or not a type of resource that is understood here";
}

}  // namespace

Resource makeResource(const Listener& listener) { return make(kListenerType, listener.name, listener); }
Resource makeResource(const RouteConfiguration& routes) { return make(kRouteType, routes.name, routes); }
Resource makeResource(const Cluster& cluster) { return make(kClusterType, cluster.name, cluster); }
Resource makeResource(const ClusterLoadAssignment& assignment) { return make(kEndpointType, assignment.clusterName, assignment); }
Resource makeResource(const Secret& secret) { return make(kSecretType, secret.name, secret); }
Resource makeResource(const NameTable& table) { return make(kNameTableType, kNameTableName, table); }

Result<Resource> makeResource(std::string_view text) {
  const auto json = codec::parseJson(text);
  if (!json) return fail(json.error());
  const TypeEntry* entry = entryOf(*json);
  if (!entry) return fail(unknownType(*json));
  std::string name = entry->typeUrl == kNameTableType ? std::string(kNameTableName) : codec::nameIn(*json);
  if (name.empty()) return fail("a resource of type " + std::string(entry->typeUrl) + " has no name");
  return fromTypedText(entry->typeUrl, std::move(name), json->dump(-1, ' ', false, codec::Json::error_handler_t::replace));
}

Result<Decoded> decodeResourceWithNotices(std::string_view text) {
  const auto json = codec::parseJson(text);
  if (!json) return fail(json.error());
  const TypeEntry* entry = entryOf(*json);
  if (!entry) return fail(unknownType(*json));
  Decoded decoded;
  auto value = entry->decode(*json, &decoded.notices);
  if (!value) return fail(value.error());
  decoded.value = std::move(*value);
  return decoded;
}

Result<AnyResource> decodeResource(std::string_view json) {
  auto decoded = decodeResourceWithNotices(json);
  if (!decoded) return fail(decoded.error());
  return std::move(decoded->value);
}

std::string_view nameOf(const AnyResource& resource) {
  struct Visitor {
    std::string_view operator()(const ClusterLoadAssignment& each) const { return each.clusterName; }
    std::string_view operator()(const NameTable&) const { return kNameTableName; }
    std::string_view operator()(const Listener& each) const { return each.name; }
    std::string_view operator()(const RouteConfiguration& each) const { return each.name; }
    std::string_view operator()(const Cluster& each) const { return each.name; }
    std::string_view operator()(const Secret& each) const { return each.name; }
  };
  return std::visit(Visitor{}, resource);
}

std::string_view typeUrlOf(const AnyResource& resource) {
  return kTypes[resource.index()].typeUrl;  // the table is in the variant's order
}

}  // namespace varka::xds
