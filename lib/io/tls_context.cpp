#include "io/tls_context.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <gnutls/gnutls.h>

#include "base/digest.hpp"
#include "base/random.hpp"
#include "io/tls_identity.hpp"

namespace wsrelay::io {
namespace {

constexpr std::size_t kMostErrors = 16;
constexpr const char* kSystemStore = "/etc/ssl/certs/ca-certificates.crt";  // where GnuTLS looks

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

bool is_wrong_pin(const Result<std::shared_ptr<const TlsContext>>& context) {
  return !context && context.error().tls_code == GNUTLS_E_PKCS11_PIN_ERROR;
}

}  // namespace

void TlsContext::Free::operator()(gnutls_certificate_credentials_st* object) const noexcept {
  gnutls_certificate_free_credentials(object);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsSettings& settings,
                                                           const Secret& key_password) {
  gnutls_certificate_credentials_t raw = nullptr;
  if (const int rc = gnutls_certificate_allocate_credentials(&raw); rc < 0)
    return fail_tls("cannot set up TLS", rc);
  Credentials credentials(raw);
  if (auto trust = load_trust(raw, settings.ca_file); !trust) return tl::unexpected(trust.error());
  if (auto own = load_identity(raw, settings, key_password); !own)
    return tl::unexpected(own.error());
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(credentials)));
}

TlsContexts::TlsContexts() {
  SystemRandom().fill(salt_);
}

Result<std::shared_ptr<const TlsContext>> TlsContexts::context(const TlsSettings& settings,
                                                               const Secret& key_password) {
  const Identity identity{
      settings.ca_file, settings.cert_file, settings.key_file,
      key_password.empty() ? Digest{} : hmac_sha256(salt_, as_bytes(key_password.reveal()))};
  // Before the files are read: what changes meanwhile has another stamp the next time.
  const Stamps stamps{stamp_of(settings.ca_file.empty() ? kSystemStore : settings.ca_file),
                      stamp_of(settings.cert_file), stamp_of(settings.key_file)};
  const auto found = entries_.find(identity);
  if (found != entries_.end() && found->second.is_settled(stamps)) return found->second.context;
  auto loaded = TlsContext::load(settings, key_password);
  if (found == entries_.end() || !found->second.context)
    return keep(identity, stamps, std::move(loaded));
  Entry& entry = found->second;
  entry.stamps = stamps;
  entry.stale = false;
  if (loaded)
    entry.context = std::move(loaded);
  else if (errors_.size() < kMostErrors)
    errors_.push_back(std::move(loaded.error()));
  return entry.context;
}

bool TlsContexts::Entry::is_settled(const Stamps& now) const {
  return !stale && (!context || stamps == now);  // of errors only a wrong PIN is kept
}

Result<std::shared_ptr<const TlsContext>> TlsContexts::keep(const Identity& identity,
                                                            const Stamps& stamps, Loaded loaded) {
  if (!loaded && !is_wrong_pin(loaded)) {
    entries_.erase(identity);
    return loaded;
  }
  // The same files with the password of before: that context will never be asked for again.
  std::erase_if(entries_, [&](const auto& each) {
    const Identity& other = each.first;
    return other.ca == identity.ca && other.certificate == identity.certificate &&
           other.key == identity.key && each.second.stamps != stamps;
  });
  entries_.insert_or_assign(identity, Entry{loaded, stamps});
  return loaded;
}

void TlsContexts::refresh() {
  for (auto& each : entries_) each.second.stale = true;
}

}  // namespace wsrelay::io
