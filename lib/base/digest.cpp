#include "base/digest.hpp"

#include <cstdlib>
#include <new>

#include <gnutls/crypto.h>

namespace wsrelay {

std::array<std::byte, 20> sha1(BytesView bytes) {
  std::array<std::byte, 20> digest{};
  // Fails only where policy forbids SHA-1 altogether; then no WebSocket handshake can be checked.
  if (gnutls_hash_fast(GNUTLS_DIG_SHA1, bytes.data(), bytes.size(), digest.data()) < 0)
    std::abort();
  return digest;
}

std::array<std::byte, 32> hmac_sha256(BytesView key, BytesView bytes) {
  std::array<std::byte, 32> digest{};
  // Fails only where there is no SHA-256, and so no TLS either.
  if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, key.data(), key.size(), bytes.data(), bytes.size(),
                       digest.data()) < 0)
    std::abort();
  return digest;
}

std::string base64(BytesView bytes) {
  const gnutls_datum_t in{
      const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bytes.data())),
      static_cast<unsigned>(bytes.size())};
  gnutls_datum_t out{};
  if (gnutls_base64_encode2(&in, &out) < 0) throw std::bad_alloc();
  std::string text(reinterpret_cast<const char*>(out.data), out.size);
  gnutls_free(out.data);
  return text;
}

}  // namespace wsrelay
