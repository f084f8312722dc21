#include "proxy/tls/context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>

#include "proxy/tls/init.h"
#include "proxy/tls/openssl_ptr.h"

namespace varka::proxy {
namespace {

struct X509Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct KeyFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Certificate = std::unique_ptr<X509, X509Free>;
using Key = std::unique_ptr<EVP_PKEY, KeyFree>;

std::string lastError() {
  loadTlsErrorTexts();
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code ? ERR_reason_error_string(code) : nullptr;
  return reason ? reason : "unknown reason";
}

Bio readFrom(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Result<void> useCertificate(SSL_CTX* context, const ResolvedSecret& secret) {
  const Bio chain = readFrom(secret.chainPem);
  const Certificate leaf(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  if (!leaf) return fail("secret " + secret.name + ": the certificate chain cannot be read: " + lastError());
  if (SSL_CTX_use_certificate(context, leaf.get()) != 1)
    return fail("secret " + secret.name + ": the certificate cannot be used: " + lastError());
  while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, next) != 1) {
      X509_free(next);
      return fail("secret " + secret.name + ": an intermediate certificate cannot be used: " + lastError());
    }
  }
  ERR_clear_error();  // the end of the PEM text is reported as an error
  const Bio keyText = readFrom(secret.keyPem);
  const Key key(PEM_read_bio_PrivateKey(keyText.get(), nullptr, nullptr, nullptr));
  if (!key) return fail("secret " + secret.name + ": the private key cannot be read: " + lastError());
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return fail("secret " + secret.name + ": the key does not belong to the certificate: " + lastError());
  return {};
}

Result<void> useRoots(SSL_CTX* context, const ResolvedSecret& secret) {
  const Bio text = readFrom(secret.rootsPem);
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  int count = 0;
  while (X509* root = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)) {
    X509_STORE_add_cert(store, root);
    SSL_CTX_add_client_CA(context, root);
    X509_free(root);
    ++count;
  }
  ERR_clear_error();
  if (count == 0) return fail("secret " + secret.name + ": it holds no trusted root certificate");
  return {};
}

int versionNumber(xds::TlsVersion version, int otherwise) {
  switch (version) {
    case xds::TlsVersion::Auto:
      return otherwise;
    case xds::TlsVersion::Tls10:
      return TLS1_VERSION;
    case xds::TlsVersion::Tls11:
      return TLS1_1_VERSION;
    case xds::TlsVersion::Tls12:
      return TLS1_2_VERSION;
    case xds::TlsVersion::Tls13:
      return TLS1_3_VERSION;
  }
  return otherwise;
}

void useParameters(SSL_CTX* context, const xds::TlsParameters& parameters) {
  SSL_CTX_set_min_proto_version(context, versionNumber(parameters.tlsMinimumProtocolVersion, TLS1_2_VERSION));
  SSL_CTX_set_max_proto_version(context, versionNumber(parameters.tlsMaximumProtocolVersion, TLS1_3_VERSION));
  // BoringSSL's "[A|B]" groups are equal preference; OpenSSL knows only an order.
  std::string ciphers;
  for (const auto& suite : parameters.cipherSuites) {
    std::string names = suite;
    std::erase_if(names, [](char c) { return c == '[' || c == ']'; });
    std::replace(names.begin(), names.end(), '|', ':');
    ciphers += (ciphers.empty() ? "" : ":") + names;
  }
  if (ciphers.empty()) ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
  SSL_CTX_set_cipher_list(context, ciphers.c_str());
  std::string curves;
  for (const auto& curve : parameters.ecdhCurves) curves += (curves.empty() ? "" : ":") + curve;
  SSL_CTX_set1_groups_list(context, curves.empty() ? "X25519:P-256" : curves.c_str());
  ERR_clear_error();
}

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContext::make(Side side, const ResolvedTls& config) {
  if (!config.complete) return fail("a TLS secret has not arrived yet");
  SSL_CTX* raw = SSL_CTX_new(side == Side::Server ? TLS_server_method() : TLS_client_method());
  if (!raw) return fail("cannot make a TLS context: " + lastError());
  std::shared_ptr<TlsContext> context(new TlsContext(side, raw));
  if (auto done = context->setUp(config); !done) return tl::unexpected(done.error());
  return context;
}

Result<void> TlsContext::setUp(const ResolvedTls& config) {
  SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  useParameters(context_, config.common.tlsParams);
  if (!config.certificates.empty())
    if (auto used = useCertificate(context_, *config.certificates.front()); !used) return used;
  if (side_ == Side::Server && config.certificates.empty())
    return fail("a server's TLS context has no certificate");
  if (config.roots) {
    if (auto used = useRoots(context_, *config.roots); !used) return used;
    verifiesPeer_ =
        config.roots->validation.trustChainVerification != xds::TrustChainVerification::AcceptUntrusted;
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context_), X509_V_FLAG_PARTIAL_CHAIN);
  }
  // Resumption by stateless tickets; a new certificate is a new context and so a new ticket key.
  static constexpr unsigned char kSessionContext[] = "varka";
  SSL_CTX_set_session_id_context(context_, kSessionContext, sizeof kSessionContext - 1);
  SSL_CTX_set_session_cache_mode(context_, side_ == Side::Client
                                               ? SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
                                               : SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context_, 1);
  SSL_CTX_set_timeout(context_, 3600);
  return {};
}

TlsContext::~TlsContext() {
  for (auto& [destination, session] : sessions_) SSL_SESSION_free(session);
  SSL_CTX_free(context_);
}

void TlsContext::keepSession(const std::string& destination, SSL_SESSION* session) {
  auto& slot = sessions_[destination];
  if (slot) SSL_SESSION_free(slot);
  slot = session;
  if (sessions_.size() > kMaxSessions) {
    SSL_SESSION_free(sessions_.begin()->second);
    sessions_.erase(sessions_.begin());
  }
}

SSL_SESSION* TlsContext::session(const std::string& destination) const {
  const auto found = sessions_.find(destination);
  return found == sessions_.end() ? nullptr : found->second;
}

TlsContexts::Key TlsContexts::keyOf(TlsContext::Side side, const ResolvedTls& config) {
  Key key{side, {}};
  for (const auto& secret : config.certificates)
    key.versions.push_back("c:" + secret->name + "@" + secret->version);
  if (config.roots)
    key.versions.push_back(
        "r:" + config.roots->name + "@" + config.roots->version +
        (config.roots->validation.trustChainVerification == xds::TrustChainVerification::AcceptUntrusted
             ? "!"
             : ""));
  const auto& parameters = config.common.tlsParams;
  key.versions.push_back("v:" + std::to_string(static_cast<int>(parameters.tlsMinimumProtocolVersion)) + "-" +
                         std::to_string(static_cast<int>(parameters.tlsMaximumProtocolVersion)));
  for (const auto& suite : parameters.cipherSuites) key.versions.push_back("s:" + suite);
  for (const auto& curve : parameters.ecdhCurves) key.versions.push_back("e:" + curve);
  return key;
}

Result<std::shared_ptr<TlsContext>> TlsContexts::get(TlsContext::Side side, const TlsPtr& config) {
  if (!config->complete) return fail("a TLS secret has not arrived yet");
  const Key key = keyOf(side, *config);
  const auto found = contexts_.find(key);
  if (found != contexts_.end()) return found->second;
  auto made = TlsContext::make(side, *config);
  if (made) contexts_.emplace(key, *made);
  return made;
}

void TlsContexts::collect() {
  std::erase_if(contexts_, [](const auto& entry) { return entry.second.use_count() == 1; });
}

}  // namespace varka::proxy
