#include "core/citadel/lint.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace varka::citadel {
namespace {

bool has(const std::vector<std::string>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

Result<> lintWorkload(const pki::CertificateInfo& certificate, const std::string& expectedUri,
                      const pki::CertificateInfo& issuer, pki::TimePoint at) {
  const struct {
    bool holds;
    const char* rule;
  } rules[] = {
      {certificate.uris.size() == 1, "exactly one URI name"},
      {certificate.spiffeId() == expectedUri, "the URI name is the workload's identity"},
      {certificate.dnsNames.empty() && certificate.ipAddresses.empty(), "no other names"},
      {!certificate.isAuthority, "CA:FALSE"},
      {has(certificate.keyUsage, "digitalSignature"), "key usage digitalSignature"},
      {!has(certificate.keyUsage, "keyCertSign") && !has(certificate.keyUsage, "cRLSign"),
       "no signing of certificates"},
      {has(certificate.extendedKeyUsage, "serverAuth") && has(certificate.extendedKeyUsage, "clientAuth"),
       "extended key usage for server and client"},
      {certificate.subject.empty() == false || certificate.sanCritical,
       "critical names with an empty subject"},
      {certificate.serial.size() >= 16, "a serial of at least 64 bits"},
      {certificate.validity.notBefore <= at && at < certificate.validity.notAfter, "valid now"},
      {certificate.validity.notAfter <= issuer.validity.notAfter, "ends no later than its issuer"},
      {certificate.issuer == issuer.subject, "the issuer's name"},
  };
  for (const auto& [holds, rule] : rules)
    if (!holds)
      return fail("the certificate for " + expectedUri + " breaks a rule and was not handed out: " + rule);
  return {};
}

}  // namespace varka::citadel
