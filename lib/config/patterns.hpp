// What the checks of single texts accept, in the words of JSON Schema: as much of it as a regular
// expression can say. A check without a pattern takes any text, in the schema. The patterns are
// those of ECMA 262, and none looks for what must not be there: an editor reads them, too.
#pragma once

#include <cstdint>
#include <string>

#include "config/types.hpp"

namespace wsrelay::config {

/// {"type":…,"pattern":…}. YAML takes 42 and true for more than texts; where a check would take
/// them, so does the schema.
std::string schema_of(Check check);
std::string schema_of(Address::Of of);
/// A text that may have {{secret:NAME}} in it: of any kind, the value of a header, or one word of
/// visible ASCII.
enum class SecretText : std::uint8_t { Any, Field, Word };
std::string schema_of(SecretText text);
std::string schema_of_header_names();    // the keys of headers
std::string schema_of_instance_names();  // also those that for_each fills in

/// `word` in any mix of upper and lower case: "[Hh][Oo][Ss][Tt]".
std::string any_case(std::string_view word);

}  // namespace wsrelay::config
