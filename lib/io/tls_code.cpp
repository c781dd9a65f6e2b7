#include "io/tls_code.hpp"

#include <gnutls/gnutls.h>

namespace wsrelay::io {

std::string_view name_of_tls_code(int code) {
  const char* name = gnutls_strerror_name(code);
  return name == nullptr ? std::string_view() : std::string_view(name);
}

}  // namespace wsrelay::io
