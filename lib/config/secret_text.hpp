// A text in which named secrets may stand: "Bearer {{secret:api-key}}". Pure; what it says about a
// text repeats nothing of it but the names of secrets, for the rest may be a password.
#pragma once

#include <string_view>

#include <tl/expected.hpp>

#include "base/secret.hpp"
#include "config/reading.hpp"
#include "config/types.hpp"

namespace wsrelay::config {

/// The reference that the text amounts to: a literal, a named secret, or both joined.
tl::expected<SecretRef, Objection> secret_text(std::string_view text, const NamedSecrets& named);

}  // namespace wsrelay::config
