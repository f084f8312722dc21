#include "ui/logs/logs_page.h"
#include "ui/services/services_page.h"
#include "ui/traffic/traffic_page.h"
#include "ui/window/view.h"

namespace varka::ui {

const std::vector<ViewEntry>& viewEntries() {
  static const std::vector<ViewEntry> entries = {
      {"services", QT_TR_NOOP("Services"), "services", ViewGroup::Observe, createServicesPage},
      {"traffic", QT_TR_NOOP("Traffic"), "traffic", ViewGroup::Observe, createTrafficPage},
      {"logs", QT_TR_NOOP("Logs"), "logs", ViewGroup::Observe, createLogsPage},
  };
  return entries;
}

}  // namespace varka::ui
