#include "core/api/control_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <QFile>
#include <QLocalSocket>
#include <QPointer>
#include <nlohmann/json.hpp>

#include "core/api/method.h"
#include "core/base/log.h"
#include "core/mesh/mesh.h"

namespace varka::api {
namespace {

using nlohmann::json;

constexpr qint64 kMaxLine = 16 << 20;       // a request; apply carries whole manifests
constexpr qint64 kMaxUnsent = 64 << 20;     // a reader that stopped reading is cut off

bool sameUser(qintptr descriptor) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(static_cast<int>(descriptor), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

/// Writes of handlers that outlive their connection go nowhere.
Call::Write writerTo(QLocalSocket* socket) {
  return [guard = QPointer<QLocalSocket>(socket)](const std::string& text) {
    if (!guard || guard->state() != QLocalSocket::ConnectedState) return;
    guard->write(text.data(), static_cast<qint64>(text.size()));
    guard->flush();  // the answer to `down` is the last thing this process says
    if (guard->bytesToWrite() > kMaxUnsent) guard->abort();
  };
}

void dispatch(mesh::Mesh& mesh, QLocalSocket* socket, const QByteArray& line) {
  const json request = json::parse(line.begin(), line.end(), nullptr, false);
  const bool valid = request.is_object() && request.value("method", json()).is_string();
  const auto id = valid && request.value("id", json()).is_number_integer() ? request["id"].get<std::int64_t>() : 0;
  json params = json::object();
  if (valid && request.contains("params") && request["params"].is_object()) params = request["params"];
  const auto call = std::make_shared<Call>(mesh, id, params, socket, writerTo(socket));
  if (!valid) return call->fail("a request is one JSON object with id, method and params");
  const auto name = request["method"].get<std::string>();
  for (const auto& method : methods()) {
    if (name == method.name) return method.handle(call);
  }
  call->fail("unknown method '" + name + "': the command line and the running mesh are of different versions");
}

}  // namespace

std::string controlSocketPath(const std::string& runtimeDirectory) {
  return runtimeDirectory + "/control.sock";
}

ControlServer::ControlServer(mesh::Mesh& mesh, QObject* parent) : QObject(parent), mesh_(mesh) {
  server_.setSocketOptions(QLocalServer::UserAccessOption);
  connect(&server_, &QLocalServer::newConnection, this, &ControlServer::accept);
}

ControlServer::~ControlServer() = default;

Result<> ControlServer::listen(const std::string& path) {
  const auto name = QString::fromStdString(path);
  QFile::remove(name);  // the mesh holds the lock of this directory, so what is there is a leftover
  if (!server_.listen(name)) return fail("listen on " + path + ": " + server_.errorString().toStdString());
  return {};
}

void ControlServer::accept() {
  while (auto* socket = server_.nextPendingConnection()) {
    connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
    if (!sameUser(socket->socketDescriptor())) {
      log::warn("api", "control connection of another user refused");
      socket->abort();
      continue;
    }
    const auto read = [this, socket] {
      while (socket->canReadLine()) dispatch(mesh_, socket, socket->readLine());
      if (socket->bytesAvailable() > kMaxLine) socket->abort();
    };
    connect(socket, &QLocalSocket::readyRead, this, read);
    read();
  }
}

}  // namespace varka::api
