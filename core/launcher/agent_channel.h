#pragma once
// AgentChannel: the engine's control channel to one pod's agent (docs/contracts.md, "The capture channel").
// Requests are answered in order. Mesh thread.

#include <QObject>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/launcher/descriptor.h"

class QSocketNotifier;

namespace varka::launcher {

class AgentChannel : public QObject {
  Q_OBJECT
 public:
  using SocketTaken = std::function<void(Result<UniqueFd>)>;

  /// Makes the pair; `peer()` is for the agent and closed by `releasePeer()` once it runs.
  explicit AgentChannel(QObject* parent = nullptr);
  ~AgentChannel() override;

  [[nodiscard]] int peer() const { return peer_.get(); }
  void releasePeer() { peer_.reset(); }
  /// A fresh TCP socket of the pod. One agent round trip, about 0.2 ms.
  void takeSocket(SocketTaken done);
  /// Hands a new proxy channel over and returns the proxy's end.
  Result<UniqueFd> openProxyChannel();
  /// Kills everything that lives in the pod but the agent.
  void sweep(std::function<void()> done);
  void close();

 Q_SIGNALS:
  /// `namespaces`: "net" → descriptor, owned by the channel and valid while it lives.
  void ready(QString warnings);
  void failed(QString why);
  void ended();  // end of file: the agent is gone

 public:
  [[nodiscard]] const std::map<std::string, UniqueFd>& namespaces() const { return namespaces_; }

 private:
  void receive();
  void handle(const std::string& packet, std::vector<UniqueFd> descriptors);
  void failPending();

  UniqueFd socket_, peer_;
  std::unique_ptr<QSocketNotifier> notifier_;
  std::deque<SocketTaken> waitingSockets_;
  std::deque<std::function<void()>> waitingSweeps_;
  std::map<std::string, UniqueFd> namespaces_;
};

}  // namespace varka::launcher
