#include "io/tls_wire.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <gnutls/x509.h>

#include <arpa/inet.h>

namespace wsrelay::io {
namespace {

// On top of the distribution's and the administrator's own choice.
constexpr const char* kPriority = "-VERS-TLS1.1:-VERS-TLS1.0:-VERS-SSL3.0";

bool is_ip_literal(const std::string& name) {
  in6_addr address{};
  return inet_pton(AF_INET, name.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, name.c_str(), &address) == 1;
}

unsigned char* bytes_of(const char* text) {
  return reinterpret_cast<unsigned char*>(const_cast<char*>(text));
}

}  // namespace

int TlsWire::open(const TlsPeer& peer) {
  name_ = peer.name;
  verify_ = peer.verify;
  gnutls_session_t session = nullptr;
  // Whoever configured a certificate means it to be shown, also to a server whose list of issuers
  // does not name ours (it may name the root only).
  constexpr unsigned kFlags =
      GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_FORCE_CLIENT_CERT;
  if (const int rc = gnutls_init(&session, kFlags); rc < 0) return rc;
  session_.reset(session);
  if (const int rc = gnutls_set_default_priority_append(session, kPriority, nullptr, 0); rc < 0)
    return rc;
  if (const int rc =
          gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, context_->credentials());
      rc < 0)
    return rc;
  if (const int rc = show(peer); rc < 0) return rc;
  if (const int rc = set_verification(); rc < 0) return rc;
  gnutls_handshake_set_max_packet_length(session, kMostHandshakeBytes);
  gnutls_handshake_set_timeout(session, GNUTLS_INDEFINITE_TIMEOUT);  // the deadline is the Dial's
  gnutls_transport_set_ptr(session, this);
  gnutls_transport_set_pull_function(
      session, [](gnutls_transport_ptr_t self, void* out, std::size_t size) noexcept {
        return static_cast<TlsWire*>(self)->pull(out, size);
      });
  gnutls_transport_set_push_function(
      session, [](gnutls_transport_ptr_t self, const void* data, std::size_t size) noexcept {
        return static_cast<TlsWire*>(self)->push(data, size);
      });
  return 0;
}

int TlsWire::show(const TlsPeer& peer) {
  if (!peer.alpn.empty()) {
    const gnutls_datum_t protocol{bytes_of(peer.alpn.c_str()),
                                  static_cast<unsigned>(peer.alpn.size())};
    if (const int rc = gnutls_alpn_set_protocols(session(), &protocol, 1, 0); rc < 0) return rc;
  }
  // RFC 6066 §3: "Literal IPv4 and IPv6 addresses are not permitted in HostName".
  const std::string& shown = peer.server_name.empty() ? peer.name : peer.server_name;
  if (shown.empty() || is_ip_literal(shown)) return 0;
  return gnutls_server_name_set(session(), GNUTLS_NAME_DNS, shown.data(), shown.size());
}

int TlsWire::set_verification() {
  switch (verify_) {
    case TlsSettings::Verify::None:
      break;
    case TlsSettings::Verify::Chain:
      gnutls_session_set_verify_cert(session(), nullptr, 0);
      break;
    case TlsSettings::Verify::Full:
      // Without the purpose a client's certificate would do; an empty name would not be looked at.
      if (name_.empty()) return GNUTLS_E_INVALID_REQUEST;
      expected_[0] = {GNUTLS_DT_DNS_HOSTNAME, bytes_of(name_.c_str()), 0};
      expected_[1] = {GNUTLS_DT_KEY_PURPOSE_OID, bytes_of(GNUTLS_KP_TLS_WWW_SERVER), 0};
      gnutls_session_set_verify_cert2(session(), expected_.data(),
                                      static_cast<unsigned>(expected_.size()), 0);
      break;
  }
  return 0;
}

ssize_t TlsWire::pull(void* out, std::size_t size) {
  if (pull_begin_ == pull_end_ && !refill()) {
    if (ended_) return 0;
    gnutls_transport_set_errno(session(), failure_ ? ECONNRESET : EAGAIN);
    return -1;
  }
  const std::size_t count = std::min(size, pull_end_ - pull_begin_);
  std::memcpy(out, pull_->data() + pull_begin_, count);
  pull_begin_ += count;
  return static_cast<ssize_t>(count);
}

bool TlsWire::refill() {
  // One spare per thread: a busy stream gets its buffer back without asking the allocator.
  static thread_local std::unique_ptr<Buffer> spare;
  if (failure_ || ended_) return false;
  if (pull_ == nullptr)
    pull_ = spare != nullptr ? std::move(spare) : std::make_unique_for_overwrite<Buffer>();
  auto progress = lower_->read(*pull_);
  if (progress && progress->bytes > 0) {
    if (!heard_) {  // RFC 8446 §5.1: a server begins with an alert (21) or a handshake record (22)
      const auto type = std::to_integer<int>(pull_->front());
      looks_like_tls_ = type == 21 || type == 22;
      heard_ = true;
    }
    pull_begin_ = 0;
    pull_end_ = progress->bytes;
    return true;
  }
  if (!progress) {
    failure_ = std::move(progress.error());
  } else {
    ended_ = progress->end;
    starved_ = !progress->end;
    wants_.wants_readable |= progress->wants_readable;
    wants_.wants_writable |= progress->wants_writable;
  }
  spare = std::move(pull_);
  pull_begin_ = pull_end_ = 0;
  return false;
}

ssize_t TlsWire::push(const void* data, std::size_t size) {
  // Only a peer that asks and asks and never reads gets us here.
  if (unflushed() >= 4 * kPushBuffer && !flush()) {
    gnutls_transport_set_errno(session(), failure_ ? ECONNRESET : EAGAIN);
    return -1;
  }
  const auto* begin = static_cast<const std::byte*>(data);
  push_.insert(push_.end(), begin, begin + size);
  return static_cast<ssize_t>(size);
}

bool TlsWire::flush() {
  while (unflushed() > 0 && !failure_) {
    auto progress = lower_->write(BytesView(push_).subspan(pushed_));
    if (!progress) {
      failure_ = std::move(progress.error());
    } else if (progress->bytes == 0) {
      blocked_ = true;
      wants_.wants_readable |= progress->wants_readable;
      wants_.wants_writable |= progress->wants_writable;
      return false;
    } else {
      pushed_ += progress->bytes;
    }
  }
  if (failure_) return false;
  pushed_ = 0;
  push_.clear();
  if (push_.capacity() > 4096) Bytes().swap(push_);
  return true;
}

}  // namespace wsrelay::io
