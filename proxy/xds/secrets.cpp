#include "proxy/xds/secrets.h"

#include <fstream>
#include <iterator>

#include "core/pki/certificate.h"
#include "core/xds/codec.h"
#include "core/xds/resource.h"

namespace varka::proxy {
namespace {

Result<std::string> contentOf(const xds::DataSource& source) {
  if (const std::string* text = source.inlined()) return *text;
  const std::string* path = source.filename();
  if (!path) return std::string();
  std::ifstream file(*path, std::ios::binary);
  if (!file) return fail("cannot read " + *path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<> readCertificate(const xds::TlsCertificate& certificate, ResolvedSecret& out) {
  auto chain = contentOf(certificate.certificateChain);
  if (!chain) return fail(chain.error().in("certificateChain"));
  auto key = contentOf(certificate.privateKey);
  if (!key) return fail(key.error().in("privateKey"));
  const auto certificates = pki::Certificate::bundleFromPem(*chain);
  if (!certificates) return fail(certificates.error().in("certificateChain"));
  const auto parsedKey = pki::PrivateKey::fromPem(*key);
  if (!parsedKey) return fail(parsedKey.error().in("privateKey"));
  if (!certificates->front().belongsTo(*parsedKey)) return fail("privateKey: does not belong to the first certificate of the chain");
  out.chainPem = std::move(*chain);
  out.keyPem = std::move(*key);
  return {};
}

Result<> readRoots(const xds::CertificateValidationContext& validation, ResolvedSecret& out) {
  auto roots = contentOf(validation.trustedCa);
  if (!roots) return fail(roots.error().in("trustedCa"));
  if (!roots->empty())
    if (const auto certificates = pki::Certificate::bundleFromPem(*roots); !certificates) return fail(certificates.error().in("trustedCa"));
  out.rootsPem = std::move(*roots);
  out.validation = validation;
  return {};
}

/// A certificate or context that is written inline becomes a secret without a name; its version is its content.
template <typename Config>
SecretPtr inlineSecret(const Config& config, bool& complete) {
  xds::Secret secret;
  secret.type = config;
  auto resolved = resolveSecret(secret, xds::contentVersion(xds::toJson(secret)));
  if (resolved) return *resolved;
  complete = false;
  return nullptr;
}

SecretPtr namedSecret(const Secrets& secrets, const std::string& name, bool& complete) {
  const auto found = secrets.find(name);
  if (found != secrets.end()) return found->second;
  complete = false;
  return nullptr;
}

void addSans(const xds::CertificateValidationContext& context, std::vector<xds::StringMatcher>& out) {
  out.insert(out.end(), context.matchSubjectAltNames.begin(), context.matchSubjectAltNames.end());
  for (const auto& typed : context.matchTypedSubjectAltNames) out.push_back(typed.matcher);
}

ResolvedTls resolveContext(const xds::CommonTlsContext& context, const Secrets& secrets) {
  ResolvedTls tls;
  tls.common = context;
  for (const auto& certificate : context.tlsCertificates) tls.certificates.push_back(inlineSecret(certificate, tls.complete));
  for (const auto& config : context.tlsCertificateSdsSecretConfigs)
    tls.certificates.push_back(namedSecret(secrets, config.name, tls.complete));
  std::erase(tls.certificates, nullptr);
  if (const auto* validation = std::get_if<xds::CertificateValidationContext>(&context.validation)) {
    tls.roots = inlineSecret(*validation, tls.complete);
    addSans(*validation, tls.matchSans);
  } else if (const auto* sds = std::get_if<xds::SdsSecretConfig>(&context.validation)) {
    tls.roots = namedSecret(secrets, sds->name, tls.complete);
  } else if (const auto* combined = std::get_if<xds::CombinedValidationContext>(&context.validation)) {
    tls.roots = namedSecret(secrets, combined->validationContextSdsSecretConfig.name, tls.complete);
    addSans(combined->defaultValidationContext, tls.matchSans);
  }
  if (tls.roots && !std::holds_alternative<xds::CertificateValidationContext>(context.validation)) addSans(tls.roots->validation, tls.matchSans);
  return tls;
}

bool sameSecret(const SecretPtr& a, const SecretPtr& b) {
  return a == b || (a && b && a->name == b->name && a->version == b->version);
}

bool sameTls(const ResolvedTls& a, const ResolvedTls& b) {
  return a.sni == b.sni && a.requireClientCertificate == b.requireClientCertificate && a.complete == b.complete && a.common == b.common &&
         a.matchSans == b.matchSans && sameSecret(a.roots, b.roots) &&
         std::equal(a.certificates.begin(), a.certificates.end(), b.certificates.begin(), b.certificates.end(), sameSecret);
}

}  // namespace

Result<SecretPtr> resolveSecret(const xds::Secret& secret, std::string version) {
  auto resolved = std::make_shared<ResolvedSecret>();
  resolved->name = secret.name;
  resolved->version = std::move(version);
  Result<> done = fail("has neither tlsCertificate nor validationContext");
  if (const auto* certificate = std::get_if<xds::TlsCertificate>(&secret.type)) {
    done = readCertificate(*certificate, *resolved);
    if (!done) done = fail(done.error().in("tlsCertificate"));
  } else if (const auto* validation = std::get_if<xds::CertificateValidationContext>(&secret.type)) {
    done = readRoots(*validation, *resolved);
    if (!done) done = fail(done.error().in("validationContext"));
  }
  if (!done) return fail(done.error());
  return SecretPtr(std::move(resolved));
}

TlsPtr resolveTls(const xds::TransportSocket& socket, const Secrets& secrets, const TlsPtr& old) {
  ResolvedTls tls;
  if (const auto* upstream = std::get_if<xds::UpstreamTlsContext>(&socket.typedConfig)) {
    tls = resolveContext(upstream->commonTlsContext, secrets);
    tls.sni = upstream->sni;
  } else if (const auto* downstream = std::get_if<xds::DownstreamTlsContext>(&socket.typedConfig)) {
    tls = resolveContext(downstream->commonTlsContext, secrets);
    tls.requireClientCertificate = downstream->requireClientCertificate;
  } else {
    return nullptr;
  }
  if (old && sameTls(*old, tls)) return old;
  return std::make_shared<const ResolvedTls>(std::move(tls));
}

}  // namespace varka::proxy
