// How far to trust the other end of a TLS connection, and who we are to it. A plain value; equal
// settings share one credentials object (io/tls_context).
//
// cert_file and key_file may be PKCS#11 URLs (RFC 7512): the object stays in its token, and the
// token signs. A token is found through its module, and modules are registered with p11-kit: a file
// in /usr/share/p11-kit/modules or /etc/pkcs11/modules with the line "module: /path/of/it.so".
// Debian's softhsm2-common and opensc-pkcs11 bring theirs; `p11tool --list-tokens` shows what is
// found. The PIN: ?pin-source=file:/path (best), or ?pin-value=…, which stands wherever the URL
// does. The token is asked on the loop's thread, once for each handshake: what is slow there, such
// as a smart card, is slow for all connections.
#pragma once

#include <cstdint>
#include <string>

#include "base/secret.hpp"

namespace wsrelay::io {

struct TlsSettings {
  enum class Verify : std::uint8_t {
    Full,   // chain, host name, serverAuth purpose
    Chain,  // any name: the certificate only has to come from a trusted issuer
    None,   // nothing. Says so in the journal on every connection
  };
  std::string ca_file = {};      // PEM; empty: the system's trust store
  std::string cert_file = {};    // PEM, or pkcs11:…; both or none
  std::string key_file = {};     // PEM, or pkcs11:… (RFC 7512): the key stays in its token
  SecretRef key_password = {};   // of an encrypted key_file; a token has its PIN
  std::string server_name = {};  // SNI; empty: the URL's host
  std::string verify_name = {};  // the name to expect in the certificate; empty: as server_name
  Verify verify = Verify::Full;

  friend bool operator==(const TlsSettings&, const TlsSettings&) = default;
};

}  // namespace wsrelay::io
