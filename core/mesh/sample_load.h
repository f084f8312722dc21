#pragma once
// SampleLoad: GETs a URL at a steady rate, open loop: a slow answer does not slow the rate. For demonstrations and first
// impressions, not for measurements. Mesh thread.

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <string>

class QTcpSocket;

namespace varka::mesh {

class SampleLoad : public QObject {
  Q_OBJECT
 public:
  explicit SampleLoad(QObject* parent = nullptr);

  /// `url` is "http://host:port/path"; 0 rps stops. At most 1000 rps.
  void run(double rps, const std::string& url);
  [[nodiscard]] double rps() const { return rps_; }

 private:
  void tick();
  void request();

  double rps_ = 0;
  QByteArray host_, path_;
  quint16 port_ = 80;
  QTimer timer_;
  QElapsedTimer clock_;
  qint64 sent_ = 0;      // since `clock_` started
  int inFlight_ = 0;
};

}  // namespace varka::mesh
