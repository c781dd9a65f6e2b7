#include "io/tls_verdict.hpp"

#include <array>
#include <cstring>
#include <gnutls/x509.h>
#include <string_view>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/time.hpp"
#include "io/tls_wire.hpp"

namespace wsrelay::io {
namespace {

void free_text(unsigned char* text) {
  gnutls_free(text);
}
using Text = Handle<unsigned char, free_text>;
using Certificate = Handle<gnutls_x509_crt_int, gnutls_x509_crt_deinit>;

Certificate peer_certificate(gnutls_session_t session) {
  unsigned count = 0;
  const gnutls_datum_t* chain = gnutls_certificate_get_peers(session, &count);
  gnutls_x509_crt_t raw = nullptr;
  if (chain == nullptr || count == 0 || gnutls_x509_crt_init(&raw) < 0) return nullptr;
  Certificate certificate(raw);
  if (gnutls_x509_crt_import(raw, &chain[0], GNUTLS_X509_FMT_DER) < 0) return nullptr;
  return certificate;
}

std::string rfc3339(time_t at) {
  return print_wall_time(WallTime(std::chrono::seconds(at)));
}

std::string subject_of(const Certificate& certificate) {
  gnutls_datum_t text{};
  if (gnutls_x509_crt_get_dn3(certificate.get(), &text, 0) < 0) return {};
  const Text owned(text.data);
  return {reinterpret_cast<const char*>(text.data), text.size};
}

struct AlternativeName {
  int type;
  std::string value;
};

std::vector<AlternativeName> alternative_names(const Certificate& certificate) {
  std::vector<AlternativeName> names;
  std::array<char, 1024> buffer{};
  for (unsigned i = 0; i < 64; ++i) {
    std::size_t size = buffer.size();
    const int type =
        gnutls_x509_crt_get_subject_alt_name(certificate.get(), i, buffer.data(), &size, nullptr);
    if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) break;
    if (type >= 0) names.push_back({type, std::string(buffer.data(), size)});
  }
  return names;
}

// For a message: at most five, in print.
std::string printed(const std::vector<AlternativeName>& names) {
  std::string text;
  int shown = 0;
  for (const auto& name : names) {
    std::array<char, INET6_ADDRSTRLEN> address{};
    std::string one = name.value;
    if (name.type == GNUTLS_SAN_IPADDRESS) {
      const int family = one.size() == 4 ? AF_INET : AF_INET6;
      if (one.size() != 4 && one.size() != 16) continue;
      one = inet_ntop(family, name.value.data(), address.data(), address.size());
    } else if (name.type != GNUTLS_SAN_DNSNAME) {
      continue;
    }
    if (shown++ == 5) return text + ", …";
    text += (text.empty() ? "" : ", ") + one;
  }
  return text;
}

// Subject and issuer are the same and nobody else vouches for it.
bool is_self_signed(gnutls_session_t session, const Certificate& certificate) {
  unsigned count = 0;
  gnutls_certificate_get_peers(session, &count);
  return count == 1 && gnutls_x509_crt_check_issuer(certificate.get(), certificate.get()) != 0;
}

std::string name_mismatch(const Certificate& certificate, const std::string& wanted) {
  const std::string names = printed(alternative_names(certificate));
  if (names.empty())
    return fmt::format("the certificate names no host, so it is not for {}", wanted);
  return fmt::format("the certificate is for other names ({}), not for {}", names, wanted);
}

std::string meaning_of(unsigned status, gnutls_session_t session, const std::string& wanted) {
  const Certificate certificate = peer_certificate(session);
  if (certificate == nullptr) return "the peer shows no certificate that can be read";
  // The chain first: who is not trusted may write any date and any name.
  if ((status & GNUTLS_CERT_REVOKED) != 0) return "the certificate is revoked";
  if ((status & GNUTLS_CERT_SIGNER_NOT_FOUND) != 0)
    return is_self_signed(session, certificate)
               ? "the certificate is self-signed and not trusted"
               : "issuer not found (does the server send an incomplete chain?)";
  if ((status & GNUTLS_CERT_SIGNER_NOT_CA) != 0) return "the issuer is not a certificate authority";
  if ((status & GNUTLS_CERT_INSECURE_ALGORITHM) != 0)
    return "the certificate is signed with an insecure algorithm";
  if ((status & GNUTLS_CERT_NOT_ACTIVATED) != 0) {
    const time_t from = gnutls_x509_crt_get_activation_time(certificate.get());
    return fmt::format("certificate not valid before {} (is this machine's clock right?)",
                       rfc3339(from));
  }
  if ((status & GNUTLS_CERT_EXPIRED) != 0) {
    const time_t until = gnutls_x509_crt_get_expiration_time(certificate.get());
    return until < time(nullptr) ? fmt::format("certificate expired on {}", rfc3339(until))
                                 : "a certificate in the chain has expired";
  }
  if ((status & GNUTLS_CERT_UNEXPECTED_OWNER) != 0) return name_mismatch(certificate, wanted);
  if ((status & GNUTLS_CERT_PURPOSE_MISMATCH) != 0)
    return "the certificate is not meant for servers";
  gnutls_datum_t text{};
  if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) < 0)
    return "the certificate is not trusted";
  const Text owned(text.data);
  return {reinterpret_cast<const char*>(text.data), text.size};
}

