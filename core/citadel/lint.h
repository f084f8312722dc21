#pragma once
// The last look at a workload certificate before it leaves: the MUSTs of SPIFFE X509-SVID that a mistake of
// ours could break. A pure function.

#include "core/base/result.h"
#include "core/pki/certificate.h"

namespace varka::citadel {

/// `expectedUri` is the one identity it must carry; `at` must be inside its validity, which must end with the
/// issuer's.
Result<> lintWorkload(const pki::CertificateInfo& certificate, const std::string& expectedUri,
                      const pki::CertificateInfo& issuer, pki::TimePoint at);

}  // namespace varka::citadel
