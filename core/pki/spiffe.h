#pragma once
// SPIFFE ids as Istio forms them: spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT. A value.

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace varka::pki {

struct SpiffeId {
  std::string trustDomain;
  std::string namespace_;
  std::string serviceAccount;

  bool operator==(const SpiffeId&) const = default;
  [[nodiscard]] std::string uri() const;
  /// Istio's principal: the URI without its scheme, "cluster.local/ns/default/sa/reviews".
  [[nodiscard]] std::string principal() const;
  /// Refuses anything that is not exactly of this form (SPIFFE-ID §2: lower-case domain, no query, no port, no empty or dot segments).
  static Result<SpiffeId> parse(std::string_view uri);
};

}  // namespace varka::pki
