// One file of the configuration as it was read: bytes, and what messages call it. Who reads them,
// and in which order they count, is not decided here.
#pragma once

#include <string>

namespace wsrelay::config {

struct File {
  std::string name;
  std::string text;
};

}  // namespace wsrelay::config
