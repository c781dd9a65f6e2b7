// YAML text → Config, or every problem at once. Reads no file and no environment: bytes in.
// Bounded in time and memory whatever the bytes are; throws nothing.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/problem.hpp"

namespace wsrelay::config {

struct Loaded {
  Config config;      // meaningful only if ok()
  Problems problems;  // in the order of the file; warnings among them
  bool ok() const;
};

/// `file` is only a name for messages. An empty text is a valid configuration: a daemon without
/// instances.
Loaded load(std::string_view yaml, std::string_view file);

/// Every secret the configuration refers to; those written out are not among them.
std::vector<SecretRef> secret_refs(const Config& config);
/// The variables among them: to be taken out of the environment at start.
std::set<std::string> environment_names(const Config& config);

}  // namespace wsrelay::config
