#include "core/citadel/trust_bundle.h"

#include <algorithm>
#include <utility>

namespace varka::citadel {
namespace {

bool same(const pki::Certificate& a, const pki::Certificate& b) {
  return a.info().sha256 == b.info().sha256;
}

}  // namespace

TrustBundle::TrustBundle(Root signer, std::optional<Root> next, std::vector<pki::Certificate> old)
    : signer_(std::move(signer)), next_(std::move(next)), old_(std::move(old)) {
  if (next_ && same(next_->certificate, signer_.certificate)) next_.reset();
  std::erase_if(old_, [&](const auto& certificate) { return same(certificate, signer_.certificate); });
}

TrustBundle::Phase TrustBundle::phase() const {
  if (next_) return Phase::Prepared;
  return old_.empty() ? Phase::Steady : Phase::Switched;
}

std::vector<pki::Certificate> TrustBundle::trusted() const {
  std::vector<pki::Certificate> out{signer_.certificate};
  const auto add = [&](const pki::Certificate& certificate) {
    if (std::none_of(out.begin(), out.end(), [&](const auto& known) { return same(known, certificate); }))
      out.push_back(certificate);
  };
  if (next_) add(next_->certificate);
  for (const auto& certificate : old_) add(certificate);
  return out;
}

std::string TrustBundle::pem() const {
  std::string out;
  for (const auto& certificate : trusted()) out += certificate.pem();
  return out;
}

Result<> TrustBundle::prepare(Root next) {
  if (next_) return fail("a new root is already prepared; activate it first");
  if (!old_.empty()) return fail("the former root is still trusted; prune it before the next rotation");
  next_ = std::move(next);
  return {};
}

Result<> TrustBundle::activate() {
  if (!next_)
    return fail("no new root is prepared; prepare one first, so that every proxy trusts it before it signs");
  old_.insert(old_.begin(), signer_.certificate);
  signer_ = std::move(*next_);
  next_.reset();
  return {};
}

Result<> TrustBundle::prune() {
  if (next_) return fail("a new root is prepared but does not sign yet; activate it first");
  if (old_.empty()) return fail("there is no former root to prune");
  old_.clear();
  return {};
}

}  // namespace varka::citadel
