// How people write numbers of bytes: "1MiB", "64KiB", "512B". K, M and G are the same as KiB, MiB
// and GiB, as in systemd's files. KB and MB are refused (1000 or 1024?), and so is a bare number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace wsrelay::config {

Result<std::uint64_t> parse_size(std::string_view text);
/// The largest unit that leaves no rest: parse_size reads it back as the same number.
std::string print_size(std::uint64_t bytes);

}  // namespace wsrelay::config
