// YAML text → Config, or every problem at once. Reads no file and no environment: bytes in.
// `problem.text()` is what people see: file:line:column: key: what — hint, the source line, a caret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace wsrelay::config {

struct Problem {
  std::string file;
  unsigned line = 1;    // 1-based
  unsigned column = 1;  // 1-based, in bytes
  std::string key;      // "instances.ticker.url"
  std::string what;
  std::string hint = {};    // may be empty
  std::string source = {};  // the line of the file
  bool warning = false;     // said, but does not refuse the file

  std::string text() const;
};

struct Loaded {
  Config config;                  // meaningful only if ok()
  std::vector<Problem> problems;  // in the order of the file; warnings among them
  bool ok() const;
};

/// `file` is only a name for messages.
Loaded load(std::string_view yaml, std::string_view file);

}  // namespace wsrelay::config
