#include "io/tls_context.hpp"

#include <fmt/format.h>
#include <gnutls/gnutls.h>

#include "io/pkcs11_url.hpp"

namespace wsrelay::io {
namespace {

tl::unexpected<Error> fail_tls(std::string text, int code) {
  return tl::unexpected<Error>(Error{.fault = Fault::Tls,
                                     .text = fmt::format("{}: {}", text, gnutls_strerror(code)),
                                     .tls_code = code});
}

Result<void> load_trust(gnutls_certificate_credentials_t credentials, const std::string& ca_file) {
  if (ca_file.empty()) {
    const int count = gnutls_certificate_set_x509_system_trust(credentials);
    if (count < 0) return fail_tls("cannot load the system's trusted certificates", count);
    if (count == 0)
      return fail(Fault::Tls,
                  "the system trusts no certificate authority (is ca-certificates installed?)");
    return {};
  }
  const int count =
      gnutls_certificate_set_x509_trust_file(credentials, ca_file.c_str(), GNUTLS_X509_FMT_PEM);
  if (count < 0) return fail_tls(fmt::format("cannot load certificates from {}", ca_file), count);
  if (count == 0) return fail(Fault::Tls, fmt::format("there is no certificate in {}", ca_file));
  return {};
}

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

Result<void> load_identity(gnutls_certificate_credentials_t credentials,
                           const TlsSettings& settings) {
  if (settings.cert_file.empty() && settings.key_file.empty()) return {};
  if (settings.cert_file.empty() || settings.key_file.empty())
    return fail(Fault::Tls, fmt::format("{} needs a {} beside it",
                                        settings.cert_file.empty() ? "a key" : "a certificate",
                                        settings.cert_file.empty() ? "certificate" : "key"));
  const auto certificate = with_pin(settings.cert_file), key = with_pin(settings.key_file);
  if (!certificate) return tl::unexpected(certificate.error());
  if (!key) return tl::unexpected(key.error());
  const int rc = gnutls_certificate_set_x509_key_file(credentials, certificate->reveal().data(),
                                                      key->reveal().data(), GNUTLS_X509_FMT_PEM);
  return rc < 0 ? no_identity(settings, rc) : Result<void>();
}

bool is_final(const Result<std::shared_ptr<const TlsContext>>& context) {
  return context || context.error().tls_code == GNUTLS_E_PKCS11_PIN_ERROR;
}

}  // namespace

void TlsContext::Free::operator()(gnutls_certificate_credentials_st* object) const noexcept {
  gnutls_certificate_free_credentials(object);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsSettings& settings) {
  gnutls_certificate_credentials_t raw = nullptr;
  if (const int rc = gnutls_certificate_allocate_credentials(&raw); rc < 0)
    return fail_tls("cannot set up TLS", rc);
  Credentials credentials(raw);
  if (auto trust = load_trust(raw, settings.ca_file); !trust) return tl::unexpected(trust.error());
  if (auto own = load_identity(raw, settings); !own) return tl::unexpected(own.error());
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(credentials)));
}

Result<std::shared_ptr<const TlsContext>> TlsContexts::context(const TlsSettings& settings) {
  const Files files{settings.ca_file, settings.cert_file, settings.key_file};
  const auto found = entries_.find(files);
  if (found != entries_.end() && is_final(found->second.context)) return found->second.context;
  auto loaded = TlsContext::load(settings);
  if (is_final(loaded)) entries_.insert_or_assign(files, Entry{settings, loaded});
  return loaded;
}

std::vector<Error> TlsContexts::reload() {
  std::vector<Error> errors;
  for (auto& [files, entry] : entries_) {
    auto loaded = TlsContext::load(entry.settings);
    if (!loaded) errors.push_back(loaded.error());
    if (loaded || !entry.context) entry.context = std::move(loaded);
  }
  return errors;
}

}  // namespace wsrelay::io
