#pragma once
// Authority: the mesh's own certificate authority. Keeps its root in a folder (0700, key 0600), signs what
// proxies ask for and remembers what is live. Lives on the mesh thread; the clock is given, so tests have no
// real time.
//
// Choices: P-256 everywhere; root 10 years, O=cluster.local as Istio's self-signed root; leaves 24 h unless
// asked otherwise (10 s … 1 year, never beyond the root), backdated by one minute for clocks that differ
// (step-ca's figure, Istio takes two); renewal at half of the life that is left at issue, ± 10 %, so that a
// mesh's proxies do not all come at once; serials of 128 random bits. Of a CSR only the public key is used,
// after its signature was checked: who the certificate is for is decided by the caller. Keys of workloads
// never come here.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/citadel/certificate_info.h"

namespace varka::citadel {

struct AuthorityOptions {
  std::string directory;  // <state>/ca, made if missing
  std::string trustDomain = "cluster.local";
  std::chrono::seconds defaultTtl{24 * 3600};
  std::function<std::int64_t()> nowMs;  // empty = the system's clock, milliseconds since the epoch
  std::function<double()> jitter;       // empty = random, in [-1, 1]
};

inline constexpr std::chrono::seconds kMinTtl{10};
inline constexpr std::chrono::seconds kMaxTtl{365L * 24 * 3600};
inline constexpr std::chrono::seconds kBackdate{60};
inline constexpr std::chrono::hours kRootLife{24 * 365 * 10};

/// Who a certificate is for; found by the mesh from the peer's pid, never read from the CSR.
struct Workload {
  std::string pod, ns, serviceAccount;
};

struct JournalEntry {
  std::string kind;  // "issued" the pod's first, "rotated" a later one, "expired", "root" a new root was made
  std::int64_t timeMs = 0;
  CertificateInfo certificate;
};

struct Issued {
  std::string chainPem;  // leaf first; a root is not part of it
  std::string rootsPem;  // all roots that are trusted now
  std::int64_t notAfterMs = 0, renewAtMs = 0;
  CertificateInfo info;
};

class Authority {
 public:
  /// Loads the root of `directory` or makes one. Refuses, with a message that says what to do, files that
  /// others can read, a key that does not belong to the certificate, and half of a pair.
  static Result<std::unique_ptr<Authority>> open(AuthorityOptions options);
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  /// `ttl` 0 = the mesh's default. Every certificate is checked against the SPIFFE rules before it leaves.
  Result<Issued> sign(const std::string& csrPem, const Workload& workload, std::chrono::seconds ttl = {});

  /// Clamped to kMinTtl … kMaxTtl; concerns certificates issued from now on.
  void setDefaultTtl(std::chrono::seconds ttl);
  [[nodiscard]] std::chrono::seconds defaultTtl() const;
  [[nodiscard]] const std::string& trustDomain() const;

  /// "spiffe://cluster.local/ns/default/sa/bookinfo-reviews"
  [[nodiscard]] Result<std::string> identityOf(const Workload& workload) const;

  [[nodiscard]] const CertificateInfo& root() const;  // the one that signs
  /// PEM of every trusted root, the signing one first.
  [[nodiscard]] std::string rootsPem() const;
  /// Roots, then the newest certificate of each pod, by namespace and name.
  [[nodiscard]] std::vector<CertificateInfo> certificates() const;

  /// The pod is gone: its certificate is no longer listed.
  void forget(const std::string& ns, const std::string& pod);
  /// Journals "expired" for what ran out until now; returns when to call again (ms since the epoch), 0 =
  /// never.
  std::int64_t expire();

  /// Called in `sign`, `expire`, and for a root made by `open` at the moment the callback is set.
  void onJournal(std::function<void(const JournalEntry&)> callback);

  // Root rotation: prepare (old and new trusted, old signs) → activate (new signs) → prune (old is no longer
  // trusted). The caller waits between the steps until all proxies have the bundle, then have new
  // certificates.
  Result<> prepareRoot();
  Result<> activateRoot();
  Result<> pruneRoots();

 private:
  struct State;
  explicit Authority(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace varka::citadel
