// What proves who we are, read anew and checked for the line it will stand in. A file may have
// changed since the settings were checked, and its bytes go onto the wire.
// Errors are Fault::Local; they name the setting and the secret's place, never its value.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "client/settings.hpp"
#include "io/secrets.hpp"

namespace wsrelay::client {

/// A text on one line, without control characters. `what` is its name for people: "header X-Key".
Result<Secret> read_line(const SecretRef& ref, std::string_view what, const io::Secrets& secrets);

struct Credentials {
  Secret user, password;
};
/// Both as read_line(), and UTF-8. `whose`: "basic", "proxy".
Result<Credentials> read_login(const Login& login, std::string_view whose,
                               const io::Secrets& secrets);

/// The value of an Authorization field.
Result<std::string> basic_credentials(const Login& login, const io::Secrets& secrets);
Result<std::string> bearer_credentials(const SecretRef& token, const io::Secrets& secrets);

}  // namespace wsrelay::client
