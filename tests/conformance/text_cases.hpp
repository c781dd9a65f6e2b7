// Rows about text: each is a payload and a claim, which the oracle must share; it also knows at
// which byte an invalid text is found out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/vector.hpp"

namespace wsrelay::conformance {

enum class Claim { Valid, Invalid };

/// One text frame: echoed, or failed with 1007 at its first impossible byte.
Vector text_case(std::string name, std::string_view payload, Claim claim);
/// The same in fragments of one byte and an empty last one.
Vector text_case_in_bytes(std::string name, std::string_view payload, Claim claim);

/// "6.5.1 title", "6.5.2 title", … for payloads in hex.
std::vector<Vector> numbered_texts(std::string_view section, const std::string& title, Claim claim,
                                   const std::vector<std::string>& payloads);

}  // namespace wsrelay::conformance
