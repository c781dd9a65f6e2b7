#include "io/tls_stream.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "io/tls_verdict.hpp"
#include "io/tls_wire.hpp"

namespace wsrelay::io {
namespace {

// Key updates and session tickets in one read; GnuTLS itself stops a flood of the former.
constexpr int kMostSilentRecords = 64;

bool again(ssize_t code) {
  return code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED;
}

}  // namespace

TlsHandshake::TlsHandshake(std::unique_ptr<TlsWire> wire) : wire_(std::move(wire)) {}
TlsHandshake::TlsHandshake(TlsHandshake&&) noexcept = default;
TlsHandshake& TlsHandshake::operator=(TlsHandshake&&) noexcept = default;
TlsHandshake::~TlsHandshake() = default;

Result<TlsHandshake> TlsHandshake::start(std::unique_ptr<ByteStream> lower,
                                         std::shared_ptr<const TlsContext> context,
                                         const TlsPeer& peer) {
  auto wire = std::make_unique<TlsWire>(std::move(lower), std::move(context));
  if (const int rc = wire->open(peer); rc < 0)
    return tl::unexpected<Error>(
        Error{.fault = Fault::Tls,
              .text = fmt::format("cannot set up TLS: {}", gnutls_strerror(rc)),
              .tls_code = rc});
  return TlsHandshake(std::move(wire));
}

Result<std::unique_ptr<ByteStream>> TlsHandshake::advance() {
  wire_->forget_wants();
  int rc = 0;
  while (!agreed_) {
    rc = gnutls_handshake(wire_->session());
    agreed_ = rc == 0;  // from here on another call would begin a second handshake
    if (gnutls_error_is_fatal(rc) || wire_->starved() || !wire_->flush()) break;
  }
  if (rc < 0 && gnutls_error_is_fatal(rc)) {
    const Error error = tls_error(*wire_, rc);
    gnutls_alert_send_appropriate(wire_->session(), rc);  // so that the peer's log says why
    wire_->flush();
    return tl::unexpected(error);
  }
  // An alert or a Finished of ours must leave before we say anything about the outcome.
  if (!wire_->flush() && wire_->failure()) return tl::unexpected(*wire_->failure());
  if (!agreed_ || wire_->unflushed() > 0) return nullptr;
  if (wire_->verify() == TlsSettings::Verify::Full)
    if (auto named = check_alternative_names(*wire_); !named) return tl::unexpected(named.error());
  return std::unique_ptr<ByteStream>(new TlsStream(std::move(wire_)));
}

Wait TlsHandshake::wait() const {
  const Progress wants = wire_->wants();
  return {.fd = wire_->lower().fd(),
          .readable = wants.wants_readable,
          .writable = wants.wants_writable};
}

TlsStream::TlsStream(std::unique_ptr<TlsWire> wire) : wire_(std::move(wire)) {}
TlsStream::~TlsStream() = default;

FdId TlsStream::fd() const {
  return wire_->lower().fd();
}

Result<Progress> TlsStream::read(std::span<std::byte> buffer) {
  wire_->forget_wants();
  for (int records = 0; records < kMostSilentRecords; ++records) {
    const ssize_t count = gnutls_record_recv(wire_->session(), buffer.data(), buffer.size());
    if (count > 0) {
      wire_->flush();  // the answer to a key update
      return Progress{.bytes = static_cast<std::size_t>(count)};
    }
    if (wire_->failure()) return tl::unexpected(*wire_->failure());
    if (count == 0 || count == GNUTLS_E_PREMATURE_TERMINATION) return Progress{.end = true};
    if (count == GNUTLS_E_REHANDSHAKE && !renegotiation_refused_) {
      // RFC 5246 §7.4.1.1: a client that does not wish to renegotiate MAY say no_renegotiation.
      renegotiation_refused_ = true;
      gnutls_alert_send(wire_->session(), GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION);
    } else if (count == GNUTLS_E_REHANDSHAKE || gnutls_error_is_fatal(static_cast<int>(count))) {
      return tl::unexpected(tls_error(*wire_, static_cast<int>(count)));
    }
    wire_->flush();
    if (wire_->failure()) return tl::unexpected(*wire_->failure());
    // "Again" without the stream below saying so: a record that carried no data for us.
    if (again(count) && wire_->starved()) return wire_->wants();
  }
  return tl::unexpected<Error>(
      Error{.fault = Fault::Tls, .text = "the peer floods us with empty records"});
}

Result<Progress> TlsStream::write(BytesView bytes) {
  wire_->forget_wants();
  if (encrypted_ > 0) return flushed();
  while (encrypted_ < bytes.size() && wire_->unflushed() < TlsWire::kPushBuffer) {
    const BytesView rest = bytes.subspan(encrypted_);
    const ssize_t count = gnutls_record_send(wire_->session(), rest.data(), rest.size());
    if (wire_->failure()) return tl::unexpected(*wire_->failure());
    if (count < 0 && !again(count))
      return tl::unexpected(tls_error(*wire_, static_cast<int>(count)));
    if (count < 0) break;
    encrypted_ += static_cast<std::size_t>(count);
  }
  return flushed();
}

// Nothing counts as taken before its last encrypted byte has left: otherwise nobody would wait
// for the descriptor on behalf of what is left in here.
Result<Progress> TlsStream::flushed() {
  const bool all = wire_->flush();
  if (wire_->failure()) return tl::unexpected(*wire_->failure());
  if (!all || encrypted_ == 0) return wire_->wants();
  return Progress{.bytes = std::exchange(encrypted_, 0)};
}

void TlsStream::shut() {
  gnutls_bye(wire_->session(), GNUTLS_SHUT_WR);
  if (wire_->flush()) wire_->lower().shut();
}

StreamFacts TlsStream::facts() const {
  StreamFacts facts = wire_->lower().facts();
  add_tls_facts(wire_->session(), facts);
  return facts;
}

}  // namespace wsrelay::io
