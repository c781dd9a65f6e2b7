// What the service manager is told (sd_notify(3)). Without a service manager every call does
// nothing. STATUS= is sent when its text changes and at most twice a second; the newest text wins.
#pragma once

#include <string>

#include "base/time.hpp"
#include "io/task.hpp"

namespace wsrelay::daemon {

class Service final : public io::Task {
 public:
  explicit Service(io::Loop& loop) : loop_(loop), registration_(loop.add(*this)) {}

  void ready();
  void reloading();
  void stopping();
  void extend_timeout(Duration span);
  void status(std::string text);

  io::Wait run(const io::Turn& turn) override;

 private:
  io::Loop& loop_;
  std::string status_;
  std::string told_;
  Instant next_ = {};
  io::Registration registration_;
};

}  // namespace wsrelay::daemon
