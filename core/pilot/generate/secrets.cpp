// SDS: the mesh's roots, and the Kubernetes Secrets that gateways and TLS origination name.

#include <set>

#include "core/pilot/generate/generated.h"
#include "core/pilot/model/base64.h"

namespace varka::pilot {

using resource::Value;

namespace {

constexpr std::string_view kScheme = "kubernetes://";
constexpr std::string_view kCaSuffix = "-cacert";

std::string field(const resource::Object& secret, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const Value& plain = secret.root["stringData"][key];
    if (plain.isString()) return plain.asString();
    const Value& data = secret.root["data"][key];
    if (data.isString()) return base64Decoded(data.asString());
  }
  return {};
}

// "NAME" in the gateway's namespace, or "NS/NAME".
resource::ObjectPtr findSecret(const Generation& context, const std::string& reference) {
  const std::size_t slash = reference.find('/');
  const std::string ns = slash == std::string::npos ? context.proxy.ns : reference.substr(0, slash);
  const std::string name = slash == std::string::npos ? reference : reference.substr(slash + 1);
  return context.model.input.resources->find(resource::Key{"", "Secret", ns, name});
}

void addCertificate(const Generation& context, const std::string& name, const std::string& reference,
                    Generated& out) {
  const resource::ObjectPtr object = findSecret(context, reference);
  if (!object) return;  // the listener warms until it comes
  xds::TlsCertificate certificate;
  certificate.certificateChain = xds::inlineBytes(field(*object, {"tls.crt", "cert"}));
  certificate.privateKey = xds::inlineBytes(field(*object, {"tls.key", "key"}));
  out.secrets.push_back({name, std::move(certificate)});
}

void addAuthority(const Generation& context, const std::string& name, const std::string& reference,
                  Generated& out) {
  // Either a Secret of that very name, or the ca.crt beside the certificate.
  const std::string base = reference.substr(0, reference.size() - kCaSuffix.size());
  for (const std::string& candidate : {reference, base}) {
    const resource::ObjectPtr object = findSecret(context, candidate);
    const std::string roots = object ? field(*object, {"ca.crt", "cacert"}) : std::string();
    if (roots.empty()) continue;
    xds::CertificateValidationContext validation;
    validation.trustedCa = xds::inlineBytes(roots);
    out.secrets.push_back({name, std::move(validation)});
    return;
  }
}

}  // namespace

void generateSecrets(const Generation& context, Generated& out) {
  xds::CertificateValidationContext roots;
  roots.trustedCa = xds::inlineBytes(context.model.input.rootsPem);
  out.secrets.push_back({"ROOTCA", std::move(roots)});
  std::set<std::string> names;
  for (const xds::Listener& listener : out.listeners) {
    for (std::string& name : xds::secretNames(listener)) names.insert(std::move(name));
  }
  for (const xds::Cluster& cluster : out.clusters) {
    for (std::string& name : xds::secretNames(cluster)) names.insert(std::move(name));
  }
  for (const std::string& name : names) {
    if (!name.starts_with(kScheme)) continue;
    const std::string reference = name.substr(kScheme.size());
    if (reference.ends_with(kCaSuffix)) {
      addAuthority(context, name, reference, out);
    } else {
      addCertificate(context, name, reference, out);
    }
  }
}

}  // namespace varka::pilot
