// SIGTERM, SIGINT, SIGHUP and SIGUSR1 as ordinary work on the loop: blocked for the whole process
// and read from a descriptor, so that a signal never interrupts anything. Open it before the first
// thread starts; threads inherit the block. SIGPIPE is ignored from here on, too.
#pragma once

#include <functional>
#include <memory>

#include "base/error.hpp"
#include "io/task.hpp"

namespace wsrelay::io {

class Signals final : public Task {
 public:
  /// `on_signal` is called from the loop with the signal's number. `loop` must outlive this.
  static Result<std::unique_ptr<Signals>> open(Loop& loop, std::function<void(int)> on_signal);

  Wait run(const Turn& turn) override;

 private:
  Signals(UniqueFd fd, std::function<void(int)> on_signal)
      : fd_(std::move(fd)), on_signal_(std::move(on_signal)) {}

  UniqueFd fd_;
  std::function<void(int)> on_signal_;
  Registration registration_;
};

}  // namespace wsrelay::io
