#include "io/tls_identity.hpp"

#include <gnutls/x509.h>

#include <fmt/format.h>
#include <gnutls/gnutls.h>

#include "io/handle.hpp"
#include "io/pkcs11_url.hpp"

namespace wsrelay::io {
namespace {

using PrivateKey = Handle<gnutls_x509_privkey_int, gnutls_x509_privkey_deinit>;

/// Bytes of the library's; wiped, for they may be a key.
class Loaded {
 public:
  Loaded() = default;
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;
  ~Loaded() {
    if (datum_.data != nullptr) gnutls_memset(datum_.data, 0, datum_.size);
    gnutls_free(datum_.data);
  }
  gnutls_datum_t* out() { return &datum_; }

 private:
  gnutls_datum_t datum_{};
};

/// A certificate and those that lead to its issuer.
class Chain {
 public:
  Chain() = default;
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;
  ~Chain() {
    for (unsigned i = 0; i < size_; ++i) gnutls_x509_crt_deinit(all_[i]);
    gnutls_free(all_);
  }
  int load(const char* place) {
    if (is_pkcs11_url(place))
      return gnutls_x509_crt_list_import_url(&all_, &size_, place, nullptr, nullptr, 0);
    Loaded file;
    if (const int rc = gnutls_load_file(place, file.out()); rc < 0) return rc;
    return gnutls_x509_crt_list_import2(&all_, &size_, file.out(), GNUTLS_X509_FMT_PEM, 0);
  }
  gnutls_x509_crt_t* all() { return all_; }
  int size() const { return static_cast<int>(size_); }

 private:
  gnutls_x509_crt_t* all_ = nullptr;
  unsigned size_ = 0;
};

// What the codes of tokens come to for an operator; empty: GnuTLS's own words will do.
std::string_view advice_on(int code) {
  switch (code) {
    case GNUTLS_E_PKCS11_PIN_ERROR:
      return "the token wants a PIN, or another one (it is not tried again before a reload)";
    case GNUTLS_E_PKCS11_REQUESTED_OBJECT_NOT_AVAILBLE:
    case GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE:
      return "no token has it (p11tool --list-tokens shows which ones are found)";
    default:
      return {};
  }
}

tl::unexpected<Error> no_identity(const TlsSettings& settings, int code) {
  const std::string certificate = without_pin(settings.cert_file);
  const std::string key = without_pin(settings.key_file);
  if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
    return fail_tls(
        fmt::format("the key in {} does not belong to the certificate in {}", key, certificate),
        code);
  const std::string what =
      fmt::format("cannot load the certificate {} with the key {}", certificate, key);
  const bool in_token = is_pkcs11_url(certificate) || is_pkcs11_url(key);
  const std::string_view advice = in_token ? advice_on(code) : std::string_view();
  if (advice.empty()) return fail_tls(what, code);
  return tl::unexpected<Error>(
      Error{.fault = Fault::Tls, .text = fmt::format("{}: {}", what, advice), .tls_code = code});
}

/// The library has more than one word for a key that does not open.
bool is_closed(int code) {
  return code == GNUTLS_E_DECRYPTION_FAILED || code == GNUTLS_E_PK_DECRYPTION_FAILED ||
         code == GNUTLS_E_INVALID_PASSWORD;
}

tl::unexpected<Error> not_opened(const TlsSettings& settings, const Secret& password, int code) {
  std::string text =
      fmt::format("the key in {} is encrypted, and no key_password is given", settings.key_file);
  if (!password.empty()) {
    const std::string place = place_of(settings.key_password);
    text = fmt::format("the key_password{}{} does not open the key in {}",
                       place.empty() ? "" : " from ", place, settings.key_file);
    if (password.reveal().ends_with('\n')) text += "; it ends in a line break";
  }
  return tl::unexpected<Error>(
      Error{.fault = Fault::Tls, .text = std::move(text), .tls_code = code});
}

// GnuTLS's own way would leave the password in the credentials for as long as they live.
int load_encrypted(gnutls_certificate_credentials_t credentials, const char* certificate,
                   const char* key_file, const Secret& password) {
  gnutls_x509_privkey_t raw = nullptr;
  if (const int rc = gnutls_x509_privkey_init(&raw); rc < 0) return rc;
  const PrivateKey key(raw);
  Loaded file;
  if (const int rc = gnutls_load_file(key_file, file.out()); rc < 0) return rc;
  if (const int rc = gnutls_x509_privkey_import2(raw, file.out(), GNUTLS_X509_FMT_PEM,
                                                 password.reveal().data(), 0);
      rc < 0)
    return rc;
  Chain chain;
  if (const int rc = chain.load(certificate); rc < 0) return rc;
  return gnutls_certificate_set_x509_key(credentials, chain.all(), chain.size(), raw);
}

}  // namespace

tl::unexpected<Error> fail_tls(const std::string& text, int code) {
  return tl::unexpected<Error>(Error{.fault = Fault::Tls,
                                     .text = fmt::format("{}: {}", text, gnutls_strerror(code)),
                                     .tls_code = code});
}

Result<void> load_identity(gnutls_certificate_credentials_t credentials,
                           const TlsSettings& settings, const Secret& key_password) {
  if (settings.cert_file.empty() && settings.key_file.empty()) return {};
  if (settings.cert_file.empty() || settings.key_file.empty())
    return fail(Fault::Tls, fmt::format("{} needs a {} beside it",
                                        settings.cert_file.empty() ? "a key" : "a certificate",
                                        settings.cert_file.empty() ? "certificate" : "key"));
  const auto certificate = with_pin(settings.cert_file), key = with_pin(settings.key_file);
  if (!certificate) return tl::unexpected(certificate.error());
  if (!key) return tl::unexpected(key.error());
  const char* const cert_place = certificate->reveal().data();
  const char* const key_place = key->reveal().data();
  const bool in_token = is_pkcs11_url(settings.key_file);
  const int rc = in_token || key_password.empty()
                     ? gnutls_certificate_set_x509_key_file(credentials, cert_place, key_place,
                                                            GNUTLS_X509_FMT_PEM)
                     : load_encrypted(credentials, cert_place, key_place, key_password);
  if (rc >= 0) return {};
  return !in_token && is_closed(rc) ? not_opened(settings, key_password, rc)
                                    : no_identity(settings, rc);
}

}  // namespace wsrelay::io
