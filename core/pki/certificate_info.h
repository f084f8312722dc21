#pragma once
// Reading a certificate for people. Only core/pki's .cpp include this.

#include <string>
#include <vector>

#include "core/pki/certificate.h"
#include "core/pki/openssl.h"

namespace varka::pki {

[[nodiscard]] CertificateInfo describe(X509* certificate);
/// The names of one GEN_… type, in order; addresses as text.
[[nodiscard]] std::vector<std::string> namesOfType(const GENERAL_NAMES* names, int type);

}  // namespace varka::pki
