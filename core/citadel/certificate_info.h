#pragma once
// What is public about one certificate: what lists, the journal and the window show. A value, any thread;
// never a key.

#include <cstdint>
#include <string>

namespace varka::citadel {

struct CertificateInfo {
  std::string owner;  // "root" or the pod's name
  std::string ns, spiffeId, serial, issuer, algorithm, sha256;
  std::int64_t notBeforeMs = 0, notAfterMs = 0, renewAtMs = 0;
  std::string pem;  // public part only
  bool root = false;
};

}  // namespace varka::citadel
