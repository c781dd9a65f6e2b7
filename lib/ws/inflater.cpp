#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <zlib.h>

#include "ws/deflate.hpp"

namespace wsrelay::ws {
namespace {

constexpr std::size_t kStep = 16 * 1024;
constexpr std::size_t kWindow = 32 * 1024;
constexpr int kDictionaryBits = 13;  // up to here a window is kept as bytes, see finish()
// §7.2.2: "Append 4 octets of 0x00 0x00 0xff 0xff to the tail end of the payload".
constexpr std::array kTail{std::byte{0}, std::byte{0}, std::byte{0xFF}, std::byte{0xFF}};
constexpr Violation kCorrupt{CloseCode::InvalidPayload, "compressed data is corrupt"};
constexpr Violation kCutShort{CloseCode::InvalidPayload, "compressed data ends too early"};

// zlib's state: 39 KiB. It must stay where it is. Its window is always the largest, whatever was
// agreed: with a smaller one it would depend on how the bytes are cut whether a reference that
// reaches too far is seen.
class Decompressor {
 public:
  Decompressor() { inflateInit2(&stream_, -15); }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  ~Decompressor() { inflateEnd(&stream_); }

  void start(BytesView history);
  void begin_message() { nothing_open_ = true; }
  std::optional<Violation> feed(BytesView input, const Inflater::Take& take);
  /// Nothing came yet, or nothing after a block marked as the last: then no tail is due.
  bool nothing_is_open() const { return nothing_open_; }
  /// Are all blocks complete? Asked after the tail.
  bool is_complete() const;
  /// The latest `size` bytes that came out, or all if there are fewer, go to `history`.
  void remember(Bytes& history, std::size_t size);

 private:
  z_stream stream_ = {};
  bool nothing_open_ = true;
};

void Decompressor::start(BytesView history) {
  inflateReset(&stream_);
  if (history.empty()) return;
  inflateSetDictionary(&stream_, reinterpret_cast<const Bytef*>(history.data()),
                       static_cast<uInt>(history.size()));
}

std::optional<Violation> Decompressor::feed(BytesView input, const Inflater::Take& take) {
  std::array<std::byte, kStep> output;  // not initialised
  // zlib does not write there.
  stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(input.data()));
  stream_.avail_in = static_cast<uInt>(input.size());
  do {
    if (stream_.avail_in > 0) nothing_open_ = false;
    stream_.next_out = reinterpret_cast<Bytef*>(output.data());
    stream_.avail_out = kStep;
    const int result = ::inflate(&stream_, Z_SYNC_FLUSH);
    if (const std::size_t size = kStep - stream_.avail_out; size > 0)
      if (auto refused = take(BytesView(output).first(size))) return refused;
    if (result == Z_STREAM_END) {
      // §7.2.3.4: the last block of a stream is not the end of the message. What came before may
      // still be referred to: the window stays, which inflateReset() would forget.
      inflateResetKeep(&stream_);
      nothing_open_ = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return kCorrupt;
    }
  } while (stream_.avail_in > 0 || stream_.avail_out == 0);
  return std::nullopt;
}

// zlib's data_type: bits unused in the last byte, 64 inside a last block, 128 between blocks. A
// last block may have ended inside the tail; then zlib has been reset and says neither.
bool Decompressor::is_complete() const {
  return nothing_open_ || stream_.data_type == 128;
}

void Decompressor::remember(Bytes& history, std::size_t size) {
  std::array<std::byte, kWindow> window;
  uInt filled = 0;
  inflateGetDictionary(&stream_, reinterpret_cast<Bytef*>(window.data()), &filled);
  const BytesView latest =
      BytesView(window).first(filled).last(std::min<std::size_t>(size, filled));
  history.assign(latest.begin(), latest.end());
}

// One waits for the next message of whichever session of this thread.
std::unique_ptr<Decompressor>& spare() {
  thread_local std::unique_ptr<Decompressor> decompressor;
  return decompressor;
}

}  // namespace

struct Inflater::State {
  DeflateParameters agreed;
  std::unique_ptr<Decompressor> decompressor = {};  // from a message's first piece to its last
  bool in_message = false;
  Bytes history = {};  // what the next message may refer to, if the decompressor was given back

  void begin();
  void finish();
};

void Inflater::State::begin() {
  in_message = true;
  if (!decompressor) {
    decompressor = std::exchange(spare(), nullptr);
    if (!decompressor) decompressor = std::make_unique<Decompressor>();
    decompressor->start(history);
  }
  decompressor->begin_message();
}

// An idle session keeps the agreed window and nothing else, unless it is so large that copying it
// in and out for each message would cost more than the decompressor's other 7 KiB are worth.
void Inflater::State::finish() {
  in_message = false;
  if (agreed.server_context_takeover) {
    if (agreed.server_max_window_bits > kDictionaryBits) return;
    decompressor->remember(history, std::size_t{1} << agreed.server_max_window_bits);
  }
  spare() = std::move(decompressor);
}

Inflater::Inflater(const DeflateParameters& agreed)
    : state_(std::make_unique<State>(State{.agreed = agreed})) {}
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;
Inflater::~Inflater() = default;

std::optional<Violation> Inflater::inflate(BytesView piece, bool end, const Take& take) {
  State& state = *state_;
  if (!state.in_message) state.begin();
  Decompressor& decompressor = *state.decompressor;
  if (auto violation = decompressor.feed(piece, take)) return violation;
  if (!end) return std::nullopt;
  if (!decompressor.nothing_is_open()) {
    if (auto violation = decompressor.feed(kTail, take)) return violation;
    if (!decompressor.is_complete()) return kCutShort;
  }
  state.finish();
  return std::nullopt;
}

}  // namespace wsrelay::ws
