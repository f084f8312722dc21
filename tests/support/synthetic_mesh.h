#pragma once
// A mesh that does not exist: values of every kind for 4, 20 or 100 services, and a MeshClient that serves them and
// records commands. For tests of the window and for looking at sizes; the program itself shows the real mesh only.

#include <QStringList>
#include <random>

#include "ui/bridge/mesh_client.h"

namespace varka::test {

/// Values for `services` workloads with errors, TCP edges, mixed mTLS, a crashed and a stopped one (from 20 up).
mesh::MeshView syntheticView(int services);
mesh::TrafficGraph syntheticGraph(const mesh::MeshView& view, int tick = 0);
/// `count` requests along the graph's edges.
mesh::TrafficBatch syntheticTraffic(const mesh::TrafficGraph& graph, std::size_t count, std::uint64_t firstSequence = 1);

class SyntheticClient final : public ui::MeshClient {
 public:
  explicit SyntheticClient(int services = 0);
  /// Publishes view, graph, traffic, logs and events once; `tick` varies the numbers.
  void publishAll(int tick = 0, std::size_t requests = 60);
  void setView(mesh::MeshView view);
  void setGraph(mesh::TrafficGraph graph);
  QStringList commands;  // "restart reviews-v1-1", in order

  void open(const QString& project) override;
  void stop() override;
  void apply(const QString&, const QString&, ui::Reply<ui::ApplyResult>) override { commands << QStringLiteral("apply"); }
  void remove(const resource::Key&, ui::Reply<ui::ApplyResult>) override { commands << QStringLiteral("remove"); }
  void check(const QString&, const QString&, ui::Reply<ui::Problems> reply) override { reply({}); }
  void saveFile(const QString& path, const QString&, bool, ui::Reply<ui::ApplyResult>) override { commands << QStringLiteral("save ") + path; }
  void configDump(const QString&, ui::Reply<Result<std::string>> reply) override { reply(std::string("{}")); }
  void restartPod(const QString& pod, ui::Reply<Result<>>) override { commands << QStringLiteral("restart ") + pod; }
  void signalPod(const QString& pod, int signal, ui::Reply<Result<>>) override { commands << QStringLiteral("signal %1 %2").arg(pod).arg(signal); }
  void scale(const QString&, const QString& name, int replicas, ui::Reply<Result<>>) override { commands << QStringLiteral("scale %1 %2").arg(name).arg(replicas); }
  void stopWorkload(const QString&, const QString& name, ui::Reply<Result<>>) override { commands << QStringLiteral("stop ") + name; }
  void startWorkload(const QString&, const QString& name, ui::Reply<Result<>>) override { commands << QStringLiteral("start ") + name; }
  void execCommand(const QString&, const QStringList&, ui::Reply<Result<std::vector<std::string>>>) override {}
  void rotateCertificate(const QString& pod, ui::Reply<Result<>>) override { commands << QStringLiteral("rotate ") + pod; }
  void setCertificateTtl(std::int64_t, ui::Reply<Result<>>) override {}
  void setSampleLoad(double rps, const QString&) override { commands << QStringLiteral("load %1").arg(rps); }
  void findRequest(const QString&, ui::Reply<std::vector<ui::TrafficRowPtr>> reply) override { reply({}); }
  void logs(const QString&, int, ui::Reply<std::vector<mesh::LogLine>> reply) override { reply({}); }
  void events(int, ui::Reply<std::vector<mesh::EventView>> reply) override { reply({}); }

 private:
  int services_;
  std::uint64_t sequence_ = 1;
};

}  // namespace varka::test
