// The prose of the manual's page that no table can know. Every yaml block in it is loaded by a
// test.
#pragma once

#include <string_view>

namespace wsrelay::config {

extern const std::string_view kManualHead;

}  // namespace wsrelay::config
