// Istio's own filters that the data path has built in: istio.alpn chooses what the mTLS handshake to the next
// sidecar offers; istio.metadata_exchange tells the other sidecar who we are (and strips what it told us, see
// HttpStream).

#include "proxy/filter/factories.h"
#include "proxy/http/http_config.h"

namespace varka::proxy {
namespace {

class AlpnFilter final : public HttpFilter {
 public:
  AlpnFilter(FilterHost& host, const std::vector<std::string>& alpn) : host_(host), alpn_(alpn) {}
  FilterStatus decodeHead(RequestHead&, bool) override {
    host_.state().alpnOverride = alpn_;
    return FilterStatus::Continue;
  }

 private:
  FilterHost& host_;
  const std::vector<std::string>& alpn_;
};

class AlpnFactory final : public FilterFactory {
 public:
  explicit AlpnFactory(const xds::IstioAlpn& config) {
    for (const auto& entry : config.alpnOverride)
      if (entry.upstreamProtocol == xds::AlpnUpstreamProtocol::Http11) http11_ = entry.alpnOverride;
  }
  std::unique_ptr<HttpFilter> make(FilterHost& host) const override {
    // Upstream requests are HTTP/1.1, whatever the client speaks.
    if (http11_.empty()) return nullptr;
    return std::make_unique<AlpnFilter>(host, http11_);
  }

 private:
  std::vector<std::string> http11_;
};

class MetadataFilter final : public HttpFilter {
 public:
  explicit MetadataFilter(FilterHost& host) : host_(host) {}
  FilterStatus decodeHead(RequestHead& head, bool) override {
    const NodeIdentity& node = host_.worker().node;
    if (host_.connection().side == "outbound" || host_.connection().side == "gateway")
      head.set("x-envoy-peer-metadata-id", node.id);
    return FilterStatus::Continue;
  }

 private:
  FilterHost& host_;
};

class MetadataFactory final : public FilterFactory {
 public:
  std::unique_ptr<HttpFilter> make(FilterHost& host) const override {
    if (host.worker().node.id.empty()) return nullptr;
    return std::make_unique<MetadataFilter>(host);
  }
};

}  // namespace

std::unique_ptr<FilterFactory> makeAlpn(const xds::IstioAlpn& config) {
  return std::make_unique<AlpnFactory>(config);
}

std::unique_ptr<FilterFactory> makeMetadataExchange() {
  return std::make_unique<MetadataFactory>();
}

}  // namespace varka::proxy
