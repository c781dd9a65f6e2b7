#include <array>
#include <cassert>
#include <limits>

#include <zlib.h>

#include "ws/deflate.hpp"

namespace wsrelay::ws {
namespace {

// Half the time of zlib's own choice (6), for a tenth more bytes.
constexpr int kLevel = 3;
constexpr std::size_t kTail = 4;                     // 00 00 FF FF, which does not travel (§7.2.1)
constexpr std::size_t kMost = std::size_t{1} << 30;  // zlib counts in 32 bits
constexpr std::size_t kKept = 64 * 1024;             // of the output buffer, between messages
// zlib's raw deflate cannot look back 256 bytes only: it refuses 8.
constexpr int kLeastBits = 9;
constexpr int kMostBits = 15;

// zlib's state: 268 KiB at 15 bits, 38 KiB at 12. It must stay where it is.
class Compressor {
 public:
  explicit Compressor(int bits)
      : ready_(deflateInit2(&stream_, kLevel, Z_DEFLATED, -bits, bits - 7, Z_DEFAULT_STRATEGY) ==
               Z_OK) {}
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  ~Compressor() { deflateEnd(&stream_); }

  bool is_ready() const { return ready_; }
  void forget() { deflateReset(&stream_); }
  /// Into `out`, tail included; false if more than `most` bytes would come out.
  bool compress(BytesView payload, Bytes& out, std::size_t most);

 private:
  z_stream stream_ = {};
  bool ready_;
};

bool Compressor::compress(BytesView payload, Bytes& out, std::size_t most) {
  // zlib does not write there.
  stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(payload.data()));
  stream_.avail_in = static_cast<uInt>(payload.size());
  std::size_t size = 0;
  for (out.resize(std::min(most, payload.size() + kTail));; out.resize(std::min(most, 2 * size))) {
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + size);
    stream_.avail_out = static_cast<uInt>(out.size() - size);
    ::deflate(&stream_, Z_SYNC_FLUSH);
    size = out.size() - stream_.avail_out;
    if (stream_.avail_out > 0) break;
    if (size == most) return false;
  }
  out.resize(size);
  return true;
}

// One for all sessions of this thread that keep no context: each message starts afresh.
Compressor& shared_compressor(int bits) {
  thread_local std::array<std::unique_ptr<Compressor>, kMostBits + 1> compressors;
  auto& compressor = compressors[static_cast<std::size_t>(bits)];
  if (!compressor) compressor = std::make_unique<Compressor>(bits);
  compressor->forget();
  return *compressor;
}

// Where compressed payloads lie until they are taken.
Bytes& shared_output() {
  thread_local Bytes output;
  if (output.capacity() > kKept) Bytes().swap(output);
  return output;
}

}  // namespace

struct Deflater::State {
  int bits;
  bool keeps_context;
  std::size_t threshold;
  std::unique_ptr<Compressor> own = {};  // if a context is kept, from the first message on

  Compressor& compressor() {
    if (!keeps_context) return shared_compressor(bits);
    if (!own) own = std::make_unique<Compressor>(bits);
    return *own;
  }
};

Deflater::Deflater(const DeflateParameters& agreed, const DeflateSettings& settings)
    : state_(std::make_unique<State>(
          State{.bits = std::min(agreed.client_max_window_bits, settings.client_max_window_bits),
                .keeps_context = agreed.client_context_takeover,
                .threshold = settings.threshold})) {}
Deflater::Deflater(Deflater&&) noexcept = default;
Deflater& Deflater::operator=(Deflater&&) noexcept = default;
Deflater::~Deflater() = default;

const Bytes* Deflater::deflate(BytesView payload) {
  State& state = *state_;
  // Nothing is shorter than nothing; and the window has not moved yet.
  if (payload.empty() || payload.size() < state.threshold || payload.size() > kMost ||
      state.bits < kLeastBits)
    return nullptr;
  Compressor& compressor = state.compressor();
  if (!compressor.is_ready()) return nullptr;
  Bytes& out = shared_output();
  // §7.2.1 with a context: the window has moved on, so what it moved over must travel compressed.
  const std::size_t most =
      state.keeps_context ? std::numeric_limits<std::size_t>::max() : payload.size() + kTail;
  if (!compressor.compress(payload, out, most)) return nullptr;
  // §7.2.1: "Remove 4 octets (that are 0x00 0x00 0xff 0xff) from the tail end."
  assert(out.size() > kTail);
  out.resize(out.size() - kTail);
  return &out;
}

}  // namespace wsrelay::ws
