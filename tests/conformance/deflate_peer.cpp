#include "conformance/deflate_peer.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <zlib.h>

namespace wsrelay::conformance {
namespace {

constexpr std::string_view kTail("\x00\x00\xFF\xFF", 4);

Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

int strategy_of(ServerDeflater::Style style) {
  switch (style) {
    case ServerDeflater::Style::Fixed:
      return Z_FIXED;
    case ServerDeflater::Style::NearOnly:
      return Z_RLE;
    default:
      return Z_DEFAULT_STRATEGY;
  }
}

}  // namespace

struct ServerDeflater::State {
  z_stream stream{};
  bool takeover;

  State(const ws::DeflateParameters& agreed, Style style)
      : takeover(agreed.server_context_takeover) {
    // zlib cannot write raw deflate with a window of 256 bytes: those tests look back one byte.
    const int bits = std::max<int>(agreed.server_max_window_bits, 9);
    if (deflateInit2(&stream, style == Style::Stored ? 0 : 6, Z_DEFLATED, -bits, 8,
                     strategy_of(style)) != Z_OK)
      throw std::runtime_error("zlib refuses to deflate");
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { deflateEnd(&stream); }

  std::string run(std::string_view message, int flush) {
    stream.next_in = bytes_of(message);
    stream.avail_in = static_cast<uInt>(message.size());
    std::string out;
    std::array<char, 16384> step;
    do {
      stream.next_out = bytes_of({step.data(), step.size()});
      stream.avail_out = step.size();
      deflate(&stream, flush);
      out.append(step.data(), step.size() - stream.avail_out);
    } while (stream.avail_out == 0);
    if (!takeover || flush == Z_FINISH) deflateReset(&stream);
    return out;
  }
};

ServerDeflater::ServerDeflater(const ws::DeflateParameters& agreed, Style style)
    : state_(std::make_unique<State>(agreed, style)) {}
ServerDeflater::ServerDeflater(ServerDeflater&&) noexcept = default;
ServerDeflater& ServerDeflater::operator=(ServerDeflater&&) noexcept = default;
ServerDeflater::~ServerDeflater() = default;

std::string ServerDeflater::operator()(std::string_view message) {
  // §7.2.3.6: an empty message is one byte, the beginning of an empty block.
  if (message.empty()) return std::string(1, '\0');
  std::string out = state_->run(message, Z_SYNC_FLUSH);
  if (!out.ends_with(kTail)) throw std::runtime_error("zlib did not flush");
  out.resize(out.size() - kTail.size());
  return out;
}

std::string ServerDeflater::finished(std::string_view message) {
  return state_->run(message, Z_FINISH) + '\0';
}

struct ServerInflater::State {
  z_stream stream{};
  bool takeover;

  explicit State(const ws::DeflateParameters& agreed) : takeover(agreed.client_context_takeover) {
    if (inflateInit2(&stream, -static_cast<int>(agreed.client_max_window_bits)) != Z_OK)
      throw std::runtime_error("zlib refuses to inflate");
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { inflateEnd(&stream); }
};

ServerInflater::ServerInflater(const ws::DeflateParameters& agreed)
    : state_(std::make_unique<State>(agreed)) {}
ServerInflater::ServerInflater(ServerInflater&&) noexcept = default;
ServerInflater& ServerInflater::operator=(ServerInflater&&) noexcept = default;
ServerInflater::~ServerInflater() = default;

bool ServerInflater::operator()(std::string_view payload, std::string& message) {
  z_stream& stream = state_->stream;
  const std::string whole = std::string(payload) + std::string(kTail);
  stream.next_in = bytes_of(whole);
  stream.avail_in = static_cast<uInt>(whole.size());
  message.clear();
  std::array<char, 16384> step;
  do {
    stream.next_out = bytes_of({step.data(), step.size()});
    stream.avail_out = step.size();
    const int rc = inflate(&stream, Z_SYNC_FLUSH);
    if (rc == Z_STREAM_END) inflateReset(&stream);
    if (rc != Z_OK && rc != Z_BUF_ERROR && rc != Z_STREAM_END) return false;
    message.append(step.data(), step.size() - stream.avail_out);
  } while (stream.avail_out == 0 || stream.avail_in > 0);
  if (!state_->takeover) inflateReset(&stream);
  return true;
}

}  // namespace wsrelay::conformance
