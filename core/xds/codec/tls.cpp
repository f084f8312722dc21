// Tables of core/xds/tls.h.
#include "core/xds/tls.h"

#include "core/xds/codec/areas.h"
#include "core/xds/codec/table.h"

namespace varka::xds::codec {

template <>
constexpr std::array kEnumNames<SanType> = {EnumName{"SAN_TYPE_UNSPECIFIED", 0}, EnumName{"EMAIL", 1}, EnumName{"DNS", 2},
                                            EnumName{"URI", 3}, EnumName{"IP_ADDRESS", 4}};
template <>
constexpr std::array kEnumNames<TrustChainVerification> = {EnumName{"VERIFY_TRUST_CHAIN", 0}, EnumName{"ACCEPT_UNTRUSTED", 1}};
template <>
constexpr std::array kEnumNames<TlsVersion> = {EnumName{"TLS_AUTO", 0}, EnumName{"TLSv1_0", 1}, EnumName{"TLSv1_1", 2},
                                               EnumName{"TLSv1_2", 3}, EnumName{"TLSv1_3", 4}};

template <>
constexpr auto kFields<TlsCertificate> =
    table(field("certificate_chain", &TlsCertificate::certificateChain), field("private_key", &TlsCertificate::privateKey),
          ignored("ocsp_staple"), ignored("watched_directory"));
template <>
constexpr auto kFields<SubjectAltNameMatcher> =
    table(field("san_type", &SubjectAltNameMatcher::sanType), field("matcher", &SubjectAltNameMatcher::matcher));
template <>
constexpr auto kFields<CertificateValidationContext> =
    table(field("trusted_ca", &CertificateValidationContext::trustedCa),
          field("verify_certificate_spki", &CertificateValidationContext::verifyCertificateSpki),
          field("verify_certificate_hash", &CertificateValidationContext::verifyCertificateHash),
          field("match_typed_subject_alt_names", &CertificateValidationContext::matchTypedSubjectAltNames),
          field("match_subject_alt_names", &CertificateValidationContext::matchSubjectAltNames),
          field("crl", &CertificateValidationContext::crl),
          field("trust_chain_verification", &CertificateValidationContext::trustChainVerification), ignored("allow_expired_certificate"),
          ignored("watched_directory"), ignored("only_verify_leaf_cert_crl"), ignored("max_verify_depth"));
template <>
constexpr auto kFields<SdsSecretConfig> =
    table(field("name", &SdsSecretConfig::name), field("sds_config", &SdsSecretConfig::sdsConfig));
template <>
constexpr auto kFields<CombinedValidationContext> =
    table(field("default_validation_context", &CombinedValidationContext::defaultValidationContext),
          field("validation_context_sds_secret_config", &CombinedValidationContext::validationContextSdsSecretConfig));
template <>
constexpr auto kFields<TlsParameters> = table(field("tls_minimum_protocol_version", &TlsParameters::tlsMinimumProtocolVersion),
                                              field("tls_maximum_protocol_version", &TlsParameters::tlsMaximumProtocolVersion),
                                              field("cipher_suites", &TlsParameters::cipherSuites),
                                              field("ecdh_curves", &TlsParameters::ecdhCurves), ignored("signature_algorithms"));
template <>
constexpr auto kFields<CommonTlsContext> =
    table(field("tls_params", &CommonTlsContext::tlsParams), field("tls_certificates", &CommonTlsContext::tlsCertificates),
          field("tls_certificate_sds_secret_configs", &CommonTlsContext::tlsCertificateSdsSecretConfigs),
          oneof(&CommonTlsContext::validation, alt<CertificateValidationContext>("validation_context"),
                alt<SdsSecretConfig>("validation_context_sds_secret_config"),
                alt<CombinedValidationContext>("combined_validation_context")),
          field("alpn_protocols", &CommonTlsContext::alpnProtocols), ignored("key_log"));
template <>
constexpr auto kFields<UpstreamTlsContext> =
    table(field("common_tls_context", &UpstreamTlsContext::commonTlsContext), field("sni", &UpstreamTlsContext::sni),
          ignored("allow_renegotiation"), ignored("max_session_keys"), ignored("auto_host_sni"), ignored("auto_sni_san_validation"),
          ignored("enforce_rsa_key_usage"));
template <>
constexpr auto kFields<DownstreamTlsContext> =
    table(field("common_tls_context", &DownstreamTlsContext::commonTlsContext),
          field("require_client_certificate", &DownstreamTlsContext::requireClientCertificate), ignored("require_sni"),
          ignored("session_ticket_keys"), ignored("session_timeout"), ignored("ocsp_staple_policy"),
          ignored("disable_stateless_session_resumption"), ignored("disable_stateful_session_resumption"),
          ignored("full_scan_certs_on_sni_mismatch"), ignored("prefer_client_ciphers"));

template <>
constexpr auto kFields<RawBuffer> = table();
template <>
constexpr auto kAnyTypes<decltype(TransportSocket::typedConfig)> =
    anyTypes(anyType<RawBuffer>("type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer"),
             anyType<UpstreamTlsContext>("type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"),
             anyType<DownstreamTlsContext>("type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"));

/// A raw buffer needs no configuration; for everything else its absence would mean plain text by accident.
static bool readTransportSocket(Context& context, const Path& path, const Json& json, TransportSocket& out) {
  static constexpr auto kSocket = table(field("name", &TransportSocket::name), anyIfThere("typed_config", &TransportSocket::typedConfig));
  if (!readFields(context, path, json, out, kSocket)) return false;
  const bool configured = json.contains("typedConfig") || json.contains("typed_config");
  if (configured || out.name == "envoy.transport_sockets.raw_buffer" || out.name == "raw_buffer") return true;
  return context.fail(path / "typedConfig", "is required");
}
bool read(Context& context, const Path& path, const Json& json, TransportSocket& out) {
  return readTransportSocket(context, path, json, out);
}
void write(Writer& writer, const TransportSocket& value) {
  static constexpr auto kSocket = table(field("name", &TransportSocket::name), any("typed_config", &TransportSocket::typedConfig));
  writer.beginObject();
  writeFields(writer, value, kSocket);
  writer.endObject();
}

template <>
constexpr auto kFields<Secret> =
    table(field("name", &Secret::name), oneof(&Secret::type, alt<TlsCertificate>("tls_certificate"),
                                              alt<CertificateValidationContext>("validation_context")));

VARKA_XDS_DEFINE(Secret)

}  // namespace varka::xds::codec
