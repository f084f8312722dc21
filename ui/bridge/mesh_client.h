#pragma once
// MeshClient: the window's one door to the engine. Lives on the GUI thread; values come out as immutable snapshots in
// signals, commands go in and answer on the GUI thread. Widgets see only this class; MeshThread is the real engine behind
// it, tests derive their own. No socket, file, database or process is touched in ui/.

#include <QObject>
#include <QPointer>
#include <QString>
#include <functional>
#include <memory>
#include <vector>

#include "core/base/result.h"
#include "core/mesh/mesh.h"

namespace varka::ui {

using Objects = std::vector<resource::ObjectPtr>;
using ObjectsPtr = std::shared_ptr<const Objects>;
using TrafficRowPtr = std::shared_ptr<const mesh::TrafficRow>;
using TrafficBatchPtr = std::shared_ptr<const mesh::TrafficBatch>;
using LogLinesPtr = std::shared_ptr<const std::vector<mesh::LogLine>>;
using ApplyResult = mesh::Mesh::ApplyResult;
using Problems = std::vector<mesh::ProblemView>;

/// Answer to a command. Called on the GUI thread, and only while `context` lives.
template <typename T>
struct Reply {
  QPointer<QObject> context;
  std::function<void(T)> done;
  bool guarded = false;

  Reply() = default;
  Reply(QObject* owner, std::function<void(T)> callback)
      : context(owner), done(std::move(callback)), guarded(true) {}
  void operator()(T value) const {
    if (done && (!guarded || context)) done(std::move(value));
  }
};

class MeshClient : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;

  // The newest values; never null.
  [[nodiscard]] const mesh::MeshViewPtr& view() const { return view_; }
  [[nodiscard]] const mesh::TrafficGraphPtr& graph() const { return graph_; }
  [[nodiscard]] const ObjectsPtr& objects() const { return objects_; }
  [[nodiscard]] bool hasProject() const { return hasProject_; }
  /// Why the engine did not start; empty when it did.
  [[nodiscard]] const QString& startError() const { return startError_; }

  // Life. `open` stops what runs and starts the given project: a directory, a file or "sample:NAME".
  virtual void open(const QString& project) = 0;
  virtual void stop() = 0;

  // Resources
  virtual void apply(const QString& yaml, const QString& source, Reply<ApplyResult> reply = {}) = 0;
  virtual void remove(const resource::Key& key, Reply<ApplyResult> reply = {}) = 0;
  virtual void check(const QString& yaml, const QString& source, Reply<Problems> reply) = 0;
  virtual void saveFile(const QString& path, const QString& text, bool force, Reply<ApplyResult> reply = {}) = 0;
  virtual void configDump(const QString& pod, Reply<Result<std::string>> reply) = 0;

  // Processes
  virtual void restartPod(const QString& pod, Reply<Result<>> reply = {}) = 0;
  virtual void signalPod(const QString& pod, int signal, Reply<Result<>> reply = {}) = 0;
  virtual void scale(const QString& ns, const QString& deployment, int replicas, Reply<Result<>> reply = {}) = 0;
  virtual void stopWorkload(const QString& ns, const QString& deployment, Reply<Result<>> reply = {}) = 0;
  virtual void startWorkload(const QString& ns, const QString& deployment, Reply<Result<>> reply = {}) = 0;
  virtual void execCommand(const QString& pod, const QStringList& command,
                           Reply<Result<std::vector<std::string>>> reply) = 0;

  // Certificates
  virtual void rotateCertificate(const QString& pod, Reply<Result<>> reply = {}) = 0;
  virtual void setCertificateTtl(std::int64_t seconds, Reply<Result<>> reply = {}) = 0;

  // Traffic and logs
  virtual void setSampleLoad(double rps, const QString& url) = 0;
  virtual void findRequest(const QString& id, Reply<std::vector<TrafficRowPtr>> reply) = 0;
  virtual void logs(const QString& pod, int maxLines, Reply<std::vector<mesh::LogLine>> reply) = 0;
  virtual void events(int maxEvents, Reply<std::vector<mesh::EventView>> reply) = 0;

 Q_SIGNALS:
  void projectChanged();
  void viewChanged(varka::mesh::MeshViewPtr view);
  void objectsChanged(varka::ui::ObjectsPtr objects);
  void graphChanged(varka::mesh::TrafficGraphPtr graph);          // 2 Hz
  void traffic(varka::ui::TrafficBatchPtr batch);                 // ≤ 10 Hz
  void logLines(varka::ui::LogLinesPtr lines);                    // ≤ 10 Hz
  void event(varka::mesh::EventView event);
  void stopped();
  void failed(QString message);  // a command or the start failed: for the notification area

 protected:
  void publish(mesh::MeshViewPtr view);
  void publish(mesh::TrafficGraphPtr graph);
  void publish(ObjectsPtr objects);
  void setProject(bool open);
  void setStartError(QString message);

 private:
  mesh::MeshViewPtr view_ = std::make_shared<mesh::MeshView>();
  mesh::TrafficGraphPtr graph_ = std::make_shared<mesh::TrafficGraph>();
  ObjectsPtr objects_ = std::make_shared<Objects>();
  bool hasProject_ = false;
  QString startError_;
};

/// std::string of the engine as text for people.
inline QString qs(const std::string& text) {
  return QString::fromStdString(text);
}

}  // namespace varka::ui
