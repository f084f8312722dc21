#pragma once
// The messages of the xDS stream: one JSON object a line on an AF_UNIX stream (docs/contracts.md "xds.sock"). Names are
// those of envoy.service.discovery.v3 in proto3 JSON. Values only; who sends what when is DeltaServer and DeltaClient.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/xds/bootstrap.h"
#include "core/xds/resource.h"

namespace varka::xds {

inline constexpr std::string_view kStreamProtocol = "xds-json/1";
inline constexpr std::size_t kMaxLine = 32u << 20;  // bytes, newline included

struct Hello {
  std::string protocol{kStreamProtocol};
  std::string variant = "delta";
};

struct ErrorDetail {
  int code = 3;  // google.rpc.Code; 3 = INVALID_ARGUMENT
  std::string message;
};

struct DeltaRequest {
  std::optional<Node> node;  // first request of the stream
  std::string typeUrl;
  std::vector<std::string> subscribe, unsubscribe;
  std::map<std::string, std::string> initialVersions;
  std::string responseNonce;  // empty = no answer to a response
  std::optional<ErrorDetail> error;
};

struct DeltaResponse {
  std::string systemVersionInfo;
  std::string typeUrl;
  std::vector<Resource> resources;
  std::vector<std::string> removed;
  std::string nonce;
  std::string controlPlane;
};

struct Csr {
  std::int64_t id = 0;
  std::string name;  // "default"
  std::string pem;
  std::int64_t ttlSeconds = 0;  // 0 = the authority's default
};
struct CertificateIssued {
  std::int64_t id = 0;
  std::string name;
  std::string chainPem;  // leaf first
  std::string rootsPem;  // every trusted root
  std::int64_t notAfterMs = 0, renewAtMs = 0;  // since the epoch
};
struct CertificateError {
  std::int64_t id = 0;
  std::string message;
  std::int64_t retryMs = 1000;
};
struct Rotate {
  std::string name;
};
struct Ping { std::int64_t number = 0; };
struct Pong { std::int64_t number = 0; };
struct GoAway { std::string reason; };

using StreamMessage = std::variant<Hello, DeltaRequest, DeltaResponse, Csr, CertificateIssued, CertificateError, Rotate, Ping, Pong, GoAway>;

/// Appends the line with its '\n'.
void appendLine(const StreamMessage& message, std::string& out);
/// One line without its '\n'. A failure means: answer goaway and close (rule 12).
Result<StreamMessage> parseStreamLine(std::string_view line);

/// Cuts a byte stream into lines without ever holding more than `limit` bytes of an unfinished one.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t limit = kMaxLine) : limit_(limit) {}
  /// False when a line is longer than the limit; the stream is then beyond repair.
  [[nodiscard]] bool feed(std::string_view bytes);
  /// The next complete line without '\n', valid until the next call of feed or next.
  [[nodiscard]] std::optional<std::string_view> next();
  [[nodiscard]] std::size_t buffered() const { return buffer_.size() - start_; }

 private:
  std::size_t limit_;
  std::string buffer_;
  std::size_t start_ = 0;  // of the first unread line
  std::size_t scanned_ = 0;
};

}  // namespace varka::xds
