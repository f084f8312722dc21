#pragma once
// XdsStream: one proxy's connection to the XdsServer that owns it. Bytes in, messages to DeltaServer, bytes out. Mesh thread.

#include <QLocalSocket>
#include <QObject>
#include <QTimer>
#include <memory>
#include <string>
#include <vector>

#include "core/mesh/xds_server.h"
#include "core/xds/delta_server.h"

namespace varka::mesh {

class XdsStream : public QObject {
  Q_OBJECT
 public:
  /// `socket` becomes a child.
  XdsStream(XdsServer& server, launcher::PodStatusPtr pod, QLocalSocket* socket);

  void setSnapshot(std::shared_ptr<const xds::Snapshot> snapshot, std::uint64_t revision);
  void rotate();
  [[nodiscard]] StreamStatus status() const;
  [[nodiscard]] const launcher::PodStatusPtr& pod() const { return pod_; }
  [[nodiscard]] const std::shared_ptr<const xds::Snapshot>& snapshot() const { return snapshot_; }

 private:
  void read();
  void handle(const xds::DeltaRequest& request);
  void handle(const xds::Csr& csr);
  void send(const std::vector<xds::DeltaResponse>& responses);
  void send(const xds::StreamMessage& message);
  void scheduleTick();
  void noteProgress();
  void goAway(const std::string& reason);

  XdsServer& server_;
  launcher::PodStatusPtr pod_;
  QLocalSocket* socket_;
  xds::LineSplitter lines_;
  xds::DeltaServer delta_;
  QTimer tick_;
  std::shared_ptr<const xds::Snapshot> snapshot_;
  std::uint64_t revision_ = 0, ackedRevision_ = 0;
  bool closed_ = false;
};

}  // namespace varka::mesh
