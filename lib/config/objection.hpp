// What a check says about one value: a sentence on what is wrong, and one on what to do.
#pragma once

#include <string>

namespace wsrelay::config {

struct Objection {
  std::string what;
  std::string hint = {};
};

}  // namespace wsrelay::config
