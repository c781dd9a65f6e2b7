// A configuration file from the disk: read, checked, its problems as people see them.
#pragma once

#include <string>

#include "config/config.hpp"

namespace wsrelay::daemon {

struct Checked {
  config::Config config;      // meaningful only if ok()
  std::string problems;       // all texts, warnings too, each ending in a line break
  std::string first_problem;  // one line; empty: the file is good
  bool ok() const { return first_problem.empty(); }
};

/// Regular files only, so that a FIFO in its place cannot stop the daemon.
Checked check_config(const std::string& file);

}  // namespace wsrelay::daemon
