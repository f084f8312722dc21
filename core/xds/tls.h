#pragma once
// extensions.transport_sockets.tls.v3 and what it names.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/xds/common.h"
#include "core/xds/matchers.h"

namespace varka::xds {

struct TlsCertificate {
  DataSource certificateChain;
  DataSource privateKey;
  bool operator==(const TlsCertificate&) const = default;
};

enum class SanType { Unspecified, Email, Dns, Uri, IpAddress };

struct SubjectAltNameMatcher {
  SanType sanType = SanType::Unspecified;
  StringMatcher matcher;
  bool operator==(const SubjectAltNameMatcher&) const = default;
};

enum class TrustChainVerification { VerifyTrustChain, AcceptUntrusted };

struct CertificateValidationContext {
  DataSource trustedCa;
  std::vector<std::string> verifyCertificateSpki;
  std::vector<std::string> verifyCertificateHash;
  std::vector<SubjectAltNameMatcher> matchTypedSubjectAltNames;
  std::vector<StringMatcher> matchSubjectAltNames;  // old form: any type
  DataSource crl;
  TrustChainVerification trustChainVerification = TrustChainVerification::VerifyTrustChain;
  bool operator==(const CertificateValidationContext&) const = default;
};

struct SdsSecretConfig {
  std::string name;  // "default", "ROOTCA", "kubernetes://NAME"
  std::optional<ConfigSource> sdsConfig;
  bool operator==(const SdsSecretConfig&) const = default;
};

struct CombinedValidationContext {
  CertificateValidationContext defaultValidationContext;
  SdsSecretConfig validationContextSdsSecretConfig;
  bool operator==(const CombinedValidationContext&) const = default;
};

enum class TlsVersion { Auto, Tls10, Tls11, Tls12, Tls13 };

struct TlsParameters {
  TlsVersion tlsMinimumProtocolVersion = TlsVersion::Auto;
  TlsVersion tlsMaximumProtocolVersion = TlsVersion::Auto;
  std::vector<std::string> cipherSuites;
  std::vector<std::string> ecdhCurves;
  bool operator==(const TlsParameters&) const = default;
};

struct CommonTlsContext {
  TlsParameters tlsParams;
  std::vector<TlsCertificate> tlsCertificates;
  std::vector<SdsSecretConfig> tlsCertificateSdsSecretConfigs;
  std::variant<std::monostate, CertificateValidationContext, SdsSecretConfig, CombinedValidationContext> validation;
  std::vector<std::string> alpnProtocols;
  bool operator==(const CommonTlsContext&) const = default;
};

struct UpstreamTlsContext {
  CommonTlsContext commonTlsContext;
  std::string sni;
  bool operator==(const UpstreamTlsContext&) const = default;
};

struct DownstreamTlsContext {
  CommonTlsContext commonTlsContext;
  bool requireClientCertificate = false;
  bool operator==(const DownstreamTlsContext&) const = default;
};

struct RawBuffer {
  bool operator==(const RawBuffer&) const = default;
};

struct TransportSocket {
  std::string name;
  std::variant<RawBuffer, UpstreamTlsContext, DownstreamTlsContext> typedConfig;
  bool operator==(const TransportSocket&) const = default;
};

struct Secret {
  std::string name;
  std::variant<std::monostate, TlsCertificate, CertificateValidationContext> type;
  bool operator==(const Secret&) const = default;
};

/// Every SDS secret a context names, without duplicates.
[[nodiscard]] std::vector<std::string> secretNames(const CommonTlsContext& context);
[[nodiscard]] std::vector<std::string> secretNames(const TransportSocket& socket);

}  // namespace varka::xds
