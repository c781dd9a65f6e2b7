// What was agreed (bits 0-2: our window, 8 and more; 3: we keep our context; 4-6: the window that
// our settings allow), a threshold, then the payloads of messages, each said by a session or, bit 2
// of the byte before it, by another one. Laws: what a server that knows no more than what was
// agreed makes of it is what was said; the tail does not travel; below the threshold, and with a
// window that zlib cannot do, nothing is compressed; without a context nothing grows.
#include "ws/deflate.hpp"

#include <array>
#include <string>

#include "fuzz/plain_deflate.hpp"
#include "fuzz/script.hpp"

namespace {

using namespace wsrelay;
using namespace wsrelay::ws;
using fuzz::law;

constexpr std::size_t kMost = 200'000;  // bytes of all payloads together

class Side {
 public:
  Side(const DeflateParameters& agreed, const DeflateSettings& settings)
      : agreed_(agreed),
        settings_(settings),
        deflater_(agreed, settings),
        server_(agreed.client_max_window_bits, agreed.client_context_takeover, 64),
        ours_({.server_max_window_bits = agreed.client_max_window_bits,
               .server_context_takeover = agreed.client_context_takeover}) {}

  void say(BytesView plain) {
    const Bytes* wire = deflater_.deflate(plain);
    if (wire == nullptr) return law(may_be_plain(plain));
    law(plain.size() >= settings_.threshold && agreed_.client_max_window_bits > 8);
    law(agreed_.client_context_takeover || wire->size() < plain.size());
    const auto heard = server_.message(as_text(*wire), plain.size());
    law(heard && *heard == as_text(plain));
    check_ours(*wire, plain);
  }

 private:
  bool may_be_plain(BytesView plain) const {
    return plain.size() < settings_.threshold || plain.empty() ||
           !agreed_.client_context_takeover ||
           std::min(agreed_.client_max_window_bits, settings_.client_max_window_bits) < 9;
  }
  // Our own inflater reads it, too.
  void check_ours(BytesView wire, BytesView plain) {
    Bytes heard;
    const auto violation = ours_.inflate(wire, true, [&](BytesView step) {
      heard.insert(heard.end(), step.begin(), step.end());
      return std::optional<Violation>();
    });
    law(!violation && as_text(heard) == as_text(plain));
  }

  DeflateParameters agreed_;
  DeflateSettings settings_;
  Deflater deflater_;
  fuzz::PlainInflater server_;
  Inflater ours_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Script script(data, size);
  const unsigned flags = script.byte();
  const DeflateParameters agreed{
      .client_max_window_bits = static_cast<std::uint8_t>(8 + (flags & 7)),
      .client_context_takeover = (flags & 8) != 0};
  const DeflateSettings settings{
      .client_max_window_bits = static_cast<std::uint8_t>(9 + ((flags >> 4) & 7) % 7),
      .threshold = script.byte()};
  std::array sides{Side(agreed, settings), Side(agreed, settings)};
  for (std::size_t total = 0; !script.empty();) {
    Side& side = sides[(script.byte() >> 2) & 1];
    const Bytes payload = script.payload();
    if ((total += payload.size()) > kMost) break;
    side.say(payload);
  }
  return 0;
}
