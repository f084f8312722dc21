#pragma once
// MeshThread: runs one Mesh on a thread of its own. Lives on the creator's thread; the Mesh, and whatever `attach` made
// beside it (the control socket), live and die on the mesh thread. Values cross by moved arguments only.

#include <QObject>
#include <QPointer>
#include <QThread>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "core/mesh/mesh.h"

namespace varka::mesh {

class MeshThread : public QObject {
  Q_OBJECT
 public:
  /// Makes an object that lives beside the Mesh, on its thread, and is destroyed before it. Called once, after start().
  using Attach = std::function<std::unique_ptr<QObject>(Mesh&)>;

  explicit MeshThread(MeshOptions options, Attach attach = {}, QObject* parent = nullptr);
  /// Stops the mesh (grace included), waits for it, joins the thread.
  ~MeshThread() override;

  /// For connect() to its signals only; methods go through post, call and callBlocking.
  [[nodiscard]] Mesh* mesh() const { return mesh_; }

  /// Starts the mesh; `done` runs on this object's thread.
  void start(QObject* context, std::function<void(Result<>)> done);

  /// Runs `fn(Mesh&)` on the mesh thread, without an answer.
  template <typename Fn>
  void post(Fn fn) {
    QMetaObject::invokeMethod(mesh_, [mesh = mesh_, fn = std::move(fn)]() mutable { fn(*mesh); }, Qt::QueuedConnection);
  }

  /// Runs `fn(Mesh&)` on the mesh thread, then `done(result)` on this object's thread, unless `context` died meanwhile.
  template <typename Fn, typename Done>
  void call(QObject* context, Fn fn, Done done) {
    QPointer<QObject> guard(context);
    post([this, guard, fn = std::move(fn), done = std::move(done)](Mesh& mesh) mutable {
      using R = std::invoke_result_t<Fn&, Mesh&>;
      if constexpr (std::is_void_v<R>) {
        fn(mesh);
        answer([guard, done = std::move(done)]() mutable { if (guard) done(); });
      } else {
        auto result = std::make_shared<R>(fn(mesh));
        answer([guard, result, done = std::move(done)]() mutable { if (guard) done(std::move(*result)); });
      }
    });
  }

  /// Waits for the answer. Never on the mesh thread; for the command line and for tests.
  template <typename Fn>
  auto callBlocking(Fn fn) -> std::invoke_result_t<Fn&, Mesh&> {
    using R = std::invoke_result_t<Fn&, Mesh&>;
    Q_ASSERT(QThread::currentThread() != &thread_);
    if constexpr (std::is_void_v<R>) {
      QMetaObject::invokeMethod(mesh_, [&] { fn(*mesh_); }, Qt::BlockingQueuedConnection);
    } else {
      std::unique_ptr<R> result;
      QMetaObject::invokeMethod(mesh_, [&] { result = std::make_unique<R>(fn(*mesh_)); }, Qt::BlockingQueuedConnection);
      return std::move(*result);
    }
  }

 private:
  template <typename Fn>
  void answer(Fn fn) {
    QMetaObject::invokeMethod(this, std::move(fn), Qt::QueuedConnection);
  }

  QThread thread_;
  Mesh* mesh_ = nullptr;           // owned by the thread: destroyed there
  std::unique_ptr<QObject> side_;  // of `attach`; touched on the mesh thread only
  Attach attach_;
};

}  // namespace varka::mesh
