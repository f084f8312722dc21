#include "core/pki/certificate.h"

#include <arpa/inet.h>

#include "core/pki/certificate_info.h"
#include "core/pki/openssl.h"

namespace varka::pki {
namespace {

/// One extension in OpenSSL's notation, "critical,CA:TRUE".
struct Extension {
  int nid;
  std::string value;
};

Result<> addExtensions(X509* certificate, X509* issuer, const std::vector<Extension>& extensions) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  for (const auto& each : extensions) {
    const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, each.nid, each.value.c_str()));
    if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) return sslFailure("add certificate extension " + each.value);
  }
  return {};
}

bool addName(GENERAL_NAMES* names, int type, std::string_view text) {
  ASN1_IA5STRING* value = ASN1_IA5STRING_new();
  GENERAL_NAME* name = GENERAL_NAME_new();
  if (!value || !name || ASN1_STRING_set(value, text.data(), static_cast<int>(text.size())) != 1) {
    ASN1_IA5STRING_free(value);
    GENERAL_NAME_free(name);
    return false;
  }
  GENERAL_NAME_set0_value(name, type, value);
  return sk_GENERAL_NAME_push(names, name) > 0;
}

bool addAddress(GENERAL_NAMES* names, std::string_view bytes) {
  ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
  GENERAL_NAME* name = GENERAL_NAME_new();
  if (!value || !name || ASN1_OCTET_STRING_set(value, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) != 1) {
    ASN1_OCTET_STRING_free(value);
    GENERAL_NAME_free(name);
    return false;
  }
  GENERAL_NAME_set0_value(name, GEN_IPADD, value);
  return sk_GENERAL_NAME_push(names, name) > 0;
}

/// 128 random bits, positive and never zero (RFC 5280 §4.1.2.2).
bool setRandomSerial(X509* certificate) {
  BIGNUM* number = BN_new();
  const bool good = number && BN_rand(number, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
                    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(number);
  return good;
}

bool setValidity(X509* certificate, Validity validity) {
  const auto seconds = [](TimePoint at) { return std::chrono::system_clock::to_time_t(at); };
  return ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(validity.notBefore)) &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(validity.notAfter));
}

bool addSubject(X509_NAME* name, const char* field, const std::string& text) {
  return text.empty() || X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                                                    static_cast<int>(text.size()), -1, 0) == 1;
}

/// A version 3 certificate with serial, validity and key, still without subject, extensions and signature.
Result<CertPtr> blank(EVP_PKEY* key, Validity validity) {
  CertPtr certificate(X509_new());
  if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1 || !setRandomSerial(certificate.get()) ||
      !setValidity(certificate.get(), validity) || X509_set_pubkey(certificate.get(), key) != 1)
    return sslFailure("prepare a certificate");
  return certificate;
}

Result<std::shared_ptr<X509>> sign(CertPtr certificate, X509* issuer, EVP_PKEY* issuerKey) {
  if (X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer)) != 1) return sslFailure("name the issuer");
  if (X509_sign(certificate.get(), issuerKey, EVP_sha256()) == 0) return sslFailure("sign a certificate");
  return std::shared_ptr<X509>(certificate.release(), X509_free);
}

}  // namespace

// --- requests ------------------------------------------------------------------------------------
Result<CertificateRequest> CertificateRequest::create(const PrivateKey& key, const SpiffeId& id) {
  RequestPtr request(X509_REQ_new());
  const NamesPtr names(GENERAL_NAMES_new());
  STACK_OF(X509_EXTENSION)* extensions = nullptr;
  const bool good = request && names && addName(names.get(), GEN_URI, id.uri()) &&
                    X509V3_add1_i2d(&extensions, NID_subject_alt_name, names.get(), 1, X509V3_ADD_DEFAULT) == 1 &&
                    X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1 &&
                    X509_REQ_set_pubkey(request.get(), key.handle()) == 1 && X509_REQ_add_extensions(request.get(), extensions) == 1 &&
                    X509_REQ_sign(request.get(), key.handle(), EVP_sha256()) > 0;
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  if (!good) return sslFailure("make a certificate request");
  return CertificateRequest(std::shared_ptr<X509_REQ>(request.release(), X509_REQ_free));
}

