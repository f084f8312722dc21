#pragma once
// XdsServer: the engine's end of xds.sock. Each connection is one proxy, known by its process id (SO_PEERCRED), never by what
// it says. Configuration goes out through DeltaServer, certificate requests go to a callback. Mesh thread.

#include <QLocalServer>
#include <QObject>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/launcher/status.h"
#include "core/xds/stream.h"

namespace varka::xds {
struct Snapshot;
}

namespace varka::mesh {

class XdsStream;

/// What is known of one proxy's stream.
struct StreamStatus {
  launcher::PodStatusPtr pod;
  bool settled = false;          // the newest snapshot was sent and answered
  std::uint64_t revision = 0;    // of the newest snapshot
  std::uint64_t ackedRevision = 0;
  std::string lastError;         // of the newest NACK
};

class XdsServer : public QObject {
  Q_OBJECT
 public:
  /// Whose proxy has this process id; null = a stranger, refused.
  using Identify = std::function<launcher::PodStatusPtr(std::int64_t pid)>;
  /// Signs for that pod.
  using Sign = std::function<Result<xds::CertificateIssued>(const xds::Csr& csr, const launcher::PodStatus& pod)>;
  /// All resources of that pod's proxy.
  using Generate = std::function<std::shared_ptr<const xds::Snapshot>(const launcher::PodStatus& pod)>;

  XdsServer(Identify identify, Sign sign, QObject* parent = nullptr);
  ~XdsServer() override;

  Result<> listen(const std::string& path);
  /// A new configuration for every proxy, connected now or later.
  void push(Generate generate, std::uint64_t revision);
  /// Asks the proxy for a new CSR. False when it is not connected.
  bool rotate(const std::string& ns, const std::string& pod);

  [[nodiscard]] std::vector<StreamStatus> streams() const;
  /// What the pod's proxy was last given; null when it is not connected.
  [[nodiscard]] std::shared_ptr<const xds::Snapshot> snapshotOf(const std::string& pod) const;

 Q_SIGNALS:
  void changed();                  // connected, gone, acknowledged
  void refused(QString message);   // a stranger, or a broken stream
  void nacked(QString pod, QString message);

 private:
  friend class XdsStream;
  void accept();
  void drop(XdsStream* stream);

  Identify identify_;
  Sign sign_;
  Generate generate_;
  std::uint64_t revision_ = 0;
  QLocalServer server_;
  std::vector<std::unique_ptr<XdsStream>> streams_;
};

}  // namespace varka::mesh