bool is_about_certificate(gnutls_alert_description_t alert) {
  switch (alert) {
    case GNUTLS_A_BAD_CERTIFICATE:
    case GNUTLS_A_UNSUPPORTED_CERTIFICATE:
    case GNUTLS_A_CERTIFICATE_REVOKED:
    case GNUTLS_A_CERTIFICATE_EXPIRED:
    case GNUTLS_A_CERTIFICATE_UNKNOWN:
    case GNUTLS_A_UNKNOWN_CA:
    case GNUTLS_A_CERTIFICATE_REQUIRED:
      return true;
    default:
      return false;
  }
}

std::string alert_text(gnutls_session_t session) {
  const gnutls_alert_description_t alert = gnutls_alert_get(session);
  const char* known = gnutls_alert_get_name(alert);
  const std::string name = known != nullptr ? known : std::to_string(static_cast<int>(alert));

  if (is_about_certificate(alert)) {
    const bool shown = gnutls_certificate_get_ours(session) != nullptr;
    return fmt::format("the peer {} (alert: {})",
                       shown ? "does not accept our certificate" : "wants a client certificate",
                       name);
  }
  if (alert == GNUTLS_A_PROTOCOL_VERSION) return "the peer offers no TLS 1.2 or newer";
  if (alert == GNUTLS_A_HANDSHAKE_FAILURE)
    return "the peer found no common ground (alert: handshake failure); it may want another "
           "cipher, or a client certificate";
  return fmt::format("the peer refused (alert: {})", name);
}

std::string meaning_of_code(const TlsWire& wire, int code) {
  if (!wire.looks_like_tls()) return "the peer does not speak TLS";
  switch (code) {
    case GNUTLS_E_FATAL_ALERT_RECEIVED:
      return alert_text(wire.session());
    case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
      return "the peer offers no TLS 1.2 or newer";
    case GNUTLS_E_HANDSHAKE_TOO_LARGE:
      return fmt::format("a handshake message has more than {} KiB",
                         TlsWire::kMostHandshakeBytes / 1024);
    case GNUTLS_E_PREMATURE_TERMINATION:
      return "the peer closed the connection during the TLS handshake";
    case GNUTLS_E_REHANDSHAKE:
      return "the peer insists on renegotiation";
    case GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS:
      return "the peer changes its keys too often";
    default:
      return fmt::format("TLS failed: {}", gnutls_strerror(code));
  }
}

}  // namespace

Error tls_error(const TlsWire& wire, int code) {
  if (wire.failure()) return *wire.failure();
  Error error{.fault = Fault::Tls, .text = {}, .tls_code = code};
  if (code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR) {
    error.tls_verify = gnutls_session_get_verify_cert_status(wire.session());
    error.text = meaning_of(error.tls_verify, wire.session(), wire.expected_name());
  } else {
    error.text = meaning_of_code(wire, code);
  }
  return error;
}

Result<void> check_alternative_names(const TlsWire& wire) {
  const std::string& wanted = wire.expected_name();
  const Certificate certificate = peer_certificate(wire.session());
  std::array<char, 16> address{};
  const std::size_t size = inet_pton(AF_INET, wanted.c_str(), address.data()) == 1    ? 4
                           : inet_pton(AF_INET6, wanted.c_str(), address.data()) == 1 ? 16
                                                                                      : 0;
  if (certificate != nullptr)
    for (const auto& name : alternative_names(certificate)) {
      // Which name matches is GnuTLS's to say; a literal has to stand there byte by byte.
      if (size == 0 && name.type == GNUTLS_SAN_DNSNAME) return {};
      if (size > 0 && name.type == GNUTLS_SAN_IPADDRESS &&
          std::string_view(name.value) == std::string_view(address.data(), size))
        return {};
    }
  Error error{.fault = Fault::Tls,
              .text = certificate == nullptr ? "the peer shows no certificate that can be read"
                                             : name_mismatch(certificate, wanted),
              .tls_code = GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR,
              .tls_verify = GNUTLS_CERT_INVALID | GNUTLS_CERT_UNEXPECTED_OWNER};
  return tl::unexpected(std::move(error));
}

void add_tls_facts(gnutls_session_t session, StreamFacts& facts) {
  facts.tls_version = gnutls_protocol_get_name(gnutls_protocol_get_version(session));
  facts.tls_cipher = gnutls_cipher_get_name(gnutls_cipher_get(session));
  const Certificate certificate = peer_certificate(session);
  if (certificate == nullptr) return;
  facts.tls_peer = subject_of(certificate);
  facts.tls_not_after = rfc3339(gnutls_x509_crt_get_expiration_time(certificate.get()));
}

}  // namespace wsrelay::io
