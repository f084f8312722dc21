#include "proxy/tls/init.h"

#include <openssl/ssl.h>

namespace varka::proxy {

void initTls() {
  OPENSSL_init_ssl(
      OPENSSL_INIT_NO_LOAD_SSL_STRINGS | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_LOAD_CONFIG,
      nullptr);
}

void loadTlsErrorTexts() {
  OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS | OPENSSL_INIT_LOAD_CRYPTO_STRINGS, nullptr);
}

}  // namespace varka::proxy
