#include "ui/editor/config_page.h"
#include "ui/graph/graph_page.h"
#include "ui/logs/logs_page.h"
#include "ui/routes/routes_page.h"
#include "ui/security/security_page.h"
#include "ui/services/services_page.h"
#include "ui/traffic/traffic_page.h"
#include "ui/window/view.h"

namespace varka::ui {

const std::vector<ViewEntry>& viewEntries() {
  static const std::vector<ViewEntry> entries = {
      {"services", QT_TR_NOOP("Services"), "services", ViewGroup::Observe, createServicesPage},
      {"graph", QT_TR_NOOP("Graph"), "graph", ViewGroup::Observe, createGraphPage},
      {"traffic", QT_TR_NOOP("Traffic"), "traffic", ViewGroup::Observe, createTrafficPage},
      {"logs", QT_TR_NOOP("Logs"), "logs", ViewGroup::Observe, createLogsPage},
      {"config", QT_TR_NOOP("Config"), "config", ViewGroup::Configure, createConfigPage},
      {"routes", QT_TR_NOOP("Routes"), "routes", ViewGroup::Configure, createRoutesPage},
      {"security", QT_TR_NOOP("Security"), "security", ViewGroup::Configure, createSecurityPage},
  };
  return entries;
}

}  // namespace varka::ui
