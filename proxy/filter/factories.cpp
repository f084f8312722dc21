#include "proxy/filter/factories.h"

#include "core/base/log.h"

namespace varka::proxy {
namespace {

/// One overload per kind of configuration: leaving one out does not compile.
struct Maker {
  std::unique_ptr<FilterFactory> operator()(const xds::Router&) const {
    return nullptr;
  }  // always there, last
  std::unique_ptr<FilterFactory> operator()(const xds::HttpFault& config) const { return makeFault(config); }
  std::unique_ptr<FilterFactory> operator()(const xds::Cors&) const { return makeCors(); }
  std::unique_ptr<FilterFactory> operator()(const xds::IstioAlpn& config) const { return makeAlpn(config); }
  std::unique_ptr<FilterFactory> operator()(const xds::IstioMetadataExchange&) const {
    return makeMetadataExchange();
  }
  std::unique_ptr<FilterFactory> operator()(const xds::IstioStats&) const {
    return nullptr;
  }  // every stream is counted
  std::unique_ptr<FilterFactory> operator()(const xds::GrpcStats&) const { return nullptr; }
  std::unique_ptr<FilterFactory> operator()(const xds::HttpRbac&) const { return missing("rbac"); }
  std::unique_ptr<FilterFactory> operator()(const xds::JwtAuthentication&) const {
    return missing("jwt_authn");
  }
  std::unique_ptr<FilterFactory> operator()(const xds::LocalRateLimit&) const {
    return missing("local_ratelimit");
  }
  std::unique_ptr<FilterFactory> operator()(const xds::ExtAuthz&) const { return missing("ext_authz"); }
  std::unique_ptr<FilterFactory> operator()(const xds::GrpcWeb&) const { return missing("grpc_web"); }

  static std::unique_ptr<FilterFactory> missing(const char* name) {
    log::warn("filter",
              std::string("the filter ") + name + " is configured but not available yet; it has no effect");
    return nullptr;
  }
};

}  // namespace

std::unique_ptr<FilterFactory> makeFilterFactory(const xds::HttpFilter& config) {
  return std::visit(Maker{}, config.typedConfig);
}

}  // namespace varka::proxy
