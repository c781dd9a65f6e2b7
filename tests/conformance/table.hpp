// docs/conformance.md, written from the vectors alone: the same on every machine.
#pragma once

#include <string>
#include <vector>

#include "conformance/vector.hpp"

namespace wsrelay::conformance {

std::string table_of(const std::vector<Family>& families);

}  // namespace wsrelay::conformance
