#include "core/pilot/generate/tls_contexts.h"

#include <algorithm>
#include <set>

#include "core/pilot/model/build_rules.h"
#include "core/pilot/model/names.h"

namespace varka::pilot {

using resource::Value;

namespace {

constexpr const char* kSystemRoots = "/etc/ssl/certs/ca-certificates.crt";

xds::SdsSecretConfig secret(const std::string& name) {
  return {name, xds::adsSource()};
}

xds::DataSource file(const std::string& path) {
  xds::DataSource out;
  out.specifier = xds::DataSource::Filename{path};
  return out;
}

std::vector<xds::StringMatcher> exactly(const std::vector<std::string>& names) {
  std::vector<xds::StringMatcher> out;
  out.reserve(names.size());
  for (const std::string& name : names) out.push_back(xds::exactMatch(name));
  return out;
}

xds::TlsVersion versionOf(const std::string& text, xds::TlsVersion otherwise) {
  if (text == "TLSV1_0") return xds::TlsVersion::Tls10;
  if (text == "TLSV1_1") return xds::TlsVersion::Tls11;
  if (text == "TLSV1_2") return xds::TlsVersion::Tls12;
  if (text == "TLSV1_3") return xds::TlsVersion::Tls13;
  return otherwise;
}

xds::TransportSocket socketOf(xds::UpstreamTlsContext context) {
  context.commonTlsContext.tlsParams.tlsMinimumProtocolVersion = xds::TlsVersion::Tls12;
  context.commonTlsContext.tlsParams.tlsMaximumProtocolVersion = xds::TlsVersion::Tls13;
  return {kTlsSocket, std::move(context)};
}

// Mesh mTLS as a client: our certificate, the mesh's roots, the names of the instances.
xds::TransportSocket meshMtls(const ClusterTlsInput& input) {
  xds::UpstreamTlsContext context;
  context.sni = input.tls["sni"].asString();
  if (context.sni.empty()) context.sni = outboundSni(input.port, input.subset, input.service.host);
  std::vector<std::string> names = texts(input.tls["subjectAltNames"]);
  if (names.empty()) names = identitiesOf(input.service, input.model.input.trustDomain);
  xds::CommonTlsContext& common = context.commonTlsContext;
  common.tlsCertificateSdsSecretConfigs.push_back(secret("default"));
  xds::CombinedValidationContext validation;
  validation.defaultValidationContext.matchSubjectAltNames = exactly(names);
  validation.validationContextSdsSecretConfig = secret("ROOTCA");
  common.validation = std::move(validation);
  common.alpnProtocols = input.http2 ? std::vector<std::string>{"istio-peer-exchange", "istio", "h2"}
                                     : std::vector<std::string>{"istio-peer-exchange", "istio"};
  return socketOf(std::move(context));
}

// TLS the user originates: SIMPLE or MUTUAL.
xds::TransportSocket originatedTls(const ClusterTlsInput& input, xds::Cluster& cluster) {
  const Value& tls = input.tls;
  const bool mutual = tls["mode"].asString() == "MUTUAL";
  xds::UpstreamTlsContext context;
  context.sni = tls["sni"].asString();
  std::vector<std::string> names = texts(tls["subjectAltNames"]);
  if (names.empty() && !input.service.kubernetes) names = input.service.subjectAltNames;
  xds::CommonTlsContext& common = context.commonTlsContext;
  const std::string& credential = tls["credentialName"].asString();
  if (!credential.empty()) {
    if (mutual) common.tlsCertificateSdsSecretConfigs.push_back(secret("kubernetes://" + credential));
    xds::CombinedValidationContext validation;
    validation.defaultValidationContext.matchSubjectAltNames = exactly(names);
    validation.validationContextSdsSecretConfig = secret("kubernetes://" + credential + "-cacert");
    common.validation = std::move(validation);
  } else {
    if (mutual) {
      common.tlsCertificates.push_back(
          {file(tls["clientCertificate"].asString()), file(tls["privateKey"].asString())});
    }
    if (!tls["insecureSkipVerify"].asBool()) {
      const std::string& roots = tls["caCertificates"].asString();
      xds::CertificateValidationContext validation;
      validation.trustedCa = file(roots.empty() || roots == "system" ? kSystemRoots : roots);
      validation.matchSubjectAltNames = exactly(names);
      common.validation = std::move(validation);
    }
  }
  if (input.http2) common.alpnProtocols = {"h2"};
  if (context.sni.empty()) {
    if (!cluster.httpProtocolOptions) cluster.httpProtocolOptions.emplace();
    cluster.httpProtocolOptions->upstreamHttpProtocolOptions.autoSni = true;
    cluster.httpProtocolOptions->upstreamHttpProtocolOptions.autoSanValidation =
        names.empty() && !tls["insecureSkipVerify"].asBool();
    if (cluster.httpProtocolOptions->protocol.index() == 0) {
      cluster.httpProtocolOptions->protocol = xds::HttpProtocolOptions::ExplicitHttp1{};
    }
  }
  return socketOf(std::move(context));
}

bool allCanMtls(const Service& service) {
  return !service.endpoints.empty() && std::all_of(service.endpoints.begin(), service.endpoints.end(),
                                                   [](const auto& item) { return item.mtls; });
}

// Nothing said about TLS: each endpoint's tlsMode decides, unless the server's namespace wants plaintext.
void applyAutoMtls(const ClusterTlsInput& input, xds::Cluster& cluster) {
  const Service& service = input.service;
  if (!input.model.mesh().enableAutoMtls || service.external) return;
  if (input.model.rules.namespaceMtls(service.ns) == MtlsMode::Disable) return;
  if (cluster.type == xds::ClusterType::OriginalDst) {  // no endpoints to ask
    if (allCanMtls(service)) cluster.transportSocket = meshMtls(input);
    return;
  }
  xds::TransportSocketMatch mutual;
  mutual.name = "tlsMode-istio";
  mutual.match["tlsMode"] = "istio";
  mutual.transportSocket = meshMtls(input);
  xds::TransportSocketMatch plain;
  plain.name = "tlsMode-disabled";
  plain.transportSocket = {kRawBufferSocket, xds::RawBuffer{}};
  cluster.transportSocketMatches = {std::move(mutual), std::move(plain)};
}

}  // namespace

std::vector<std::string> identitiesOf(const Service& service, const std::string& trustDomain) {
  std::set<std::string> out;
  for (const ServiceEndpoint& endpoint : service.endpoints) {
    if (!endpoint.serviceAccount.empty())
      out.insert(spiffeId(trustDomain, endpoint.ns, endpoint.serviceAccount));
  }
  out.insert(service.subjectAltNames.begin(), service.subjectAltNames.end());
  return {out.begin(), out.end()};
}

void applyClusterTls(const ClusterTlsInput& input, xds::Cluster& cluster) {
  if (!input.tls.isMap()) return applyAutoMtls(input, cluster);
  const std::string& mode = input.tls["mode"].asString();
  if (mode == "ISTIO_MUTUAL") {
    cluster.transportSocket = meshMtls(input);
  } else if (mode == "SIMPLE" || mode == "MUTUAL") {
    const bool withoutAccess = !input.router && !input.tls["credentialName"].asString().empty();
    if (!withoutAccess) cluster.transportSocket = originatedTls(input, cluster);
  }
}

xds::TransportSocket inboundMtls(bool http) {
  xds::DownstreamTlsContext context;
  context.requireClientCertificate = true;
  xds::CommonTlsContext& common = context.commonTlsContext;
  common.tlsParams.tlsMinimumProtocolVersion = xds::TlsVersion::Tls12;
  common.tlsParams.tlsMaximumProtocolVersion = xds::TlsVersion::Tls13;
  common.tlsCertificateSdsSecretConfigs.push_back(secret("default"));
  xds::CombinedValidationContext validation;
  validation.validationContextSdsSecretConfig = secret("ROOTCA");
  common.validation = std::move(validation);
  common.alpnProtocols = http ? std::vector<std::string>{"h2", "http/1.1"}
                              : std::vector<std::string>{"istio-peer-exchange", "h2", "http/1.1"};
  return {kTlsSocket, std::move(context)};
}

std::vector<std::string> serverSecrets(const Value& tls) {
  const std::string& credential = tls["credentialName"].asString();
  if (credential.empty()) return {};
  std::vector<std::string> out{"kubernetes://" + credential};
  const std::string& mode = tls["mode"].asString();
  if (mode == "MUTUAL" || mode == "OPTIONAL_MUTUAL") out.push_back("kubernetes://" + credential + "-cacert");
  return out;
}

xds::TransportSocket serverTls(const Value& tls, bool http) {
  const std::string& mode = tls["mode"].asString();
  if (mode == "ISTIO_MUTUAL") return inboundMtls(http);
  xds::DownstreamTlsContext context;
  const bool asksClient = mode == "MUTUAL" || mode == "OPTIONAL_MUTUAL";
  context.requireClientCertificate = mode == "MUTUAL";
  xds::CommonTlsContext& common = context.commonTlsContext;
  common.tlsParams.tlsMinimumProtocolVersion =
      versionOf(tls["minProtocolVersion"].asString(), xds::TlsVersion::Tls12);
  common.tlsParams.tlsMaximumProtocolVersion =
      versionOf(tls["maxProtocolVersion"].asString(), xds::TlsVersion::Tls13);
  common.tlsParams.cipherSuites = texts(tls["cipherSuites"]);
  if (http) common.alpnProtocols = {"h2", "http/1.1"};
  const std::string& credential = tls["credentialName"].asString();
  const std::vector<std::string> names = texts(tls["subjectAltNames"]);
  if (!credential.empty()) {
    common.tlsCertificateSdsSecretConfigs.push_back(secret("kubernetes://" + credential));
    if (asksClient) {
      xds::CombinedValidationContext validation;
      validation.defaultValidationContext.matchSubjectAltNames = exactly(names);
      validation.validationContextSdsSecretConfig = secret("kubernetes://" + credential + "-cacert");
      common.validation = std::move(validation);
    }
    return {kTlsSocket, std::move(context)};
  }
  common.tlsCertificates.push_back(
      {file(tls["serverCertificate"].asString()), file(tls["privateKey"].asString())});
  if (asksClient) {
    xds::CertificateValidationContext validation;
    validation.trustedCa = file(tls["caCertificates"].asString());
    validation.matchSubjectAltNames = exactly(names);
    common.validation = std::move(validation);
  }
  return {kTlsSocket, std::move(context)};
}

}  // namespace varka::pilot
