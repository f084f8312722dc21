#include "proxy/tls/tls_transform.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>

#include "proxy/tls/init.h"

namespace varka::proxy {

// What OpenSSL calls back; the transform is the BIO's data and the SSL's application data.
struct TlsCallbacks {
  static TlsTransform& of(BIO* bio) { return *static_cast<TlsTransform*>(BIO_get_data(bio)); }
  static TlsTransform& of(const SSL* ssl) { return *static_cast<TlsTransform*>(SSL_get_app_data(ssl)); }

  static int read(BIO* bio, char* out, int size) {
    TlsTransform& self = of(bio);
    BIO_clear_retry_flags(bio);
    const auto count = std::min(self.in_.size(), static_cast<std::size_t>(std::max(size, 0)));
    if (count == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    std::memcpy(out, self.in_.data(), count);
    self.in_.remove_prefix(count);
    return static_cast<int>(count);
  }

  static int write(BIO* bio, const char* data, int size) {
    TlsTransform& self = of(bio);
    BIO_clear_retry_flags(bio);
    if (self.out_ && size > 0) self.out_->append(data, static_cast<std::size_t>(size));
    return size;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* methods = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "varka buffers");
      BIO_meth_set_read(methods, read);
      BIO_meth_set_write(methods, write);
      BIO_meth_set_ctrl(methods, control);
      return methods;
    }();
    return made;
  }

  static int verify(int chainOk, X509_STORE_CTX* store) {
    if (chainOk == 0) return 0;
    if (X509_STORE_CTX_get_error_depth(store) != 0) return 1;
    const auto* ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    TlsTransform& self = of(ssl);
    self.certificateProblem_ =
        certificateProblem(X509_STORE_CTX_get_current_cert(store), self.options_.config->matchSans);
    if (self.certificateProblem_.empty()) return 1;
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
  }

  static int selectAlpn(SSL* ssl, const unsigned char** out, unsigned char* outSize,
                        const unsigned char* offered, unsigned size, void*) {
    for (const std::string& wanted : of(ssl).options_.alpn) {
      for (unsigned at = 0; at < size;) {
        const unsigned length = offered[at];
        if (at + 1 + length > size) break;
        if (length == wanted.size() && std::memcmp(offered + at + 1, wanted.data(), length) == 0) {
          *out = offered + at + 1;
          *outSize = static_cast<unsigned char>(length);
          return SSL_TLSEXT_ERR_OK;
        }
        at += 1 + length;
      }
    }
    return SSL_TLSEXT_ERR_NOACK;
  }

  static int newSession(SSL* ssl, SSL_SESSION* session) {
    TlsTransform& self = of(ssl);
    if (self.options_.destination.empty()) return 0;
    self.context_->keepSession(self.options_.destination, session);
    return 1;  // we keep the reference
  }
};

namespace {

std::string alpnWire(const std::vector<std::string>& names) {
  std::string wire;
  for (const auto& name : names) {
    if (name.empty() || name.size() > 255) continue;
    wire += static_cast<char>(name.size());
    wire += name;
  }
  return wire;
}

char* plainBuffer() {
  static thread_local const std::unique_ptr<char[]> buffer(new char[64 * 1024]);
  return buffer.get();
}
constexpr std::size_t kPlainBuffer = 64 * 1024;

}  // namespace

TlsTransform::TlsTransform(std::shared_ptr<TlsContext> context, TlsOptions options)
    : context_(std::move(context)), options_(std::move(options)) {}

TlsTransform::~TlsTransform() {
  if (!ssl_) return;
  // Else OpenSSL takes the missing goodbye for an attack and spoils the session for resumption.
  if (established_) SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl_);
}

Result<std::unique_ptr<TlsTransform>> TlsTransform::make(std::shared_ptr<TlsContext> context,
                                                         TlsOptions options) {
  std::unique_ptr<TlsTransform> self(new TlsTransform(std::move(context), std::move(options)));
  SSL_CTX* const shared = self->context_->handle();
  self->ssl_ = SSL_new(shared);
  BIO* const bio = BIO_new(TlsCallbacks::method());
  if (!self->ssl_ || !bio) {
    BIO_free(bio);
    return fail("out of memory for a TLS connection");
  }
  BIO_set_data(bio, self.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(self->ssl_, bio, bio);
  SSL_set_app_data(self->ssl_, self.get());
  const bool server = self->context_->side() == TlsContext::Side::Server;
  int mode = SSL_VERIFY_NONE;
  if (self->context_->verifiesPeer()) mode = SSL_VERIFY_PEER;
  if (server && mode != SSL_VERIFY_NONE && self->options_.requireClientCertificate)
    mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  SSL_set_verify(self->ssl_, mode, TlsCallbacks::verify);
  if (server) {
    SSL_CTX_set_alpn_select_cb(shared, TlsCallbacks::selectAlpn, nullptr);
    SSL_set_accept_state(self->ssl_);
    return self;
  }
  SSL_CTX_sess_set_new_cb(shared, TlsCallbacks::newSession);
  SSL_set_connect_state(self->ssl_);
  if (!self->options_.sni.empty()) SSL_set_tlsext_host_name(self->ssl_, self->options_.sni.c_str());
  const std::string offer = alpnWire(self->options_.alpn);
  if (!offer.empty())
    SSL_set_alpn_protos(self->ssl_, reinterpret_cast<const unsigned char*>(offer.data()),
                        static_cast<unsigned>(offer.size()));
  if (SSL_SESSION* session = self->context_->session(self->options_.destination))
    SSL_set_session(self->ssl_, session);
  return self;
}

bool TlsTransform::start(std::string& wireOut) {
  if (context_->side() == TlsContext::Side::Server) return true;
  out_ = &wireOut;
  const bool ok = stepHandshake();
  out_ = nullptr;
  return ok;
}

bool TlsTransform::stepHandshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) {
    finishHandshake();
    return error_.empty();
  }
  const int error = SSL_get_error(ssl_, result);
  return error == SSL_ERROR_WANT_READ || failWithStack(error);
}

