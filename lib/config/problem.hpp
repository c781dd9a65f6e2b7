// One mistake in the configuration, as people see it. text() is a contract: the golden tests
// compare every byte of it.
//
//   FILE:LINE:COLUMN: KEY: WHAT — HINT
//       url: ws//example.com
//            ^
#pragma once

#include <string>
#include <vector>

namespace wsrelay::config {

struct Problem {
  std::string file;
  unsigned line = 1;    // 1-based; 0: the file as such, and no place is printed
  unsigned column = 1;  // 1-based, in bytes
  std::string key;      // "instances.ticker.url"; empty where the YAML itself is broken
  std::string what;
  std::string hint = {};    // may be empty
  std::string source = {};  // the line of the file, secrets already blotted out
  unsigned caret = 1;       // 1-based byte of `source` under which the caret stands
  bool warning = false;     // said, but does not refuse the file

  /// Without a newline at the end. Long lines are cut around the caret; tabs are printed as one
  /// space.
  std::string text() const;
};

using Problems = std::vector<Problem>;

}  // namespace wsrelay::config