Result<CertificateRequest> CertificateRequest::fromPem(std::string_view pem) {
  const BioPtr bio = readBio(pem);
  RequestPtr request(PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr));
  if (!request) return sslFailure("read a certificate request");
  EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
  if (!key || X509_REQ_verify(request.get(), key) != 1) return sslFailure("the certificate request is not signed by its own key");
  return CertificateRequest(std::shared_ptr<X509_REQ>(request.release(), X509_REQ_free));
}

std::string CertificateRequest::pem() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509_REQ(bio.get(), request_.get()) != 1) return {};
  return takeText(bio.get());
}

std::vector<std::string> CertificateRequest::uris() const {
  STACK_OF(X509_EXTENSION)* extensions = X509_REQ_get_extensions(request_.get());
  const NamesPtr names(static_cast<GENERAL_NAMES*>(X509V3_get_d2i(extensions, NID_subject_alt_name, nullptr, nullptr)));
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  return namesOfType(names.get(), GEN_URI);
}

// --- certificates --------------------------------------------------------------------------------
Certificate::Certificate(std::shared_ptr<X509> certificate)
    : certificate_(std::move(certificate)), info_(std::make_shared<const CertificateInfo>(describe(certificate_.get()))) {}

Result<Certificate> Certificate::selfSignedRoot(const PrivateKey& key, const std::string& commonName, const std::string& organization,
                                                Validity validity) {
  auto certificate = blank(key.handle(), validity);
  if (!certificate) return fail(certificate.error());
  X509_NAME* subject = X509_get_subject_name(certificate->get());
  if (!addSubject(subject, "O", organization) || !addSubject(subject, "CN", commonName)) return sslFailure("name the root certificate");
  const auto extended = addExtensions(certificate->get(), certificate->get(),
                                      {{NID_basic_constraints, "critical,CA:TRUE"},
                                       {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                       {NID_subject_key_identifier, "hash"}});
  if (!extended) return fail(extended.error());
  X509* self = certificate->get();
  auto done = sign(std::move(*certificate), self, key.handle());
  if (!done) return fail(done.error());
  return Certificate(std::move(*done));
}

Result<Certificate> Certificate::signWorkload(const CertificateRequest& request, const SpiffeId& id, Validity validity,
                                              const Certificate& issuer, const PrivateKey& issuerKey) {
  auto certificate = blank(X509_REQ_get0_pubkey(request.handle()), validity);
  if (!certificate) return fail(certificate.error());
  const NamesPtr names(GENERAL_NAMES_new());
  // The subject is empty, so the SAN must be critical (RFC 5280 §4.2.1.6).
  if (!names || !addName(names.get(), GEN_URI, id.uri()) ||
      X509_add1_ext_i2d(certificate->get(), NID_subject_alt_name, names.get(), 1, X509V3_ADD_DEFAULT) != 1)
    return sslFailure("write the SPIFFE id");
  const auto extended = addExtensions(certificate->get(), issuer.handle(),
                                      {{NID_basic_constraints, "critical,CA:FALSE"},
                                       {NID_key_usage, "critical,digitalSignature,keyEncipherment"},
                                       {NID_ext_key_usage, "serverAuth,clientAuth"},
                                       {NID_authority_key_identifier, "keyid"}});
  if (!extended) return fail(extended.error());
  auto done = sign(std::move(*certificate), issuer.handle(), issuerKey.handle());
  if (!done) return fail(done.error());
  return Certificate(std::move(*done));
}

Result<Certificate> Certificate::signServer(const PrivateKey& key, const std::string& commonName, const std::vector<std::string>& names,
                                            Validity validity, const Certificate& issuer, const PrivateKey& issuerKey) {
  auto certificate = blank(key.handle(), validity);
  if (!certificate) return fail(certificate.error());
  if (!addSubject(X509_get_subject_name(certificate->get()), "CN", commonName)) return sslFailure("name the certificate");
  const NamesPtr alternatives(GENERAL_NAMES_new());
  for (const auto& name : names) {
    unsigned char bytes[16];
    const int length = inet_pton(AF_INET, name.c_str(), bytes) == 1 ? 4 : inet_pton(AF_INET6, name.c_str(), bytes) == 1 ? 16 : 0;
    const bool added = length ? addAddress(alternatives.get(), {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length)})
                              : addName(alternatives.get(), GEN_DNS, name);
    if (!added) return sslFailure("write the name " + name);
  }
  if (!names.empty() && X509_add1_ext_i2d(certificate->get(), NID_subject_alt_name, alternatives.get(), 0, X509V3_ADD_DEFAULT) != 1)
    return sslFailure("write the subject alternative names");
  const auto extended = addExtensions(certificate->get(), issuer.handle(),
                                      {{NID_basic_constraints, "critical,CA:FALSE"},
                                       {NID_key_usage, "critical,digitalSignature,keyEncipherment"},
                                       {NID_ext_key_usage, "serverAuth"},
                                       {NID_authority_key_identifier, "keyid"}});
  if (!extended) return fail(extended.error());
  auto done = sign(std::move(*certificate), issuer.handle(), issuerKey.handle());
  if (!done) return fail(done.error());
  return Certificate(std::move(*done));
}

