// The configuration's files, read. A file that is written to while it is read does not go
// unnoticed: at start one reading is enough, for systemd has no other to offer; a reload has time
// to look twice:
//
//   Reading reading(places);
//   do reading.look(); while (reading.again());   // some kPause apart; look() blocks, on a worker
//   reading.snapshot()                            // as it stood for at least one pause, or a
//   problem
//
// Files are bounded: 16 MiB in all. Only regular files are opened, so a FIFO stops nobody.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "config/file.hpp"
#include "daemon/survey.hpp"

namespace wsrelay::daemon {

struct Snapshot {
  std::vector<config::File> files;  // in the order in which they count
  config::Problems problems;        // files that could not be read or are passed over
  std::size_t drop_ins = 0;         // of the files

  Survey survey = {};
  std::optional<std::string> unsteady = {};  // a file that changed or vanished while it was read
};

/// Once, and once more if a file changed meanwhile; if it did again, it is a problem.
Snapshot take_snapshot(const Places& places);
/// One file, from standard input; called "<stdin>".
Snapshot snapshot_of_stdin();

class Reading {
 public:
  static constexpr Duration kPause = std::chrono::milliseconds(100);
  static constexpr unsigned kMostLooks = 20;

  explicit Reading(Places places) : places_(std::move(places)) {}

  void look();
  /// Not yet: it was read for the first time, or something moved since.
  bool again() const { return !settled_; }
  Snapshot take() { return std::move(snapshot_); }

 private:
  Places places_;
  Snapshot snapshot_;
  unsigned looks_ = 0;
  bool settled_ = false;
};

}  // namespace wsrelay::daemon
