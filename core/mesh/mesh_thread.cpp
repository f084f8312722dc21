#include "core/mesh/mesh_thread.h"

namespace varka::mesh {

MeshThread::MeshThread(MeshOptions options, Attach attach, QObject* parent) : QObject(parent), attach_(std::move(attach)) {
  thread_.setObjectName(QStringLiteral("mesh"));
  thread_.start();
  QObject door;  // something on the new thread to call into before there is a mesh
  door.moveToThread(&thread_);
  QMetaObject::invokeMethod(
      &door,
      [&] {
        mesh_ = new Mesh(std::move(options));
        door.moveToThread(this->thread());
      },
      Qt::BlockingQueuedConnection);
}

MeshThread::~MeshThread() {
  // stop() is asynchronous: the thread's own loop runs until `stopped`, then everything dies where it lived.
  QMetaObject::invokeMethod(mesh_, [this] {
    connect(mesh_, &Mesh::stopped, mesh_, [this] {
      QMetaObject::invokeMethod(mesh_, [this] {
        side_.reset();
        delete mesh_;
        thread_.quit();
      }, Qt::QueuedConnection);
    });
    mesh_->stop();
  }, Qt::QueuedConnection);
  thread_.wait();
}

void MeshThread::start(QObject* context, std::function<void(Result<>)> done) {
  call(
      context,
      [this](Mesh& mesh) {
        Result<> started = mesh.start();
        if (started && attach_) side_ = attach_(mesh);
        return started;
      },
      std::move(done));
}

}  // namespace varka::mesh
