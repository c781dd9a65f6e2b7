// A pair of stream ends in memory, living on Sim: what one end writes the other reads. A pipe can
// be told to be small, to hand out bytes in pieces, to stutter ("not now" every second call), and
// to break after a number of bytes. Sim must outlive the ends; each may outlive the other.
//
//   auto [ours, theirs] = pipe_pair(sim, {.capacity = 4096, .piece = 7, .stutter = true});
#pragma once

#include <algorithm>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "io/byte_stream.hpp"
#include "support/sim.hpp"

namespace wsrelay::test {

struct PipeOptions {
  std::size_t capacity = std::size_t{1} << 20;                  // bytes under way in one direction
  std::size_t piece = std::numeric_limits<std::size_t>::max();  // at most so many per call
  bool stutter = false;  // every second read and write says "not now"
  std::size_t break_after = std::numeric_limits<std::size_t>::max();  // bytes that an end may write
  Error break_with = {.fault = Fault::Tcp, .text = "connection reset by peer", .sys_errno = 104};
};

class PipeStream final : public io::ByteStream {
 public:
  struct Direction {
    std::deque<std::byte> bytes;
    bool ended = false;  // the writer shut it
    bool reader_gone = false;
    std::optional<Error> broken;
    io::FdId reader, writer;
  };
  struct Wire {
    Sim& sim;
    PipeOptions options;
    Direction directions[2];
  };

  PipeStream(std::shared_ptr<Wire> wire, int side) : wire_(std::move(wire)), side_(side) { tell(); }
  ~PipeStream() override {
    in().reader_gone = true;
    out().ended = true;
    wire_->sim.close_fd(fd());
    gone_ = true;
    tell();
  }

  io::FdId fd() const override { return wire_->directions[side_].writer; }

  Result<io::Progress> read(std::span<std::byte> buffer) override {
    if (stutters(read_calls_)) return io::Progress{.wants_readable = true};
    Direction& from = in();
    if (from.bytes.empty()) {
      if (from.broken) return tl::unexpected(*from.broken);
      return from.ended ? io::Progress{.end = true} : io::Progress{.wants_readable = true};
    }
    const std::size_t count = std::min({buffer.size(), from.bytes.size(), wire_->options.piece});
    const auto end = from.bytes.begin() + static_cast<std::ptrdiff_t>(count);
    std::copy(from.bytes.begin(), end, buffer.begin());
    from.bytes.erase(from.bytes.begin(), end);
    tell();
    return io::Progress{.bytes = count};
  }

  Result<io::Progress> write(BytesView bytes) override {
    if (stutters(write_calls_)) return io::Progress{.wants_writable = true};
    Direction& to = out();
    if (to.broken) return tl::unexpected(*to.broken);
    if (to.reader_gone) return fail_errno(Fault::Tcp, "cannot send", 32);
    const PipeOptions& options = wire_->options;
    const std::size_t room = options.capacity - std::min(options.capacity, to.bytes.size());
    const std::size_t count =
        std::min({bytes.size(), room, options.piece, options.break_after - written_});
    if (count == 0 && written_ >= options.break_after) {
      break_now(options.break_with);
      return tl::unexpected(options.break_with);
    }
    if (count == 0) return io::Progress{.wants_writable = true};
    to.bytes.insert(to.bytes.end(), bytes.begin(),
                    bytes.begin() + static_cast<std::ptrdiff_t>(count));
    written_ += count;
    tell();
    return io::Progress{.bytes = count};
  }

  void shut() override {
    out().ended = true;
    tell();
  }
  io::StreamFacts facts() const override { return {.remote = "pipe"}; }

  /// Both directions fail from now on; what was written before is still read first.
  void break_now(const Error& error) {
    in().broken = out().broken = error;
    tell();
  }
  bool far_end_is_gone() const { return wire_->directions[side_].reader_gone; }
  std::size_t unread() const { return wire_->directions[1 - side_].bytes.size(); }

 private:
  Direction& out() { return wire_->directions[side_]; }
  Direction& in() { return wire_->directions[1 - side_]; }
  bool stutters(unsigned& calls) const { return wire_->options.stutter && ++calls % 2 == 1; }

  // Plays the kernel: whoever waits for one of the two ends is told what it could do now.
  void tell() {
    for (int side = 0; side < 2; ++side) {
      if (side == side_ && gone_) continue;
      const Direction& to = wire_->directions[side];
      const Direction& from = wire_->directions[1 - side];
      if (from.reader_gone) continue;
      const bool readable = !from.bytes.empty() || from.ended || from.broken;
      const bool writable =
          to.bytes.size() < wire_->options.capacity || to.broken || to.reader_gone;
      wire_->sim.set_ready(to.writer, readable, writable);
    }
  }

  std::shared_ptr<Wire> wire_;
  int side_;
  std::size_t written_ = 0;
  unsigned read_calls_ = 0;
  unsigned write_calls_ = 0;
  bool gone_ = false;
};

using PipeEnds = std::pair<std::unique_ptr<PipeStream>, std::unique_ptr<PipeStream>>;

inline PipeEnds pipe_pair(Sim& sim, PipeOptions options = {}) {
  auto wire = std::shared_ptr<PipeStream::Wire>(new PipeStream::Wire{sim, std::move(options), {}});
  const io::FdId first = sim.open_fd();
  const io::FdId second = sim.open_fd();
  wire->directions[0].writer = wire->directions[1].reader = first;
  wire->directions[1].writer = wire->directions[0].reader = second;
  return {std::make_unique<PipeStream>(wire, 0), std::make_unique<PipeStream>(wire, 1)};
}

}  // namespace wsrelay::test
