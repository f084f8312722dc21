#include "core/citadel/authority.h"

#include <algorithm>
#include <map>
#include <random>
#include <utility>

#include "core/base/log.h"
#include "core/citadel/lint.h"
#include "core/citadel/root_store.h"
#include "core/citadel/trust_bundle.h"
#include "core/pki/certificate.h"

namespace varka::citadel {
namespace {

using std::chrono::milliseconds;

std::int64_t millis(pki::TimePoint at) {
  return std::chrono::duration_cast<milliseconds>(at.time_since_epoch()).count();
}

pki::TimePoint timePoint(std::int64_t ms) {
  return pki::TimePoint(std::chrono::duration_cast<pki::TimePoint::duration>(milliseconds(ms)));
}

CertificateInfo infoOf(const pki::Certificate& certificate) {
  const auto& from = certificate.info();
  CertificateInfo out;
  out.spiffeId = from.spiffeId();
  out.serial = from.serial;
  out.issuer = from.issuer;
  out.algorithm = from.keyAlgorithm;
  out.sha256 = from.sha256;
  out.notBeforeMs = millis(from.validity.notBefore);
  out.notAfterMs = millis(from.validity.notAfter);
  out.pem = certificate.pem();
  return out;
}

CertificateInfo rootInfoOf(const pki::Certificate& certificate) {
  auto out = infoOf(certificate);
  out.owner = "root";
  out.root = true;
  return out;
}

}  // namespace

struct Authority::State {
  using PodKey = std::pair<std::string, std::string>;  // namespace, pod
  struct Live {
    CertificateInfo info;
    bool expiredTold = false;
  };

  State(AuthorityOptions given, TrustBundle trust)
      : options(std::move(given)), store(options.directory), bundle(std::move(trust)) {}

  [[nodiscard]] std::int64_t now() const { return options.nowMs(); }
  [[nodiscard]] std::int64_t renewAt(std::int64_t issuedMs, std::int64_t notAfterMs) const {
    const auto half = static_cast<double>(notAfterMs - issuedMs) / 2;
    return issuedMs + static_cast<std::int64_t>(half * (1.0 + 0.1 * std::clamp(options.jitter(), -1.0, 1.0)));
  }
  void tell(const std::string& kind, const CertificateInfo& info) {
    JournalEntry entry{kind, now(), info};
    if (journal)
      journal(entry);
    else if (kind == "root")
      untold.push_back(std::move(entry));
  }
  void refreshRootInfo() { rootInfo = rootInfoOf(bundle.signer().certificate); }

