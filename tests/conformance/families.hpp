// All vectors, family by family, in the order of the catalogue; our own families follow.
#pragma once

#include <vector>

#include "conformance/vector.hpp"

namespace wsrelay::conformance {

std::vector<Family> all_families();

// Each in the file of its name.
std::vector<Vector> framing();
std::vector<Vector> pings();
std::vector<Vector> reserved_bits();
std::vector<Vector> opcodes();
std::vector<Vector> fragmentation();
std::vector<Vector> utf8();
std::vector<Vector> utf8_sequences();
std::vector<Vector> closing();
std::vector<Vector> close_codes();
std::vector<Vector> endings();
std::vector<Vector> limits();
std::vector<Vector> large_messages();
std::vector<Vector> auto_fragmentation();
std::vector<Vector> deflate();
std::vector<Vector> deflate_parameters();
std::vector<Vector> deflate_streams();
std::vector<Vector> deflate_sending();
std::vector<Vector> negotiation();
std::vector<Vector> handshake();
std::vector<Vector> handshake_heads();
std::vector<Vector> refusals();
std::vector<Vector> requests();
std::vector<Vector> urls();
std::vector<Vector> parts();

}  // namespace wsrelay::conformance
