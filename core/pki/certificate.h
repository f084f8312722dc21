#pragma once
// X.509 as values: certificate requests, certificates, chains (RFC 5280, SPIFFE X509-SVID). Any thread.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/pki/key.h"
#include "core/pki/spiffe.h"

struct x509_st;
struct X509_req_st;

namespace varka::pki {

using TimePoint = std::chrono::system_clock::time_point;  // certificates have seconds

struct Validity {
  TimePoint notBefore;
  TimePoint notAfter;
};

/// What the window and `varka cert list` show.
struct CertificateInfo {
  std::string subject;  // "CN=…,O=…"; empty for workload certificates
  std::string issuer;
  std::string serial;  // lower-case hex
  std::vector<std::string> uris, dnsNames, ipAddresses;  // subject alternative names
  bool sanCritical = false;
  bool isAuthority = false;
  Validity validity;
  std::string keyAlgorithm;  // "EC P-256", "RSA 2048"
  std::vector<std::string> keyUsage;          // "digitalSignature", "keyCertSign", …
  std::vector<std::string> extendedKeyUsage;  // "serverAuth", "clientAuth"
  std::string sha256;  // of the DER, lower-case hex

  /// The SPIFFE id of the only URI; empty text when there is none.
  [[nodiscard]] std::string spiffeId() const { return uris.size() == 1 ? uris.front() : std::string(); }
};

class CertificateRequest {
 public:
  /// A request with an empty subject and the id as URI SAN, signed by `key`.
  static Result<CertificateRequest> create(const PrivateKey& key, const SpiffeId& id);
  /// Checks the signature over itself (proof of possession).
  static Result<CertificateRequest> fromPem(std::string_view pem);

  [[nodiscard]] std::string pem() const;
  [[nodiscard]] std::vector<std::string> uris() const;
  [[nodiscard]] X509_req_st* handle() const { return request_.get(); }

 private:
  explicit CertificateRequest(std::shared_ptr<X509_req_st> request) : request_(std::move(request)) {}
  std::shared_ptr<X509_req_st> request_;
};

class Certificate {
 public:
  /// A self-signed root: CA true, keyCertSign and cRLSign, random 128-bit serial.
  static Result<Certificate> selfSignedRoot(const PrivateKey& key, const std::string& commonName, const std::string& organization,
                                            Validity validity);
  /// A workload certificate for the public key of `request` with the identity `id` — never with what the request says.
  /// Empty subject, critical URI SAN, digitalSignature + keyEncipherment, server and client authentication.
  static Result<Certificate> signWorkload(const CertificateRequest& request, const SpiffeId& id, Validity validity,
                                          const Certificate& issuer, const PrivateKey& issuerKey);
  /// A server certificate with DNS names and addresses (gateways, the API endpoint).
  static Result<Certificate> signServer(const PrivateKey& key, const std::string& commonName, const std::vector<std::string>& names,
                                        Validity validity, const Certificate& issuer, const PrivateKey& issuerKey);
  static Result<Certificate> fromPem(std::string_view pem);
  /// Every certificate of a bundle, in order; fails when there is none or one is broken.
  static Result<std::vector<Certificate>> bundleFromPem(std::string_view pem);

  [[nodiscard]] std::string pem() const;
  [[nodiscard]] const CertificateInfo& info() const { return *info_; }
  [[nodiscard]] bool belongsTo(const PrivateKey& key) const;
  [[nodiscard]] x509_st* handle() const { return certificate_.get(); }

 private:
  explicit Certificate(std::shared_ptr<x509_st> certificate);
  std::shared_ptr<x509_st> certificate_;
  std::shared_ptr<const CertificateInfo> info_;
};

/// Verifies `leaf` over `intermediates` to one of `roots` at time `at`. The failure names the reason and the depth.
Result<> verifyChain(const Certificate& leaf, const std::vector<Certificate>& intermediates, const std::vector<Certificate>& roots,
                     TimePoint at);

}  // namespace varka::pki
