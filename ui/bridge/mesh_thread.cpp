#include "ui/bridge/mesh_thread.h"

#include <utility>

namespace varka::ui {

MeshThread::MeshThread(mesh::MeshOptions options, QObject* parent)
    : MeshClient(parent), options_(std::move(options)), anchor_(new QObject) {
  thread_.setObjectName(QStringLiteral("mesh"));
  anchor_->moveToThread(&thread_);
  thread_.start();
  if (!options_.project.empty()) open(qs(options_.project));
}

MeshThread::~MeshThread() {
  // The Mesh ends its processes in its destructor; the thread has nothing else left to do then.
  QMetaObject::invokeMethod(anchor_, [this] { mesh_.reset(); }, Qt::BlockingQueuedConnection);
  thread_.quit();
  thread_.wait();
  delete anchor_;
}

void MeshThread::open(const QString& project) {
  ++generation_;
  options_.project = project.toStdString();
  setStartError({});
  setProject(true);
  QMetaObject::invokeMethod(anchor_, [this, options = options_, generation = generation_] {
    mesh_.reset();
    objectsRevision_ = ~std::uint64_t{0};
    mesh_ = std::make_unique<mesh::Mesh>(options);
    wire(*mesh_, generation);
    const auto started = mesh_->start();
    if (started) return;
    QMetaObject::invokeMethod(this, [this, text = qs(started.error().message)] { setStartError(text); });
  });
}

void MeshThread::wire(mesh::Mesh& source, int generation) {
  // `this` is the receiver on the GUI thread; closures carry the generation so that a late value of a closed project is dropped.
  const auto toGui = [this, generation](auto deliver) {
    QMetaObject::invokeMethod(this, [this, generation, deliver = std::move(deliver)] {
      if (generation == generation_) deliver();
    });
  };
  connect(&source, &mesh::Mesh::viewChanged, anchor_, [this, toGui, &source](mesh::MeshViewPtr view) {
    if (view && view->revision != objectsRevision_) {
      objectsRevision_ = view->revision;
      toGui([this, objects = source.objects()] { publish(objects); });
    }
    toGui([this, view] { publish(view); });
  });
  connect(&source, &mesh::Mesh::graphChanged, anchor_,
          [this, toGui](mesh::TrafficGraphPtr graph) { toGui([this, graph] { publish(graph); }); });
  connect(&source, &mesh::Mesh::traffic, anchor_,
          [this, toGui](TrafficBatchPtr batch) { toGui([this, batch] { Q_EMIT traffic(batch); }); });
  connect(&source, &mesh::Mesh::logLines, anchor_,
          [this, toGui](LogLinesPtr lines) { toGui([this, lines] { Q_EMIT logLines(lines); }); });
  connect(&source, &mesh::Mesh::event, anchor_,
          [this, toGui](mesh::EventView value) { toGui([this, value] { Q_EMIT event(value); }); });
  connect(&source, &mesh::Mesh::stopped, anchor_, [this, toGui] { toGui([this] { Q_EMIT stopped(); }); });
}

void MeshThread::stop() {
  if (!hasProject()) {
    Q_EMIT stopped();
    return;
  }
  post([](mesh::Mesh& m) { m.stop(); });
}

void MeshThread::post(std::function<void(mesh::Mesh&)> job) {
  QMetaObject::invokeMethod(anchor_, [this, job = std::move(job)] {
    if (mesh_) job(*mesh_);
  });
}

template <typename T, typename F>
void MeshThread::ask(Reply<T> reply, F question) {
  post([this, reply = std::move(reply), question = std::move(question)](mesh::Mesh& m) {
    QMetaObject::invokeMethod(this, [reply, answer = T(question(m))]() mutable { reply(std::move(answer)); });
  });
}

/// A command without a result worth keeping: its failure is shown even when nobody asked for the answer.
template <typename F>
void MeshThread::command(Reply<Result<>> reply, F action) {
  ask<Result<>>(Reply<Result<>>(this,
                                [this, reply = std::move(reply)](Result<> result) {
                                  if (!result) Q_EMIT failed(qs(result.error().message));
                                  reply(std::move(result));
                                }),
                std::move(action));
}

void MeshThread::apply(const QString& yaml, const QString& source, Reply<ApplyResult> reply) {
  ask(std::move(reply), [text = yaml.toStdString(), name = source.toStdString()](mesh::Mesh& m) {
    return m.apply(text, name);
  });
}

void MeshThread::remove(const resource::Key& key, Reply<ApplyResult> reply) {
  ask(std::move(reply), [key](mesh::Mesh& m) { return m.remove(key); });
}

void MeshThread::check(const QString& yaml, const QString& source, Reply<Problems> reply) {
  ask(std::move(reply), [text = yaml.toStdString(), name = source.toStdString()](mesh::Mesh& m) {
    return m.check(text, name);
  });
}

void MeshThread::saveFile(const QString& path, const QString& text, bool force, Reply<ApplyResult> reply) {
  ask(std::move(reply), [path = path.toStdString(), text = text.toStdString(), force](mesh::Mesh& m) {
    return m.saveFile(path, text, force);
  });
}

void MeshThread::configDump(const QString& pod, Reply<Result<std::string>> reply) {
  ask(std::move(reply), [pod = pod.toStdString()](mesh::Mesh& m) { return m.configDump(pod); });
}

void MeshThread::restartPod(const QString& pod, Reply<Result<>> reply) {
  command(std::move(reply), [pod = pod.toStdString()](mesh::Mesh& m) { return m.restartPod(pod); });
}

void MeshThread::signalPod(const QString& pod, int signal, Reply<Result<>> reply) {
  command(std::move(reply), [pod = pod.toStdString(), signal](mesh::Mesh& m) { return m.signalPod(pod, signal); });
}

void MeshThread::scale(const QString& ns, const QString& deployment, int replicas, Reply<Result<>> reply) {
  command(std::move(reply), [ns = ns.toStdString(), name = deployment.toStdString(), replicas](mesh::Mesh& m) {
    return m.scale(ns, name, replicas);
  });
}

void MeshThread::stopWorkload(const QString& ns, const QString& deployment, Reply<Result<>> reply) {
  command(std::move(reply), [ns = ns.toStdString(), name = deployment.toStdString()](mesh::Mesh& m) {
    return m.stopWorkload(ns, name);
  });
}

void MeshThread::startWorkload(const QString& ns, const QString& deployment, Reply<Result<>> reply) {
  command(std::move(reply), [ns = ns.toStdString(), name = deployment.toStdString()](mesh::Mesh& m) {
    return m.startWorkload(ns, name);
  });
}

void MeshThread::execCommand(const QString& pod, const QStringList& command,
                             Reply<Result<std::vector<std::string>>> reply) {
  std::vector<std::string> words;
  for (const auto& word : command) words.push_back(word.toStdString());
  ask(std::move(reply), [pod = pod.toStdString(), words](mesh::Mesh& m) { return m.execCommand(pod, words); });
}

void MeshThread::rotateCertificate(const QString& pod, Reply<Result<>> reply) {
  command(std::move(reply), [pod = pod.toStdString()](mesh::Mesh& m) { return m.rotateCertificate(pod); });
}

void MeshThread::setCertificateTtl(std::int64_t seconds, Reply<Result<>> reply) {
  command(std::move(reply), [seconds](mesh::Mesh& m) { return m.setCertificateTtl(seconds); });
}

void MeshThread::setSampleLoad(double rps, const QString& url) {
  post([rps, url = url.toStdString()](mesh::Mesh& m) { m.setSampleLoad(rps, url); });
}

void MeshThread::findRequest(const QString& id, Reply<std::vector<TrafficRowPtr>> reply) {
  ask(std::move(reply), [id = id.toStdString()](mesh::Mesh& m) { return m.findRequest(id); });
}

void MeshThread::logs(const QString& pod, int maxLines, Reply<std::vector<mesh::LogLine>> reply) {
  ask(std::move(reply), [pod = pod.toStdString(), maxLines](mesh::Mesh& m) { return m.logs(pod, maxLines); });
}

void MeshThread::events(int maxEvents, Reply<std::vector<mesh::EventView>> reply) {
  ask(std::move(reply), [maxEvents](mesh::Mesh& m) { return m.events(maxEvents); });
}

}  // namespace varka::ui