void TlsTransform::finishHandshake() {
  X509* const peer = SSL_get0_peer_certificate(ssl_);
  // A resumed handshake does not run the verification again, but these names may differ from those of last
  // time.
  if (SSL_session_reused(ssl_) == 1 && peer && context_->verifiesPeer())
    certificateProblem_ = certificateProblem(peer, options_.config->matchSans);
  if (!certificateProblem_.empty()) {
    error_ = "TLS_error:|" + certificateProblem_ + ":TLS_error_end";
    return;
  }
  established_ = true;
  const unsigned char* alpn = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_, &alpn, &size);
  if (size > 0) info_.alpn.assign(reinterpret_cast<const char*>(alpn), size);
  if (const char* name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name)) info_.sni = name;
  info_.version = SSL_get_version(ssl_);
  info_.cipher = SSL_get_cipher_name(ssl_);
  info_.resumed = SSL_session_reused(ssl_) == 1;
  info_.peer = describeCertificate(peer);
  if (context_->side() == TlsContext::Side::Server)
    info_.own = describeCertificate(SSL_get_certificate(ssl_));
}

bool TlsTransform::receive(std::string_view wire, PlainSink& sink, std::string& wireOut) {
  in_ = wire;
  out_ = &wireOut;
  bool ok = established_ || stepHandshake();
  while (ok && established_ && !peerEnded_) {
    // Several records of one read go up together.
    std::size_t filled = 0;
    int error = SSL_ERROR_NONE;
    while (filled < kPlainBuffer) {
      ERR_clear_error();
      const int got = SSL_read(ssl_, plainBuffer() + filled, static_cast<int>(kPlainBuffer - filled));
      if (got <= 0) {
        error = SSL_get_error(ssl_, got);
        break;
      }
      filled += static_cast<std::size_t>(got);
    }
    if (filled > 0) sink.plain({plainBuffer(), filled});
    if (error == SSL_ERROR_NONE) continue;
    if (error == SSL_ERROR_ZERO_RETURN)
      peerEnded_ = true;
    else if (error != SSL_ERROR_WANT_READ)
      ok = failWithStack(error);
    break;
  }
  in_ = {};
  out_ = nullptr;
  return ok;
}

bool TlsTransform::send(std::string_view plain, std::string& wireOut) {
  constexpr std::size_t kMost = 1 << 30;
  out_ = &wireOut;
  bool ok = true;
  while (ok && !plain.empty()) {
    ERR_clear_error();
    const int sent = SSL_write(ssl_, plain.data(), static_cast<int>(std::min(plain.size(), kMost)));
    if (sent <= 0)
      ok = failWithStack(SSL_get_error(ssl_, sent));
    else
      plain.remove_prefix(static_cast<std::size_t>(sent));
  }
  out_ = nullptr;
  return ok;
}

void TlsTransform::end(std::string& wireOut) {
  if (!established_) return;
  out_ = &wireOut;
  ERR_clear_error();
  SSL_shutdown(ssl_);
  ERR_clear_error();
  out_ = nullptr;
}

bool TlsTransform::failWithStack(int sslError) {
  if (!certificateProblem_.empty()) {
    error_ = "TLS_error:|" + certificateProblem_ + ":TLS_error_end";
  } else {
    loadTlsErrorTexts();
    std::string reasons;
    while (const unsigned long code = ERR_get_error()) {
      const char* reason = ERR_reason_error_string(code);
      reasons += "|" + std::to_string(code) + ":SSL routines:" + (reason ? reason : "unknown");
    }
    const long verified = SSL_get_verify_result(ssl_);
    if (verified != X509_V_OK) reasons += std::string(":") + X509_verify_cert_error_string(verified);
    if (reasons.empty()) reasons = "|SSL error " + std::to_string(sslError);
    error_ = "TLS_error:" + reasons + ":TLS_error_end";
  }
  ERR_clear_error();
  return false;
}

std::string TlsTransform::peerPem(bool chain) const {
  BIO* const bio = BIO_new(BIO_s_mem());
  if (chain) {
    STACK_OF(X509)* const certificates = SSL_get_peer_cert_chain(ssl_);
    // A server's list leaves the leaf out, a client's has it.
    if (X509* leaf = SSL_get0_peer_certificate(ssl_); leaf && context_->side() == TlsContext::Side::Server)
      PEM_write_bio_X509(bio, leaf);
    for (int i = 0; certificates && i < sk_X509_num(certificates); ++i)
      PEM_write_bio_X509(bio, sk_X509_value(certificates, i));
  } else if (X509* leaf = SSL_get0_peer_certificate(ssl_)) {
    PEM_write_bio_X509(bio, leaf);
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data ? data : "", static_cast<std::size_t>(std::max(size, 0L)));
  BIO_free(bio);
  return pem;
}

}  // namespace varka::proxy
