// What stands on the disk of the files that make up the configuration: listed, looked at, not
// opened. Two surveys that are equal saw the same files in the same state. Blocks: for start and
// workers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "daemon/drop_ins.hpp"

namespace wsrelay::daemon {

/// A file's identity and state; whoever writes to it or replaces it changes this.
struct Stamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified = 0;  // nanoseconds
  std::int64_t changed = 0;

  static Stamp of(const struct stat& about);
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

struct Sighting {
  std::string path;
  Stamp stamp;

  friend bool operator==(const Sighting&, const Sighting&) = default;
};

struct Survey {
  std::vector<Sighting>
      files;  // those to read, in the order in which they count; the main file first
  config::Problems problems;
};

Survey survey(const Places& places);

/// The first file that is not, or not as, in the other survey.
std::optional<std::string> difference(const Survey& before, const Survey& after);

}  // namespace wsrelay::daemon
