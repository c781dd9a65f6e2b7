// What was agreed (bits 0-2: the server's window, 8 and more; 3: it keeps its context), a limit
// (two bytes), how pieces are cut; then messages: bit 0: compressed by an honest server from a
// payload, else just bytes; bit 1: with a byte gone wrong; bit 2: stored. Laws: what zlib makes of
// a message at once, the inflater makes of it in pieces, in steps of 16 KiB; a refusal is the last
// word, and by then no more than a step too much has come out; it takes no memory but its own.
#include <algorithm>
#include <optional>
#include <string>

#include "fuzz/memory.hpp"
#include "fuzz/plain_deflate.hpp"
#include "fuzz/script.hpp"
#include "ws/deflate.hpp"

namespace {

using namespace wsrelay;
using namespace wsrelay::ws;
using fuzz::law;

constexpr std::size_t kStep = 16 * 1024;
constexpr std::size_t kMachine = 48 * 1024;  // zlib's own for one stream
constexpr Violation kTooBig{CloseCode::TooBig, "too big"};

class Trial {
 public:
  Trial(const DeflateParameters& agreed, std::size_t limit, std::size_t piece)
      : inflater_(agreed),
        strict_(agreed.server_max_window_bits, agreed.server_context_takeover),
        lenient_(15, agreed.server_context_takeover),
        limit_(limit),
        piece_(piece) {}

  /// False once something was refused.
  bool hear(std::string_view payload) {
    const auto least = strict_.message(payload, limit_);
    const auto most = lenient_.message(payload, limit_);
    std::string out;
    out.reserve(limit_ + kStep);
    const fuzz::Memory memory;
    const auto violation = inflate(payload, out);
    law(memory.peak() <= 2 * kMachine);
    law(out.size() <= limit_ + kStep);
    law(!most || most->starts_with(out) || out.starts_with(*most));
    if (violation) {
      law(!least || least->size() > limit_);
      law(*violation != kTooBig || (out.size() > limit_ && (!most || most->size() > limit_)));
      return false;
    }
    law(most && *most == out);
    return least.has_value();
  }

 private:
  std::optional<Violation> inflate(std::string_view payload, std::string& out) {
    const auto take = [&](BytesView step) -> std::optional<Violation> {
      law(!step.empty() && step.size() <= kStep && out.size() <= limit_);
      out += as_text(step);
      return out.size() > limit_ ? std::optional(kTooBig) : std::nullopt;
    };
    while (payload.size() > piece_) {
      if (auto violation = inflater_.inflate(as_bytes(payload.substr(0, piece_)), false, take))
        return violation;
      payload.remove_prefix(piece_);
    }
    return inflater_.inflate(as_bytes(payload), true, take);
  }

  Inflater inflater_;
  fuzz::PlainInflater strict_;   // knows the agreed window
  fuzz::PlainInflater lenient_;  // knows all that deflate can refer to
  std::size_t limit_;
  std::size_t piece_;
};

std::string next_message(fuzz::Script& script, fuzz::PlainDeflater& server) {
  const unsigned how = script.byte();
  if ((how & 1) == 0) return std::string(as_text(script.bytes(script.number())));
  std::string payload = server.message(as_text(script.payload()), (how & 4) != 0 ? 0 : 6);
  if ((how & 2) != 0) payload[script.number() % payload.size()] ^= static_cast<char>(script.byte());
  return payload;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Script script(data, size);
  const unsigned flags = script.byte();
  const auto bits = static_cast<std::uint8_t>(8 + (flags & 7));
  const DeflateParameters agreed{.server_max_window_bits = bits,
                                 .server_context_takeover = (flags & 8) != 0};
  const std::size_t limit = script.number();
  Trial trial(agreed, limit, 1 + script.byte() * 4);
  fuzz::PlainDeflater server(std::max<int>(bits, 9), agreed.server_context_takeover);
  while (!script.empty() && trial.hear(next_message(script, server))) {
  }
  return 0;
}
