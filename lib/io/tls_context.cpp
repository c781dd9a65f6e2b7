#include "io/tls_context.hpp"

#include <fmt/format.h>
#include <gnutls/gnutls.h>

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

Result<void> load_identity(gnutls_certificate_credentials_t credentials,
                           const TlsSettings& settings) {
  if (settings.cert_file.empty() && settings.key_file.empty()) return {};
  if (settings.cert_file.empty() || settings.key_file.empty())
    return fail(Fault::Tls, fmt::format("{} needs a {} beside it",
                                        settings.cert_file.empty() ? "a key" : "a certificate",
                                        settings.cert_file.empty() ? "certificate" : "key"));
  const int rc = gnutls_certificate_set_x509_key_file(
      credentials, settings.cert_file.c_str(), settings.key_file.c_str(), GNUTLS_X509_FMT_PEM);
  if (rc == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
    return fail_tls(fmt::format("the key in {} does not belong to the certificate in {}",
                                settings.key_file, settings.cert_file),
                    rc);
  if (rc < 0)
    return fail_tls(fmt::format("cannot load the certificate {} with the key {}",
                                settings.cert_file, settings.key_file),
                    rc);
  return {};
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
  if (const auto found = entries_.find(files); found != entries_.end())
    return found->second.context;
  auto loaded = TlsContext::load(settings);
  if (loaded) entries_.emplace(files, Entry{settings, *loaded});
  return loaded;
}

std::vector<Error> TlsContexts::reload() {
  std::vector<Error> errors;
  for (auto& [files, entry] : entries_) {
    if (auto loaded = TlsContext::load(entry.settings)) {
      entry.context = std::move(*loaded);
    } else {
      errors.push_back(std::move(loaded.error()));
    }
  }
  return errors;
}

}  // namespace wsrelay::io
