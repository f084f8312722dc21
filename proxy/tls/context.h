#pragma once
// TlsContext: one SSL_CTX for one set of credentials; TlsContexts: the cache of a worker. Server name, ALPN
// and allowed peer names are per connection, so that the many clusters of a mesh share one context. A rotated
// certificate is a new ResolvedSecret and therefore a new context; open connections keep the old one alive.
// Lives on its worker's thread.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/base/result.h"
#include "proxy/net/transform.h"
#include "proxy/tls/peer.h"
#include "proxy/xds/runtime_config.h"

struct ssl_ctx_st;
struct ssl_session_st;

namespace varka::proxy {

class TlsContext {
 public:
  enum class Side { Server, Client };
  static Result<std::shared_ptr<TlsContext>> make(Side side, const ResolvedTls& config);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  [[nodiscard]] ssl_ctx_st* handle() const { return context_; }
  [[nodiscard]] Side side() const { return side_; }
  [[nodiscard]] bool verifiesPeer() const { return verifiesPeer_; }

  // Client sessions for resumption, by destination; at most kMaxSessions.
  void keepSession(const std::string& destination, ssl_session_st* session);  // takes the reference
  [[nodiscard]] ssl_session_st* session(const std::string& destination) const;

 private:
  static constexpr std::size_t kMaxSessions = 256;
  TlsContext(Side side, ssl_ctx_st* context) : side_(side), context_(context) {}
  Result<void> setUp(const ResolvedTls& config);

  Side side_;
  ssl_ctx_st* context_;
  bool verifiesPeer_ = false;
  std::map<std::string, ssl_session_st*> sessions_;
};

class TlsContexts {
 public:
  /// The context for `config`, made on first use and shared with equal credentials. The failure says which
  /// secret.
  Result<std::shared_ptr<TlsContext>> get(TlsContext::Side side, const TlsPtr& config);
  /// Forgets contexts that only the cache holds and whose credentials are gone.
  void collect();

 private:
  struct Key {
    TlsContext::Side side;
    std::vector<std::string> versions;  // of certificates, roots and parameters
    bool operator<(const Key& other) const {
      return std::tie(side, versions) < std::tie(other.side, other.versions);
    }
  };
  static Key keyOf(TlsContext::Side side, const ResolvedTls& config);
  std::map<Key, std::shared_ptr<TlsContext>> contexts_;
};

}  // namespace varka::proxy
