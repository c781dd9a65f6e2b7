// Lays a JSON text out for people: what fits stays on one line, everything else has a line of its
// own for each member. The text must be JSON without blanks, as our own printers write it.
#pragma once

#include <string>
#include <string_view>

namespace wsrelay::config {

std::string laid_out(std::string_view json);

}  // namespace wsrelay::config
