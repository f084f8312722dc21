#pragma once
// Models: the data every view shares, fed by MeshClient. Owned by the window; GUI thread.

#include "ui/models/events_model.h"
#include "ui/models/log_store.h"
#include "ui/models/services_model.h"
#include "ui/models/traffic_store.h"

namespace varka::ui {

struct Models {
  explicit Models(MeshClient& client) : services(client), traffic(client), logs(client), events(client) {}
  ServicesModel services;
  TrafficStore traffic;
  LogStore logs;
  EventsModel events;
};

}  // namespace varka::ui
