#pragma once
// PlainNetwork: what a pod without a sidecar has instead of one, the part of kube-proxy and the cluster's
// DNS. Its captured connections go, unencrypted and unrouted, to a ready pod of the Service they name, or to
// the world; others reach it at its hop socket. Mesh thread; namespaces mode only.

#include <QObject>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/launcher/relay.h"

class QSocketNotifier;

namespace varka::launcher {

/// The answers of the launcher, which knows services and pods.
struct PlainRoutes {
  /// Addresses of a name of the mesh; nullopt = not ours, empty = does not exist.
  std::function<std::optional<std::vector<std::string>>(const std::string& name)> resolve;
  /// A connection to `arrival`, already past our own names.
  std::function<void(const Arrival& arrival, const RelayListener::Dialed& done)> route;
  /// A connection into the pod itself.
  std::function<void(int port, const RelayListener::Dialed& done)> enter;
};

class PlainNetwork : public QObject {
  Q_OBJECT
 public:
  /// `channel`: a proxy channel of the pod's agent; `hopPath`: RUN/pods/<ip>.sock.
  PlainNetwork(UniqueFd channel, std::string hopPath, PlainRoutes routes, QObject* parent = nullptr);
  ~PlainNetwork() override;

 private:
  void receiveListeners();
  void answerDatagram();
  void answerLater(const std::string& query, const std::string& name, const std::string& peer);

  UniqueFd channel_, dns_;
  std::string hopPath_;
  PlainRoutes routes_;
  std::unique_ptr<QSocketNotifier> channelNotifier_, dnsNotifier_;
  std::unique_ptr<RelayListener> outbound_, dnsStream_, hop_;
  int lookups_ = 0;
};

/// The name and type asked by a plain query of one question; nullopt for all else.
struct PlainQuestion {
  std::string name;  // lower case
  int type = 0;
  std::size_t end = 0;  // of the question section
};
[[nodiscard]] std::optional<PlainQuestion> plainQuestion(const std::string& packet);
/// A records for `addresses`, or `rcode` without any.
[[nodiscard]] std::string plainAnswer(const std::string& query, const PlainQuestion& question, int rcode,
                                      const std::vector<std::string>& addresses);

}  // namespace varka::launcher
