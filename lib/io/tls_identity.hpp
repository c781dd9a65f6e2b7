// Private to tls_*: our certificate and its key, out of files or tokens, for one context. A key
// that is encrypted (PKCS#8, or PEM as OpenSSL once wrote it) is decrypted here; the password is
// not kept. Errors are Fault::Tls and name the file, without a PIN or a password; or Local for a
// PIN's file.
#pragma once

#include <string>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "io/tls_settings.hpp"

struct gnutls_certificate_credentials_st;

namespace wsrelay::io {

Result<void> load_identity(gnutls_certificate_credentials_st* credentials,
                           const TlsSettings& settings, const Secret& key_password);

/// The library's words for `code` behind ours.
tl::unexpected<Error> fail_tls(const std::string& text, int code);

}  // namespace wsrelay::io
