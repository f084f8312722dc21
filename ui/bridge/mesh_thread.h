#pragma once
// MeshThread: the real engine behind MeshClient. Owns the thread on which the Mesh lives; every crossing is a posted
// closure with moved values. The Mesh is created, used and destroyed on that thread only.

#include <QThread>
#include <memory>

#include "ui/bridge/mesh_client.h"

namespace varka::ui {

class MeshThread final : public MeshClient {
  Q_OBJECT
 public:
  /// With an empty `options.project` nothing is started until `open`.
  explicit MeshThread(mesh::MeshOptions options, QObject* parent = nullptr);
  ~MeshThread() override;

  void open(const QString& project) override;
  void stop() override;
  void apply(const QString& yaml, const QString& source, Reply<ApplyResult> reply) override;
  void remove(const resource::Key& key, Reply<ApplyResult> reply) override;
  void check(const QString& yaml, const QString& source, Reply<Problems> reply) override;
  void saveFile(const QString& path, const QString& text, bool force, Reply<ApplyResult> reply) override;
  void configDump(const QString& pod, Reply<Result<std::string>> reply) override;
  void restartPod(const QString& pod, Reply<Result<>> reply) override;
  void signalPod(const QString& pod, int signal, Reply<Result<>> reply) override;
  void scale(const QString& ns, const QString& deployment, int replicas, Reply<Result<>> reply) override;
  void stopWorkload(const QString& ns, const QString& deployment, Reply<Result<>> reply) override;
  void startWorkload(const QString& ns, const QString& deployment, Reply<Result<>> reply) override;
  void execCommand(const QString& pod, const QStringList& command,
                   Reply<Result<std::vector<std::string>>> reply) override;
  void rotateCertificate(const QString& pod, Reply<Result<>> reply) override;
  void setCertificateTtl(std::int64_t seconds, Reply<Result<>> reply) override;
  void setSampleLoad(double rps, const QString& url) override;
  void findRequest(const QString& id, Reply<std::vector<TrafficRowPtr>> reply) override;
  void logs(const QString& pod, int maxLines, Reply<std::vector<mesh::LogLine>> reply) override;
  void events(int maxEvents, Reply<std::vector<mesh::EventView>> reply) override;

 private:
  void post(std::function<void(mesh::Mesh&)> job);
  template <typename T, typename F>
  void ask(Reply<T> reply, F question);
  template <typename F>
  void command(Reply<Result<>> reply, F action);
  void wire(mesh::Mesh& mesh, int generation);  // on the mesh thread

  mesh::MeshOptions options_;
  QThread thread_;
  QObject* anchor_ = nullptr;          // lives on thread_: the address posted closures are sent to
  std::unique_ptr<mesh::Mesh> mesh_;   // touched on thread_ only
  std::uint64_t objectsRevision_ = ~std::uint64_t{0};  // touched on thread_ only
  int generation_ = 0;                 // GUI thread: values of an earlier project are dropped
};

}  // namespace varka::ui
