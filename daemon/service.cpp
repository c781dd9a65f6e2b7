#include "daemon/service.hpp"

#include <systemd/sd-daemon.h>

#include <fmt/format.h>

namespace wsrelay::daemon {
namespace {

constexpr Duration kStatusPause = std::chrono::milliseconds(500);

// A line break would begin another assignment.
std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  return text;
}

}  // namespace

void Service::ready() {
  told_ = status_;
  sd_notify(0, fmt::format("READY=1\nSTATUS={}", told_).c_str());
}

// MONOTONIC_USEC= is what Type=notify-reload wants to see; Type=notify does not mind.
void Service::reloading() {
  const auto since_boot =
      std::chrono::duration_cast<std::chrono::microseconds>(loop_.now().time_since_epoch());
  sd_notify(0, fmt::format("RELOADING=1\nMONOTONIC_USEC={}", since_boot.count()).c_str());
}

void Service::stopping() {
  sd_notify(0, "STOPPING=1\nSTATUS=Stopping");
}

void Service::extend_timeout(Duration span) {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(span).count();
  sd_notify(0, fmt::format("EXTEND_TIMEOUT_USEC={}", microseconds).c_str());
}

void Service::status(std::string text) {
  status_ = one_line(std::move(text));
  if (status_ != told_) registration_.wake();
}

io::Wait Service::run(const io::Turn& turn) {
  if (status_ == told_) return {};
  if (turn.now < next_) return {.until = next_};
  told_ = status_;
  next_ = after(turn.now, kStatusPause);
  sd_notify(0, ("STATUS=" + told_).c_str());
  return {};
}

}  // namespace wsrelay::daemon
