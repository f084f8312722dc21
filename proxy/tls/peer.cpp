#include "proxy/tls/peer.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <re2/re2.h>

#include <memory>

#include "proxy/http/headers.h"
#include "proxy/tls/openssl_ptr.h"

namespace varka::proxy {
namespace {

struct NamesFree {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
std::string bioText(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string text(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

void readNames(X509* certificate, PeerCertificate& out) {
  const std::unique_ptr<GENERAL_NAMES, NamesFree> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (!names) return;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_URI) out.uris.push_back(text(name->d.uniformResourceIdentifier));
    if (name->type == GEN_DNS) out.dnsNames.push_back(text(name->d.dNSName));
  }
}

std::string hex(const unsigned char* bytes, unsigned size) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    out += kDigits[bytes[i] >> 4];
    out += kDigits[bytes[i] & 15];
  }
  return out;
}

std::string lower(std::string_view value) {
  std::string out(value);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

}  // namespace

PeerCertificate describeCertificate(X509* certificate) {
  PeerCertificate out;
  if (!certificate) return out;
  out.present = true;
  readNames(certificate, out);
  const Bio subject(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(subject.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  out.subject = bioText(subject.get());
  const Bio notAfter(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(notAfter.get(), X509_get0_notAfter(certificate));
  out.notAfter = bioText(notAfter.get());
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest, &size) == 1) out.sha256 = hex(digest, size);
  return out;
}

std::string certificateProblem(X509* certificate, const std::vector<xds::StringMatcher>& allowedNames) {
  PeerCertificate names;
  readNames(certificate, names);
  if (names.uris.size() > 1) return "the certificate has more than one URI name";
  const auto flags = X509_get_extension_flags(certificate);
  if ((flags & EXFLAG_CA) != 0 && !names.uris.empty()) return "the certificate is an authority's";
  if (!names.uris.empty() && (flags & EXFLAG_KUSAGE) != 0 &&
      (X509_get_key_usage(certificate) & (KU_KEY_CERT_SIGN | KU_CRL_SIGN)) != 0)
    return "the certificate may sign certificates";
  if (allowedNames.empty()) return {};
  for (const auto& matcher : allowedNames) {
    for (const auto& uri : names.uris)
      if (matchesString(matcher, uri)) return {};
    for (const auto& dns : names.dnsNames)
      if (matchesString(matcher, dns)) return {};
  }
  return "no subject alternative name of the certificate is allowed";
}

bool matchesString(const xds::StringMatcher& matcher, std::string_view text) {
  using M = xds::StringMatcher;
  const std::string folded = matcher.ignoreCase ? lower(text) : std::string();
  const std::string_view subject = matcher.ignoreCase ? std::string_view(folded) : text;
  const auto wanted = [&](const std::string& value) { return matcher.ignoreCase ? lower(value) : value; };
  if (const auto* exact = std::get_if<M::Exact>(&matcher.pattern)) return subject == wanted(exact->value);
  if (const auto* prefix = std::get_if<M::Prefix>(&matcher.pattern))
    return subject.starts_with(wanted(prefix->value));
  if (const auto* suffix = std::get_if<M::Suffix>(&matcher.pattern))
    return subject.ends_with(wanted(suffix->value));
  if (const auto* part = std::get_if<M::Contains>(&matcher.pattern))
    return subject.find(wanted(part->value)) != std::string_view::npos;
  if (const auto* regex = std::get_if<xds::RegexMatcher>(&matcher.pattern)) {
    const RE2 compiled(regex->regex, RE2::Quiet);
    return compiled.ok() && RE2::FullMatch(re2::StringPiece(text.data(), text.size()), compiled);
  }
  return false;
}

}  // namespace varka::proxy