Result<std::vector<Certificate>> Certificate::bundleFromPem(std::string_view pem) {
  const BioPtr bio = readBio(pem);
  std::vector<Certificate> bundle;
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
    bundle.push_back(Certificate(std::shared_ptr<X509>(certificate, X509_free)));
  // "No start line" is how the end of the text shows; anything else is a broken certificate.
  const unsigned long last = ERR_peek_last_error();
  const bool atEnd = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
  if (!atEnd) return sslFailure("read certificate " + std::to_string(bundle.size() + 1));
  ERR_clear_error();
  if (bundle.empty()) return fail("there is no certificate in the text");
  return bundle;
}

Result<Certificate> Certificate::fromPem(std::string_view pem) {
  auto bundle = bundleFromPem(pem);
  if (!bundle) return fail(bundle.error());
  return std::move(bundle->front());
}

std::string Certificate::pem() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(bio.get(), certificate_.get()) != 1) return {};
  return takeText(bio.get());
}

bool Certificate::belongsTo(const PrivateKey& key) const {
  const bool same = X509_check_private_key(certificate_.get(), key.handle()) == 1;
  ERR_clear_error();
  return same;
}

// --- chains --------------------------------------------------------------------------------------
Result<> verifyChain(const Certificate& leaf, const std::vector<Certificate>& intermediates, const std::vector<Certificate>& roots,
                     TimePoint at) {
  const Owned<X509_STORE, X509_STORE_free> store(X509_STORE_new());
  const Owned<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
  STACK_OF(X509)* chain = sk_X509_new_null();
  for (const auto& each : roots) X509_STORE_add_cert(store.get(), each.handle());
  for (const auto& each : intermediates) sk_X509_push(chain, each.handle());
  Result<> result;
  if (X509_STORE_CTX_init(context.get(), store.get(), leaf.handle(), chain) != 1) {
    result = sslFailure("prepare verification");
  } else {
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context.get()), std::chrono::system_clock::to_time_t(at));
    if (X509_verify_cert(context.get()) != 1) {
      const int code = X509_STORE_CTX_get_error(context.get());
      result = fail(std::string(X509_verify_cert_error_string(code)) + " (at depth " +
                    std::to_string(X509_STORE_CTX_get_error_depth(context.get())) + ")");
    }
  }
  sk_X509_free(chain);
  ERR_clear_error();
  return result;
}

}  // namespace varka::pki
