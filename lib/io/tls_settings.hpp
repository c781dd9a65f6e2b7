// How far to trust the other end of a TLS connection, and who we are to it. A plain value; equal
// settings share one credentials object (io/tls_context).
#pragma once

#include <cstdint>
#include <string>

namespace wsrelay::io {

struct TlsSettings {
  enum class Verify : std::uint8_t {
    Full,   // chain, host name, serverAuth purpose
    Chain,  // any name: the certificate only has to come from a trusted issuer
    None,   // nothing. Says so in the journal on every connection
  };
  std::string ca_file = {};      // PEM; empty: the system's trust store
  std::string cert_file = {};    // PEM; both or none
  std::string key_file = {};
  std::string server_name = {};  // SNI and the name to expect; empty: the URL's host
  Verify verify = Verify::Full;

  friend bool operator==(const TlsSettings&, const TlsSettings&) = default;
};

}  // namespace wsrelay::io
