#include "ws/pongs.hpp"

#include <algorithm>

#include "ws/frame_encoder.hpp"

namespace wsrelay::ws {
namespace {

constexpr unsigned kMaxInOutput = 16;
constexpr Duration kCost = std::chrono::milliseconds(10);
constexpr Duration kCredit = std::chrono::seconds(1);

}  // namespace

bool Pongs::admit(Instant now) {
  if (now > receiving_) {
    before_ = receiving_;
    receiving_ = now;
  }
  // Charged from the moment before, not from now: while we were not reading (back-pressure),
  // honest Pings collected in the kernel.
  spent_until_ = std::max(spent_until_, before_) + kCost;
  return spent_until_ <= now + kCredit;
}

void Pongs::answer(BytesView payload, OutputQueue& output, Random& random) {
  flush(output, random);
  if (in_output_ < kMaxInOutput) return append(payload, output, random);
  // §5.5.3: "MAY elect to send a Pong frame for only the most recently processed Ping frame".
  std::copy(payload.begin(), payload.end(), remembered_.begin());
  remembered_size_ = static_cast<std::uint8_t>(payload.size());
  remembers_ = true;
}

void Pongs::flush(OutputQueue& output, Random& random) {
  if (in_output_ == 0 || output.taken() < last_pong_end_) return;
  in_output_ = 0;
  if (!remembers_) return;
  remembers_ = false;
  append(BytesView(remembered_).first(remembered_size_), output, random);
}

void Pongs::append(BytesView payload, OutputQueue& output, Random& random) {
  append_frame(output, Opcode::Pong, payload, random);
  last_pong_end_ = output.appended();
  ++in_output_;
}

}  // namespace wsrelay::ws
