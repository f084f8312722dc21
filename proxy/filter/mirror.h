#pragma once
// MirrorRequest: a copy of a request to another cluster whose answer nobody waits for. Lives until it is
// answered, fails or its time is over; the body is gathered first, within a limit. Worker thread.

#include <memory>
#include <string>

#include "proxy/cluster/cluster_state.h"
#include "proxy/cluster/pool.h"

namespace varka::proxy {

class MirrorRequest final : public UpstreamEvents, public Deferred {
 public:
  static constexpr std::size_t kBodyLimit = 1024 * 1024;
  static constexpr auto kTimeout = std::chrono::seconds(15);

  MirrorRequest(ClusterStatePtr cluster, const RequestHead& head, const Address& original);
  void setAuthority(std::string_view authority) { head_.setAuthority(authority); }
  void addBody(std::string_view data);
  /// The request is whole: send it. `self` keeps itself alive until it is done.
  static void send(std::shared_ptr<MirrorRequest> self);

  ResponseHead& responseHead() override { return response_; }
  void onUpstreamReady(UpstreamStream& stream, const UpstreamInfo& info) override;
  void onUpstreamHead(bool end) override;
  void onUpstreamBody(std::string_view data, bool end) override;
  void onUpstreamReset(UpstreamReset reason, std::string_view detail, bool anyByte) override;
  void onUpstreamDrained() override {}

 private:
  void done();

  ClusterStatePtr cluster_;
  HostPtr host_;
  RequestHead head_;
  ResponseHead response_;
  Address original_;
  std::string body_;
  bool tooBig_ = false, finished_ = false;
  UpstreamStream* stream_ = nullptr;
  PoolRequest* waiting_ = nullptr;
  Timer timer_;
  std::shared_ptr<MirrorRequest> self_;
};

}  // namespace varka::proxy
