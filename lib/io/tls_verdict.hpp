// Private to tls_*: from GnuTLS's codes and bits to a sentence that tells an operator what to do.
#pragma once

#include <string>

#include <gnutls/gnutls.h>

#include "base/error.hpp"
#include "io/byte_stream.hpp"

namespace wsrelay::io {

class TlsWire;

/// A code that ended the handshake or the stream.
Error tls_error(const TlsWire& wire, int code);
/// GnuTLS falls back to the common name where a certificate names no host or address (RFC 9525 §2
/// and RFC 6125 forbid it since long): refused here. Call after a handshake with Verify::Full.
Result<void> check_alternative_names(const TlsWire& wire);
/// Version, cipher and the peer's certificate.
void add_tls_facts(gnutls_session_t session, StreamFacts& facts);

}  // namespace wsrelay::io
