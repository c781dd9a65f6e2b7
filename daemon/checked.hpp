// A snapshot of the configuration's files, made a configuration, and its problems as people see
// them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/load.hpp"
#include "daemon/snapshot.hpp"

namespace wsrelay::daemon {

struct Checked {
  config::Loaded loaded;  // meaningful only if ok(); its problems, too, those of files among them
  std::size_t drop_ins = 0;

  bool ok() const { return loaded.ok(); }
  /// As they are printed: with the source's line and a caret, warnings too, each ending in a line
  /// break.
  std::string problems() const;
  /// The first that refuses the configuration, in one line, and how many more there are; empty if
  /// ok().
  std::string first_problem() const;
  /// One line each, without the excerpt: for logs.
  std::vector<std::string> lines(bool warnings) const;
};

/// `name` stands above the configuration's own (--name); empty: not given. A file that cannot be
/// read is told alone: what the others lack may stand in it.
Checked check(Snapshot snapshot, const std::string& name, const config::Surroundings* surroundings);

/// Out of one that is ok(), as it will run: with this client id, if it names none.
std::shared_ptr<const config::Config> runnable(Checked checked, const std::string& client_id);

}  // namespace wsrelay::daemon
