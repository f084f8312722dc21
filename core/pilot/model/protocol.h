#pragma once
// Protocols of service ports and how one is chosen (Kubernetes: appProtocol over the port name's prefix; trap
// 30).

#include <string_view>

namespace varka::pilot {

enum class Protocol {
  Tcp,
  Udp,
  Http,
  Http2,
  Grpc,
  GrpcWeb,
  Https,
  Tls,
  Mongo,
  Redis,
  Mysql,
  HttpProxy,
  Auto
};

/// What a listener must be able to read.
enum class Wire { Http, Tcp, Auto, None };

/// Istio's `protocol:` of ServiceEntry, Gateway and Sidecar ports; unknown or empty = Auto.
[[nodiscard]] Protocol protocolFromText(std::string_view text);
/// A Kubernetes Service port. `transport` is "TCP" or "UDP".
[[nodiscard]] Protocol selectProtocol(int port, std::string_view name, std::string_view appProtocol,
                                      std::string_view transport);
[[nodiscard]] bool isHttp(Protocol protocol);   // HTTP, HTTP2, gRPC, gRPC-Web
[[nodiscard]] bool isHttp2(Protocol protocol);  // HTTP2, gRPC, gRPC-Web
[[nodiscard]] bool isTls(Protocol protocol);    // HTTPS, TLS: routed by SNI, not terminated
[[nodiscard]] Wire wireOf(Protocol protocol);
[[nodiscard]] std::string_view protocolName(Protocol protocol);

}  // namespace varka::pilot
