#pragma once
// Owners of OpenSSL objects. Private to proxy/tls.

#include <openssl/bio.h>

#include <memory>

namespace varka::proxy {

struct BioFree {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, BioFree>;

}  // namespace varka::proxy
