// YAML files → Config, or every problem at once. Reads no file and no environment: bytes in.
// Bounded in time and memory whatever the bytes are; throws nothing.
//
//   parse each file → merge along the table → for_each → read by the table → what is wrong together
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/file.hpp"
#include "config/problem.hpp"
#include "config/surroundings.hpp"

namespace wsrelay::config {

/// What was written, merged and expanded, for those who print it. Each node knows its place.
struct Written {
  std::vector<std::string> files;  // names, by Place::file
  Node tree;
  std::set<Place> hidden;  // of the values that are secret

  bool hides(const Node& scalar) const { return hidden.contains(scalar.place); }
};

struct Loaded {
  Config config;      // meaningful only if ok()
  Problems problems;  // in the order of the files; warnings among them
  Written written;
  bool ok() const;
};

/// In rising precedence: a later file's values replace, its groups are merged key by key. No file,
/// or an empty one, is a valid configuration: a daemon without instances.
Loaded load(std::span<const File> files, const Surroundings* surroundings = nullptr);
/// One file; `file` is only a name for messages.
Loaded load(std::string_view yaml, std::string_view file);

/// Every secret the configuration refers to; those written out are not among them.
std::vector<SecretRef> secret_refs(const Config& config);
/// The variables among them: to be taken out of the environment at start.
std::set<std::string> environment_names(const Config& config);

}  // namespace wsrelay::config
