// Where log lines go: to the journal with their fields when stderr is the journal (JOURNAL_STREAM),
// else to stderr as plain lines. Lines above the level are not written. sd_journal_sendv(3).
#pragma once

#include <functional>
#include <memory>

#include "base/log.hpp"
#include "base/time.hpp"

namespace wsrelay::daemon {

class LeveledLog : public Log {
 public:
  void level(LogLevel level) { level_ = level; }
  void write(const LogLine& line) final {
    if (line.level <= level_) put(line);
  }

 private:
  virtual void put(const LogLine& line) = 0;
  LogLevel level_ = LogLevel::Info;
};

/// `wall` stamps plain lines; the journal stamps its own.
std::unique_ptr<LeveledLog> open_log(std::function<WallTime()> wall);

}  // namespace wsrelay::daemon
