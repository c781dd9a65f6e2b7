// Private to tls_*: where a key or a certificate stands in a token (RFC 7512), as operators write
// it and as GnuTLS takes it. GnuTLS reads a PIN file only where pin-source is a bare path, and
// takes its line end for a part of the PIN; here pin-source may be file:/…, as the RFC has it, and
// a line end ends the PIN.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret.hpp"

namespace wsrelay::io {

bool is_pkcs11_url(std::string_view text);

/// For people: cut off where a pin-value begins. What is no such URL stays as it is.
std::string without_pin(std::string_view text);

/// For GnuTLS: the PIN that pin-source names, put in as pin-value; percent-encoded, so it is text
/// for certain. What is no such URL, or has no pin-source, stays as it is. The file is read now; it
/// must not be readable by everybody. Errors are Fault::Local and name the file.
Result<Secret> with_pin(std::string_view text);

}  // namespace wsrelay::io
