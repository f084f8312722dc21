#pragma once
// ConfigPush: resources and endpoints → PushContext → every proxy. Changes are gathered: 10 ms of quiet, 100 ms at most; then
// all is built anew, and what did not change is not sent because its content hash is the same. Mesh thread.

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>

#include "core/mesh/view.h"
#include "core/mesh/xds_server.h"
#include "core/pilot/pilot.h"

namespace varka::mesh {

class ConfigPush : public QObject {
  Q_OBJECT
 public:
  using Input = std::function<pilot::PilotInput()>;
  ConfigPush(Input input, XdsServer& server, QObject* parent = nullptr);

  /// Something changed; the clock of SyncView starts.
  void changed();
  /// Endpoints changed: pushed in this turn of the loop, since a dead endpoint costs requests.
  void endpointsChanged();
  [[nodiscard]] std::shared_ptr<const pilot::PushContext> context() const { return context_; }
  [[nodiscard]] SyncView sync() const { return sync_; }

 Q_SIGNALS:
  void built();  // context() is new
  void synced(); // sync() changed

 private:
  void build();
  void measure();

  Input input_;
  XdsServer& server_;
  std::shared_ptr<const pilot::PushContext> context_;
  SyncView sync_;
  QTimer quiet_;
  QElapsedTimer firstChange_;
  bool pending_ = false;
};

/// How Pilot sees a pod: as a proxy that asks, and as an endpoint.
pilot::ProxyNode proxyNode(const launcher::PodStatus& pod);
pilot::Endpoint endpoint(const launcher::PodStatus& pod);

}  // namespace varka::mesh
