#include "core/xds/codec/top.h"

#include "core/xds/resource.h"

namespace varka::xds::codec {

Result<Json> parseJson(std::string_view text) {
  try {
    return Json::parse(text.begin(), text.end());
  } catch (const Json::exception& problem) {
    std::string_view what = problem.what();
    const auto detail = what.find("] ");  // "[json.exception.parse_error.101] parse error at line 1, column 2: …"
    if (detail != std::string_view::npos) what.remove_prefix(detail + 2);
    return fail("not JSON: " + std::string(what));
  }
}

std::string nameIn(const Json& json) {
  if (!json.is_object()) return {};
  for (const char* key : {"name", "clusterName", "cluster_name"}) {
    const auto found = json.find(key);
    if (found != json.end() && found->is_string()) return found->get<std::string>();
  }
  return {};
}

}  // namespace varka::xds::codec

namespace varka::xds {

using codec::fromText;
using codec::toText;

std::string toJson(const Listener& listener) { return toText(listener); }
std::string toJson(const Cluster& cluster) { return toText(cluster); }
std::string toJson(const ClusterLoadAssignment& assignment) { return toText(assignment); }
std::string toJson(const Secret& secret) { return toText(secret); }
std::string toJson(const NameTable& table) { return toText(table); }
std::string toJson(const rbac::Rules& rules) { return toText(rules); }
std::string toJson(const Value& value) { return toText(value); }

Result<Listener> listenerFromJson(std::string_view json, Notices* notices) { return fromText<Listener>(json, notices); }
Result<Cluster> clusterFromJson(std::string_view json, Notices* notices) { return fromText<Cluster>(json, notices); }
Result<ClusterLoadAssignment> assignmentFromJson(std::string_view json, Notices* notices) {
  return fromText<ClusterLoadAssignment>(json, notices);
}
Result<Secret> secretFromJson(std::string_view json, Notices* notices) { return fromText<Secret>(json, notices); }
Result<NameTable> nameTableFromJson(std::string_view json, Notices* notices) { return fromText<NameTable>(json, notices); }
Result<rbac::Rules> rbacRulesFromJson(std::string_view json, Notices* notices) { return fromText<rbac::Rules>(json, notices); }
Result<Value> valueFromJson(std::string_view json) { return fromText<Value>(json, nullptr); }

}  // namespace varka::xds
