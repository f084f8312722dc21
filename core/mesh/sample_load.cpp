#include "core/mesh/sample_load.h"

#include <QTcpSocket>
#include <QUrl>
#include <algorithm>

namespace varka::mesh {
namespace {
constexpr double kMaxRps = 1000;
constexpr int kMaxInFlight = 256;    // what comes on top is left out: a service that hangs must not cost descriptors
constexpr int kTimeoutMs = 30'000;
}  // namespace

SampleLoad::SampleLoad(QObject* parent) : QObject(parent) {
  timer_.setTimerType(Qt::PreciseTimer);
  connect(&timer_, &QTimer::timeout, this, &SampleLoad::tick);
}

void SampleLoad::run(double rps, const std::string& url) {
  const QUrl target(QString::fromStdString(url));
  rps_ = target.isValid() && !target.host().isEmpty() ? std::clamp(rps, 0.0, kMaxRps) : 0;
  timer_.stop();
  if (rps_ <= 0) return;
  host_ = target.host().toUtf8();
  port_ = static_cast<quint16>(target.port(80));
  path_ = target.path(QUrl::FullyEncoded).toUtf8();
  if (path_.isEmpty()) path_ = "/";
  sent_ = 0;
  clock_.start();
  timer_.start(std::clamp(static_cast<int>(1000 / rps_), 5, 1000));
}

void SampleLoad::tick() {
  const auto due = static_cast<qint64>(static_cast<double>(clock_.elapsed()) * rps_ / 1000);
  const auto count = std::min<qint64>(due - sent_, 50);  // after a pause of the machine, no flood
  sent_ = due;
  for (qint64 i = 0; i < count; ++i) request();
}

void SampleLoad::request() {
  if (inFlight_ >= kMaxInFlight) return;
  ++inFlight_;
  auto* socket = new QTcpSocket(this);
  connect(socket, &QObject::destroyed, this, [this] { --inFlight_; });
  connect(socket, &QTcpSocket::connected, socket, [this, socket] {
    socket->write("GET " + path_ + " HTTP/1.1\r\nHost: " + host_ + ":" + QByteArray::number(port_) +
                  "\r\nUser-Agent: varka-sample-load\r\nAccept: */*\r\nConnection: close\r\n\r\n");
  });
  connect(socket, &QTcpSocket::readyRead, socket, [socket] { socket->readAll(); });
  connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
  connect(socket, &QTcpSocket::errorOccurred, socket, &QObject::deleteLater);
  QTimer::singleShot(kTimeoutMs, socket, [socket] { socket->abort(); socket->deleteLater(); });
  socket->connectToHost(QString::fromUtf8(host_), port_);
}

}  // namespace varka::mesh
