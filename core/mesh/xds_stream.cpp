#include "core/mesh/xds_stream.h"

#include <algorithm>

namespace varka::mesh {

namespace {

constexpr qint64 kMaxUnsent = 64 << 20;  // a proxy that stopped reading is cut off and comes back with a fresh stream

xds::DeltaServer::Clock::time_point now() {
  return xds::DeltaServer::Clock::now();
}

std::string nackOf(const xds::DeltaServer& delta) {
  for (const auto& [type, status] : delta.status()) {
    if (!status.lastError.empty()) return status.lastError;
  }
  return {};
}

}  // namespace

XdsStream::XdsStream(XdsServer& server, launcher::PodStatusPtr pod, QLocalSocket* socket)
    : server_(server), pod_(std::move(pod)), socket_(socket), delta_("varka " VARKA_VERSION) {
  socket_->setParent(this);
  tick_.setSingleShot(true);
  connect(socket_, &QLocalSocket::readyRead, this, &XdsStream::read);
  connect(socket_, &QLocalSocket::disconnected, this, [this] { server_.drop(this); });
  connect(&tick_, &QTimer::timeout, this, [this] {
    send(delta_.tick(now()));
    noteProgress();
  });
  QMetaObject::invokeMethod(this, &XdsStream::read, Qt::QueuedConnection);
}

void XdsStream::setSnapshot(std::shared_ptr<const xds::Snapshot> snapshot, std::uint64_t revision) {
  snapshot_ = snapshot;
  revision_ = revision;
  send(delta_.setSnapshot(std::move(snapshot), std::to_string(revision), now()));
  noteProgress();
}

void XdsStream::rotate() {
  send(xds::Rotate{"default"});
}

StreamStatus XdsStream::status() const {
  const auto types = delta_.status();
  const auto listeners = types.find(std::string(xds::kListenerType));
  const bool hasListeners = listeners != types.end() && listeners->second.state != xds::TypeStatus::State::NotSent;
  return {pod_, hasListeners && delta_.settled(), revision_, ackedRevision_, nackOf(delta_)};
}

void XdsStream::read() {
  while (!closed_ && socket_->bytesAvailable() > 0) {
    const QByteArray bytes = socket_->read(1 << 16);
    if (!lines_.feed({bytes.data(), static_cast<std::size_t>(bytes.size())})) return goAway("a line is longer than the limit");
    while (const auto line = lines_.next()) {
      auto message = xds::parseStreamLine(*line);
      if (!message) return goAway(message.error().message);
      if (const auto* request = std::get_if<xds::DeltaRequest>(&*message)) {
        handle(*request);
      } else if (const auto* csr = std::get_if<xds::Csr>(&*message)) {
        handle(*csr);
      } else if (const auto* ping = std::get_if<xds::Ping>(&*message)) {
        send(xds::Pong{ping->number});
      } else if (const auto* hello = std::get_if<xds::Hello>(&*message)) {
        if (hello->protocol != xds::kStreamProtocol || hello->variant != "delta") return goAway("only delta of xds-json/1 is spoken");
        send(xds::Hello{});
      }
      if (closed_) return;
    }
  }
}

void XdsStream::handle(const xds::DeltaRequest& request) {
  auto responses = delta_.handle(request, now());
  if (!responses) return goAway(responses.error().message);
  if (request.error) {
    Q_EMIT server_.nacked(QString::fromStdString(pod_->ns + "/" + pod_->name), QString::fromStdString(request.error->message));
  }
  send(*responses);
  noteProgress();
}

void XdsStream::handle(const xds::Csr& csr) {
  constexpr std::int64_t kRetryMs = 1000;
  if (auto issued = server_.sign_(csr, *pod_)) {
    send(*issued);
  } else {
    send(xds::CertificateError{csr.id, issued.error().message, kRetryMs});
  }
}

void XdsStream::send(const std::vector<xds::DeltaResponse>& responses) {
  for (const auto& response : responses) send(xds::StreamMessage(response));
  scheduleTick();
}

void XdsStream::send(const xds::StreamMessage& message) {
  if (closed_) return;
  std::string line;
  xds::appendLine(message, line);
  socket_->write(line.data(), static_cast<qint64>(line.size()));
  if (socket_->bytesToWrite() > kMaxUnsent) goAway("the proxy does not read");
}

void XdsStream::scheduleTick() {
  const auto deadline = delta_.deadline();
  if (!deadline) return tick_.stop();
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - now()).count() + 1;
  tick_.start(static_cast<int>(std::max<std::int64_t>(left, 0)));
}

void XdsStream::noteProgress() {
  const auto current = status();
  if (current.settled && current.lastError.empty()) ackedRevision_ = revision_;
  Q_EMIT server_.changed();
}

void XdsStream::goAway(const std::string& reason) {
  if (closed_) return;
  std::string line;
  xds::appendLine(xds::GoAway{reason}, line);
  socket_->write(line.data(), static_cast<qint64>(line.size()));
  closed_ = true;
  Q_EMIT server_.refused(QString::fromStdString("proxy of " + pod_->name + ": " + reason));
  QMetaObject::invokeMethod(socket_, [socket = socket_] { socket->disconnectFromServer(); }, Qt::QueuedConnection);
}

}  // namespace varka::mesh
