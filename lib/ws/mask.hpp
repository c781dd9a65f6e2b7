// RFC 6455 §5.3: masking, while copying. Its own inverse.
#pragma once

#include <array>

#include "base/bytes.hpp"

namespace wsrelay::ws {

using MaskKey = std::array<std::byte, 4>;

/// Writes `from` masked with `key` to `to`, which has room for it and does not overlap it.
void mask_into(std::byte* to, BytesView from, MaskKey key);

}  // namespace wsrelay::ws
