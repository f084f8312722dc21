#include "core/mesh/xds_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <QFile>
#include <QLocalSocket>
#include <algorithm>

#include "core/mesh/xds_stream.h"

namespace varka::mesh {
namespace {

/// The process that connected, 0 when it is not of this user.
std::int64_t peerProcess(qintptr descriptor) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(static_cast<int>(descriptor), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return 0;
  return peer.uid == ::geteuid() ? peer.pid : 0;
}

}  // namespace

XdsServer::XdsServer(Identify identify, Sign sign, QObject* parent)
    : QObject(parent), identify_(std::move(identify)), sign_(std::move(sign)) {
  server_.setSocketOptions(QLocalServer::UserAccessOption);
  connect(&server_, &QLocalServer::newConnection, this, &XdsServer::accept);
}

XdsServer::~XdsServer() {
  for (auto& stream : streams_) stream->disconnect();
}

Result<> XdsServer::listen(const std::string& path) {
  QFile::remove(QString::fromStdString(path));
  if (!server_.listen(QString::fromStdString(path))) return fail("listen on " + path + ": " + server_.errorString().toStdString());
  return {};
}

void XdsServer::accept() {
  while (auto* socket = server_.nextPendingConnection()) {
    const auto pid = peerProcess(socket->socketDescriptor());
    const auto pod = pid > 0 ? identify_(pid) : nullptr;
    if (!pod) {
      Q_EMIT refused(QStringLiteral("a process that is no proxy of this mesh asked for configuration (pid %1): refused").arg(pid));
      socket->abort();
      socket->deleteLater();
      continue;
    }
    // A restarted proxy comes with a new process; its old stream may not have noticed yet.
    streams_.push_back(std::make_unique<XdsStream>(*this, pod, socket));
    if (generate_) streams_.back()->setSnapshot(generate_(*pod), revision_);
    Q_EMIT changed();
  }
}

void XdsServer::drop(XdsStream* stream) {
  const auto found = std::find_if(streams_.begin(), streams_.end(), [&](const auto& each) { return each.get() == stream; });
  if (found == streams_.end()) return;
  found->release()->deleteLater();  // we are in one of its callbacks
  streams_.erase(found);
  Q_EMIT changed();
}

void XdsServer::push(Generate generate, std::uint64_t revision) {
  generate_ = std::move(generate);
  revision_ = revision;
  for (auto& stream : streams_) {
    stream->setSnapshot(generate_(*stream->pod()), revision_);
  }
}

bool XdsServer::rotate(const std::string& ns, const std::string& pod) {
  bool asked = false;
  for (auto& stream : streams_) {
    if (stream->pod()->ns != ns || stream->pod()->name != pod) continue;
    stream->rotate();
    asked = true;
  }
  return asked;
}

std::vector<StreamStatus> XdsServer::streams() const {
  std::vector<StreamStatus> out;
  for (const auto& stream : streams_) out.push_back(stream->status());
  return out;
}

std::shared_ptr<const xds::Snapshot> XdsServer::snapshotOf(const std::string& pod) const {
  for (auto stream = streams_.rbegin(); stream != streams_.rend(); ++stream) {
    const auto& status = *(*stream)->pod();
    if (status.name == pod || status.ns + "/" + status.name == pod) return (*stream)->snapshot();
  }
  return nullptr;
}

}  // namespace varka::mesh
