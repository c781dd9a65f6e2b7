// The other end of a TLS connection: plain GnuTLS over any ByteStream, driven by hand with step().
#pragma once

#include <array>
#include <cerrno>
#include <memory>
#include <string>

#include <gnutls/gnutls.h>

#include "certificates.hpp"
#include "io/byte_stream.hpp"

namespace wsrelay::io {

struct TlsServerOptions {
  const char* priority = "NORMAL";
  bool demands_certificate = false;
  const Identity* trusts = nullptr;  // who signs the client's; null: any certificate will do
  bool tickets = false;              // can send session tickets
};

class TlsServer {
 public:
  TlsServer(std::unique_ptr<ByteStream> stream, const Identity& identity,
            const TlsServerOptions& options = {})
      : stream_(std::move(stream)) {
    gnutls_certificate_credentials_t credentials = nullptr;
    must(gnutls_certificate_allocate_credentials(&credentials));
    credentials_.reset(credentials);
    gnutls_x509_crt_t chain = identity.certificate.get();
    must(gnutls_certificate_set_x509_key(credentials, &chain, 1, identity.key.get()));
    gnutls_session_t session = nullptr;
    must(gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NONBLOCK));
    session_.reset(session);
    must(gnutls_priority_set_direct(session, options.priority, nullptr));
    must(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials));
    if (options.demands_certificate)
      gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
    if (options.trusts != nullptr) {
      gnutls_x509_crt_t authority = options.trusts->certificate.get();
      must(gnutls_certificate_set_x509_trust(credentials, &authority, 1));
      gnutls_session_set_verify_cert(session, nullptr, 0);
    }
    if (options.tickets) {
      gnutls_datum_t key{};
      must(gnutls_session_ticket_key_generate(&key));
      const int rc = gnutls_session_ticket_enable_server(session, &key);
      gnutls_free(key.data);
      must(rc);
    }
    gnutls_handshake_set_max_packet_length(session, 1024 * 1024);
    gnutls_transport_set_ptr(session, this);
    gnutls_transport_set_pull_function(session, [](void* self, void* out, std::size_t size) {
      return static_cast<TlsServer*>(self)->pull(out, size);
    });
    gnutls_transport_set_push_function(session, [](void* self, const void* data, std::size_t size) {
      return static_cast<TlsServer*>(self)->push(data, size);
    });
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  /// All progress possible. A handshake that fails is told to the client with an alert.
  void step() {
    if (!open && !failed) {
      const int rc = gnutls_handshake(session());
      open = rc == 0;
      failed = rc < 0 && gnutls_error_is_fatal(rc) != 0;
      last = rc;
      if (failed) say_why(rc);
    }
    if (!open) return;
    std::array<char, 4096> buffer{};
    for (ssize_t got; (got = gnutls_record_recv(session(), buffer.data(), buffer.size())) > 0;)
      (echoes ? to_send : received).append(buffer.data(), static_cast<std::size_t>(got));
    while (!to_send.empty()) {
      const ssize_t sent = gnutls_record_send(session(), to_send.data(), to_send.size());
      if (sent < 0) break;
      to_send.erase(0, static_cast<std::size_t>(sent));
    }
  }
  gnutls_session_t session() const { return session_.get(); }
  void drop() { stream_.reset(); }

  /// What the client showed; empty: no SNI, no certificate.
  std::string shown_name() const {
    std::array<char, 256> name{};
    std::size_t size = name.size();
    unsigned type = 0;
    return gnutls_server_name_get(session(), name.data(), &size, &type, 0) == 0 ? name.data() : "";
  }
  std::string client_subject() const {
    unsigned count = 0;
    const gnutls_datum_t* chain = gnutls_certificate_get_peers(session(), &count);
    if (chain == nullptr || count == 0) return {};
    gnutls_x509_crt_t raw = nullptr;
    must(gnutls_x509_crt_init(&raw));
    const Certificate certificate(raw);
    must(gnutls_x509_crt_import(raw, &chain[0], GNUTLS_X509_FMT_DER));
    std::array<char, 256> name{};
    std::size_t size = name.size();
    must(gnutls_x509_crt_get_dn(raw, name.data(), &size));
    return name.data();
  }

  bool open = false, failed = false, echoes = false;
  int last = 0;
  std::string received, to_send;

 private:
  // RFC 5246 §7.4.6; GnuTLS finds a missing certificate hard to decode.
  void say_why(int rc) const {
    if (rc == GNUTLS_E_NO_CERTIFICATE_FOUND) {
      gnutls_alert_send(session(), GNUTLS_AL_FATAL, GNUTLS_A_HANDSHAKE_FAILURE);
    } else {
      gnutls_alert_send_appropriate(session(), rc);
    }
  }
  ssize_t pull(void* out, std::size_t size) {
    if (stream_ == nullptr) return 0;
    const auto read = stream_->read({static_cast<std::byte*>(out), size});
    if (read && read->bytes > 0) return static_cast<ssize_t>(read->bytes);
    if (read && read->end) return 0;
    gnutls_transport_set_errno(session(), read ? EAGAIN : ECONNRESET);
    return -1;
  }
  ssize_t push(const void* data, std::size_t size) {
    if (stream_ == nullptr) return static_cast<ssize_t>(size);
    const auto written = stream_->write({static_cast<const std::byte*>(data), size});
    if (written && written->bytes > 0) return static_cast<ssize_t>(written->bytes);
    gnutls_transport_set_errno(session(), written ? EAGAIN : ECONNRESET);
    return -1;
  }

  std::unique_ptr<ByteStream> stream_;
  Handle<gnutls_certificate_credentials_st, gnutls_certificate_free_credentials> credentials_;
  Handle<gnutls_session_int, gnutls_deinit> session_;
};

/// A certificate authority for one test program, and the file that says so.
inline const Identity& authority() {
  static const Identity made = make_identity({.common_name = "Test CA", .authority = true});
  return made;
}
inline const TemporaryFile& ca_file() {
  static const TemporaryFile file(pem_of(authority().certificate));
  return file;
}

}  // namespace wsrelay::io