  AuthorityOptions options;
  RootStore store;
  TrustBundle bundle;
  CertificateInfo rootInfo;
  std::map<PodKey, Live> live;
  std::vector<JournalEntry> untold;
  std::function<void(const JournalEntry&)> journal;
};

namespace {

Result<Root> makeRoot(const AuthorityOptions& options) {
  auto key = pki::PrivateKey::generate();
  if (!key) return fail(key.error());
  const auto now = timePoint(options.nowMs());
  auto certificate = pki::Certificate::selfSignedRoot(*key, options.trustDomain, options.trustDomain,
                                                      {now - kBackdate, now + kRootLife});
  if (!certificate) return fail(certificate.error());
  return Root{std::move(*certificate), std::move(*key)};
}

void fillDefaults(AuthorityOptions& options) {
  if (!options.nowMs) options.nowMs = [] { return millis(std::chrono::system_clock::now()); };
  if (!options.jitter) {
    options.jitter = [engine = std::mt19937(std::random_device{}())]() mutable {
      return std::uniform_real_distribution<double>(-1, 1)(engine);
    };
  }
  options.defaultTtl = std::clamp(options.defaultTtl, kMinTtl, kMaxTtl);
}

}  // namespace

Authority::Authority(std::unique_ptr<State> state) : state_(std::move(state)) {}
Authority::~Authority() = default;

Result<std::unique_ptr<Authority>> Authority::open(AuthorityOptions options) {
  fillDefaults(options);
  const RootStore store(options.directory);
  if (auto ready = store.prepare(); !ready) return fail(ready.error());
  auto root = store.loadRoot();
  if (!root) return fail(root.error());
  auto next = store.loadNext();
  if (!next) return fail(next.error());
  auto old = store.loadOld();
  if (!old) return fail(old.error());
  const bool fresh = !root->has_value();
  if (fresh) {
    auto made = makeRoot(options);
    if (!made) return fail(made.error().in("make the mesh's root certificate"));
    if (auto saved = store.saveRoot(*made); !saved) return fail(saved.error());
    *root = std::move(*made);
  }
  if (millis((*root)->certificate.info().validity.notAfter) <= options.nowMs())
    return fail("the mesh's root certificate in " + options.directory +
                " has expired; remove root.pem to begin with a new one");
  auto state = std::make_unique<State>(std::move(options),
                                       TrustBundle(std::move(**root), std::move(*next), std::move(*old)));
  state->refreshRootInfo();
  if (fresh) state->tell("root", state->rootInfo);
  return std::unique_ptr<Authority>(new Authority(std::move(state)));
}

Result<std::string> Authority::identityOf(const Workload& workload) const {
  const pki::SpiffeId id{state_->options.trustDomain, workload.ns, workload.serviceAccount};
  // Round trip: names that do not fit a SPIFFE id are refused here and not in some peer's verification.
  const auto parsed = pki::SpiffeId::parse(id.uri());
  if (!parsed) return fail(parsed.error().in("identity of pod " + workload.ns + "/" + workload.pod));
  if (!(*parsed == id))
    return fail("identity of pod " + workload.ns + "/" + workload.pod + ": " + id.uri() + " is ambiguous");
  return id.uri();
}

Result<Issued> Authority::sign(const std::string& csrPem, const Workload& workload,
                               std::chrono::seconds ttl) {
  auto& s = *state_;
  const auto uri = identityOf(workload);
  if (!uri) return fail(uri.error());
  const auto request = pki::CertificateRequest::fromPem(csrPem);
  if (!request)
    return fail(request.error().in("certificate request of pod " + workload.ns + "/" + workload.pod));

  const auto life = ttl.count() <= 0 ? s.options.defaultTtl : std::clamp(ttl, kMinTtl, kMaxTtl);
  const auto& signer = s.bundle.signer();
  const auto now = timePoint(s.now());
  const pki::Validity validity{now - kBackdate,
                               std::min(now + life, signer.certificate.info().validity.notAfter)};
  const pki::SpiffeId id{s.options.trustDomain, workload.ns, workload.serviceAccount};
  const auto certificate =
      pki::Certificate::signWorkload(*request, id, validity, signer.certificate, signer.key);
  if (!certificate) return fail(certificate.error().in("sign the certificate of " + *uri));
  if (auto sound = lintWorkload(certificate->info(), *uri, signer.certificate.info(), now); !sound)
    return fail(sound.error());

  auto info = infoOf(*certificate);
  info.owner = workload.pod;
  info.ns = workload.ns;
  info.renewAtMs = s.renewAt(s.now(), info.notAfterMs);
  const auto [place, first] = s.live.insert_or_assign({workload.ns, workload.pod}, State::Live{info});
  s.tell(first ? "issued" : "rotated", info);
  return Issued{certificate->pem(), s.bundle.pem(), info.notAfterMs, info.renewAtMs, info};
}

void Authority::setDefaultTtl(std::chrono::seconds ttl) {
  state_->options.defaultTtl = std::clamp(ttl, kMinTtl, kMaxTtl);
}

std::chrono::seconds Authority::defaultTtl() const {
  return state_->options.defaultTtl;
}

const std::string& Authority::trustDomain() const {
  return state_->options.trustDomain;
}

const CertificateInfo& Authority::root() const {
  return state_->rootInfo;
}

std::string Authority::rootsPem() const {
  return state_->bundle.pem();
}

std::vector<CertificateInfo> Authority::certificates() const {
  std::vector<CertificateInfo> out;
  for (const auto& root : state_->bundle.trusted()) out.push_back(rootInfoOf(root));
  for (const auto& [pod, entry] : state_->live) out.push_back(entry.info);
  return out;
}

void Authority::forget(const std::string& ns, const std::string& pod) {
  state_->live.erase({ns, pod});
}

std::int64_t Authority::expire() {
  const auto now = state_->now();
  std::int64_t next = 0;
  for (auto& [pod, entry] : state_->live) {
    if (entry.expiredTold) continue;
    if (entry.info.notAfterMs <= now) {
      entry.expiredTold = true;
      state_->tell("expired", entry.info);
    } else if (next == 0 || entry.info.notAfterMs < next) {
      next = entry.info.notAfterMs;
    }
  }
  return next;
}

void Authority::onJournal(std::function<void(const JournalEntry&)> callback) {
  state_->journal = std::move(callback);
  if (!state_->journal) return;
  for (const auto& entry : std::exchange(state_->untold, {})) state_->journal(entry);
}

Result<> Authority::prepareRoot() {
  auto& s = *state_;
  auto made = makeRoot(s.options);
  if (!made) return fail(made.error());
  auto trust = s.bundle;
  if (auto allowed = trust.prepare(*made); !allowed) return allowed;
  if (auto saved = s.store.saveNext(*made); !saved) return saved;
  s.bundle = std::move(trust);
  s.tell("root", rootInfoOf(made->certificate));
  return {};
}

Result<> Authority::activateRoot() {
  auto& s = *state_;
  auto trust = s.bundle;
  if (auto allowed = trust.activate(); !allowed) return allowed;
  if (auto saved = s.store.promote(trust.signer(), s.bundle.signer().certificate); !saved) return saved;
  s.bundle = std::move(trust);
  s.refreshRootInfo();
  return {};
}

Result<> Authority::pruneRoots() {
  auto& s = *state_;
  auto trust = s.bundle;
  if (auto allowed = trust.prune(); !allowed) return allowed;
  if (auto removed = s.store.removeOld(); !removed) return removed;
  s.bundle = std::move(trust);
  return {};
}

}  // namespace varka::citadel
