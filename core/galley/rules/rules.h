#pragma once
// Istio's rules of validation, one function a kind, over a document whose schema is good. Each finding names
// its path. The semantics follow Istio's pkg/config/validation; the texts are ours. Pure.

#include <string>

#include "core/galley/report.h"
#include "core/resource/path.h"

namespace varka::galley {

using Rule = void (*)(Report&);
/// The rules of a kind, null when there are none.
[[nodiscard]] Rule rulesOf(std::string_view group, std::string_view kind);

void checkVirtualService(Report& report);
void checkDestinationRule(Report& report);
void checkGateway(Report& report);
void checkSidecar(Report& report);
void checkServiceEntry(Report& report);
void checkWorkloadEntry(Report& report);
void checkWorkloadGroup(Report& report);
void checkPeerAuthentication(Report& report);
void checkAuthorizationPolicy(Report& report);
void checkRequestAuthentication(Report& report);
void checkTelemetry(Report& report);
void checkProxyConfig(Report& report);
void checkWasmPlugin(Report& report);
void checkEnvoyFilter(Report& report);

// ---- pieces that several kinds share (common.cpp) ----

/// Calls `use(item, path)` for each item of the list at `path`.
template <typename Use>
void forEach(const resource::Value& list, const std::string& path, const Use& use) {
  for (std::size_t i = 0; i < list.items().size(); ++i) use(list[i], resource::joinPath(path, i));
}

void checkExportTo(Report& report, bool serviceEntry, bool selector);
/// matchLabels selectors (WorkloadSelector) and Sidecar's older labels form.
void checkSelector(Report& report, const resource::Value& selector, const char* field,
                   const std::string& path);
/// selector, targetRef and targetRefs: at most one, and each a thing policies may attach to.
void checkTargets(Report& report);
/// At least 1 ms and whole milliseconds, when the duration is written.
void checkDuration(Report& report, const resource::Value& duration, const std::string& path);
void checkDestination(Report& report, const resource::Value& destination, const std::string& path);
void checkServerTls(Report& report, const resource::Value& tls, const std::string& path);
void checkClientTls(Report& report, const resource::Value& tls, const std::string& path);
void checkConnectionPool(Report& report, const resource::Value& pool, const std::string& path);
void checkGatewayNames(Report& report, const resource::Value& names, const std::string& path);
/// An endpoint; `ports` are the names the ServiceEntry knows, null when there is none.
void checkWorkload(Report& report, const resource::Value& entry, const std::string& path,
                   const resource::Value* ports, bool allowNames);
[[nodiscard]] std::string badHeaderName(std::string_view name);

}  // namespace varka::galley
