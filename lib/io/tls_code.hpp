// What the TLS library calls its own codes: for documents and search engines, not for sentences.
#pragma once

#include <string_view>

namespace wsrelay::io {

/// "GNUTLS_E_FATAL_ALERT_RECEIVED" for an Error's tls_code; empty for one that it does not know.
std::string_view name_of_tls_code(int code);

}  // namespace wsrelay::io
