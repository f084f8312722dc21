#pragma once
// RouteTable: what the Routes view shows of one VirtualService. Plain values from resources; pure functions, no widgets.

#include <QString>
#include <QStringList>
#include <vector>

#include "core/resource/object.h"
#include "ui/bridge/mesh_client.h"

namespace varka::ui {

struct RouteDestination {
  QString host, subset;
  int port = 0;
  int weight = 0;
  bool weightWritten = false;
  QString weightPath;  // "spec.http[0].route[1].weight"
  [[nodiscard]] QString title() const { return subset.isEmpty() ? host : subset; }
  bool operator==(const RouteDestination&) const = default;
};

struct RouteRule {
  QString name;
  QString path;             // "spec.http[0]"
  QStringList conditions;   // one alternative each: "end-user is jason", "path starts with /api, method is GET"
  std::vector<RouteDestination> destinations;
  QStringList policies;     // "timeout 3 s", "delay 7 s for 100 %", …
  int line = 0;
  int lastLine = 0;         // of what is known to belong to the rule
  QString deadBecause;      // why no request reaches it; empty = alive
  bool operator==(const RouteRule&) const = default;
};

struct RouteTable {
  QString key;     // "VirtualService default/reviews"
  QString ns, name;
  QStringList hosts, gateways;
  QString protocol;  // http, tcp or tls: the section most rules are in
  QString file;
  int line = 0;
  bool fromApi = false;
  std::vector<RouteRule> rules;
  bool operator==(const RouteTable&) const = default;
};

RouteTable routeTable(const resource::Object& virtualService);
/// All VirtualServices, by namespace and name.
std::vector<RouteTable> routeTables(const Objects& objects);

/// Weights as shares of 100, as Istio reads them: one destination takes all; unwritten among several is 0.
std::vector<double> shares(const RouteRule& rule);

}  // namespace varka::ui
