#pragma once
// TrustBundle: which roots are trusted and which one signs, while a root is being changed. A value: decides,
// does no I/O.
//
//   Steady ──prepare──► Prepared (signer + next trusted) ──activate──► Switched (next signs, former trusted)
//   ──prune──► Steady

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/citadel/root_store.h"

namespace varka::citadel {

class TrustBundle {
 public:
  enum class Phase { Steady, Prepared, Switched };

  /// `next` and `old` as found on disk; a root that is there twice (crash in the middle of a step) counts
  /// once.
  TrustBundle(Root signer, std::optional<Root> next, std::vector<pki::Certificate> old);

  [[nodiscard]] Phase phase() const;
  [[nodiscard]] const Root& signer() const { return signer_; }
  [[nodiscard]] const std::optional<Root>& next() const { return next_; }
  [[nodiscard]] const std::vector<pki::Certificate>& old() const { return old_; }
  /// The signing root first; never a root twice.
  [[nodiscard]] std::vector<pki::Certificate> trusted() const;
  [[nodiscard]] std::string pem() const;

  /// Each refuses to leave the order above and then changes nothing.
  Result<> prepare(Root next);
  Result<> activate();
  Result<> prune();

 private:
  Root signer_;
  std::optional<Root> next_;
  std::vector<pki::Certificate> old_;
};

}  // namespace varka::citadel
