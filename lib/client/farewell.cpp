#include "client/farewell.hpp"

#include <array>

namespace wsrelay::client {
namespace {

constexpr Duration kPatience = std::chrono::seconds(1);
constexpr int kReadsPerTurn = 16;

}  // namespace

Farewell::Farewell(std::unique_ptr<io::ByteStream> stream, Instant now)
    : stream_(std::move(stream)), deadline_(after(now, kPatience)) {}

bool Farewell::is_over(const io::Turn& turn) {
  if (turn.now >= deadline_) return true;
  std::array<std::byte, 4096> unheard;
  for (int reads = 0; reads < kReadsPerTurn; ++reads) {
    const auto got = stream_->read(unheard);
    if (!got || got->end) return true;
    if (got->bytes == 0) return false;
  }
  return false;
}

io::Wait Farewell::wait() const {
  return {.fd = stream_->fd(), .readable = true, .until = deadline_};
}

}  // namespace wsrelay::client
