#pragma once
// What is known of the other end of a TLS connection, and whether its certificate is acceptable beyond its
// chain (SPIFFE X509-SVID §4-5, match_subject_alt_names). Values; any thread.

#include <string>
#include <string_view>
#include <vector>

#include "core/xds/matchers.h"

struct x509_st;

namespace varka::proxy {

struct PeerCertificate {
  bool present = false;
  std::vector<std::string> uris;
  std::vector<std::string> dnsNames;
  std::string subject;   // RFC 2253 order
  std::string sha256;    // lower-case hex of the DER
  std::string notAfter;  // for people
  /// The first URI, "" when there is none: the SPIFFE id of mesh peers.
  [[nodiscard]] std::string_view identity() const {
    return uris.empty() ? std::string_view{} : std::string_view(uris.front());
  }
};

/// Facts of a finished handshake.
struct TlsInfo {
  std::string alpn;
  std::string sni;
  std::string version;  // "TLSv1.3"
  std::string cipher;
  bool resumed = false;
  PeerCertificate peer;
  PeerCertificate own;
};

PeerCertificate describeCertificate(x509_st* certificate);
/// "" when acceptable, else why not: several URI names, a CA as a leaf, no name that matches.
std::string certificateProblem(x509_st* certificate, const std::vector<xds::StringMatcher>& allowedNames);
bool matchesString(const xds::StringMatcher& matcher, std::string_view text);

}  // namespace varka::proxy
