#pragma once
// Messages to canonical proto3 JSON (lowerCamelCase, defaults left out, fields in table order, one line) and back.
// Reading accepts lowerCamelCase and snake_case, 64-bit integers as strings or numbers, enums by name or number;
// an unknown field is an error "path.to.field: unknown field". Nothing here throws. The tables are in codec/*.cpp.

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/xds/bootstrap.h"
#include "core/xds/cluster.h"
#include "core/xds/listener.h"
#include "core/xds/name_table.h"

namespace varka::xds {

/// Fields that are accepted and have no effect, "path.to.field"; pass where the caller wants to tell.
using Notices = std::vector<std::string>;

std::string toJson(const Listener& listener);
std::string toJson(const FilterChain& chain);
std::string toJson(const RouteConfiguration& routes);
std::string toJson(const VirtualHost& host);
std::string toJson(const Route& route);
std::string toJson(const Cluster& cluster);
std::string toJson(const ClusterLoadAssignment& assignment);
std::string toJson(const Secret& secret);
std::string toJson(const NameTable& table);
std::string toJson(const Bootstrap& bootstrap);
std::string toJson(const rbac::Rules& rules);
std::string toJson(const HttpFilter& filter);

Result<Listener> listenerFromJson(std::string_view json, Notices* notices = nullptr);
Result<RouteConfiguration> routesFromJson(std::string_view json, Notices* notices = nullptr);
Result<VirtualHost> virtualHostFromJson(std::string_view json, Notices* notices = nullptr);
Result<Route> routeFromJson(std::string_view json, Notices* notices = nullptr);
Result<Cluster> clusterFromJson(std::string_view json, Notices* notices = nullptr);
Result<ClusterLoadAssignment> assignmentFromJson(std::string_view json, Notices* notices = nullptr);
Result<Secret> secretFromJson(std::string_view json, Notices* notices = nullptr);
Result<NameTable> nameTableFromJson(std::string_view json, Notices* notices = nullptr);
Result<Bootstrap> bootstrapFromJson(std::string_view json, Notices* notices = nullptr);
Result<rbac::Rules> rbacRulesFromJson(std::string_view json, Notices* notices = nullptr);
Result<HttpFilter> httpFilterFromJson(std::string_view json, Notices* notices = nullptr);

}  // namespace varka::xds
