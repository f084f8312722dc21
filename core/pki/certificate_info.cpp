#include "core/pki/certificate_info.h"

#include <arpa/inet.h>

#include <ctime>

namespace varka::pki {
namespace {

std::string hex(const unsigned char* bytes, std::size_t length) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < length; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

std::string nameText(const X509_NAME* name) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  return takeText(bio.get());
}

TimePoint timeOf(const ASN1_TIME* time) {
  tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

std::string keyAlgorithm(EVP_PKEY* key) {
  if (!key) return {};
  const int bits = EVP_PKEY_get_bits(key);
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_EC: return "EC P-" + std::to_string(bits);
    case EVP_PKEY_RSA: return "RSA " + std::to_string(bits);
    case EVP_PKEY_ED25519: return "Ed25519";
    default: return OBJ_nid2sn(EVP_PKEY_get_base_id(key));
  }
}

std::vector<std::string> keyUsage(X509* certificate) {
  constexpr struct {
    std::uint32_t bit;
    const char* name;
  } kUsages[] = {{KU_DIGITAL_SIGNATURE, "digitalSignature"}, {KU_NON_REPUDIATION, "nonRepudiation"},
                 {KU_KEY_ENCIPHERMENT, "keyEncipherment"},   {KU_DATA_ENCIPHERMENT, "dataEncipherment"},
                 {KU_KEY_AGREEMENT, "keyAgreement"},         {KU_KEY_CERT_SIGN, "keyCertSign"},
                 {KU_CRL_SIGN, "cRLSign"}};
  std::vector<std::string> names;
  const std::uint32_t usage = X509_get_key_usage(certificate);
  if (usage == UINT32_MAX) return names;  // no such extension
  for (const auto& each : kUsages)
    if (usage & each.bit) names.emplace_back(each.name);
  return names;
}

std::vector<std::string> extendedKeyUsage(X509* certificate) {
  std::vector<std::string> names;
  const Owned<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free> usages(
      static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate, NID_ext_key_usage, nullptr, nullptr)));
  for (int i = 0; usages && i < sk_ASN1_OBJECT_num(usages.get()); ++i)
    names.emplace_back(OBJ_nid2sn(OBJ_obj2nid(sk_ASN1_OBJECT_value(usages.get(), i))));
  return names;
}

std::string serialOf(X509* certificate) {
  BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
  std::string text;
  if (number) {
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
    BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
    text = hex(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }
  BN_free(number);
  return text;
}

std::string nameOf(const GENERAL_NAME* name, int type) {
  if (type == GEN_IPADD) {
    const ASN1_OCTET_STRING* address = name->d.iPAddress;
    char text[INET6_ADDRSTRLEN] = {};
    const int length = ASN1_STRING_length(address);
    if (length == 4 || length == 16) inet_ntop(length == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof text);
    return text;
  }
  const ASN1_IA5STRING* text = type == GEN_URI ? name->d.uniformResourceIdentifier : name->d.dNSName;
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), static_cast<std::size_t>(ASN1_STRING_length(text))};
}

}  // namespace

std::vector<std::string> namesOfType(const GENERAL_NAMES* names, int type) {
  std::vector<std::string> found;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == type) found.push_back(nameOf(name, type));
  }
  return found;
}

CertificateInfo describe(X509* certificate) {
  CertificateInfo info;
  info.subject = nameText(X509_get_subject_name(certificate));
  info.issuer = nameText(X509_get_issuer_name(certificate));
  info.serial = serialOf(certificate);
  int critical = 0;
  const NamesPtr names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, &critical, nullptr)));
  info.uris = namesOfType(names.get(), GEN_URI);
  info.dnsNames = namesOfType(names.get(), GEN_DNS);
  info.ipAddresses = namesOfType(names.get(), GEN_IPADD);
  info.sanCritical = critical == 1;
  info.isAuthority = X509_check_ca(certificate) > 0;
  info.validity = {timeOf(X509_get0_notBefore(certificate)), timeOf(X509_get0_notAfter(certificate))};
  info.keyAlgorithm = keyAlgorithm(X509_get0_pubkey(certificate));
  info.keyUsage = keyUsage(certificate);
  info.extendedKeyUsage = extendedKeyUsage(certificate);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (X509_digest(certificate, EVP_sha256(), digest, &length) == 1) info.sha256 = hex(digest, length);
  ERR_clear_error();
  return info;
}

}  // namespace varka::pki
