// The first byte says how the rest is cut; the rest is what a server answered. Laws: the outcome
// does not depend on the cut; a good head keeps the limits, holds no line ends, and, printed again,
// reads as the same head; nothing is taken past it; the work is in proportion to the bytes.
#include "ws/response_head.hpp"

#include <optional>
#include <string>

#include "fuzz/memory.hpp"
#include "fuzz/script.hpp"
#include "ws/upgrade.hpp"

namespace {

using namespace wsrelay;
using namespace wsrelay::ws;
using fuzz::law;

struct Outcome {
  std::optional<ResponseHead> head = {};
  std::optional<Error> error = {};
  std::size_t taken = 0;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome read(BytesView bytes, std::size_t piece) {
  ResponseHeadParser parser;
  Outcome outcome;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const BytesView part = bytes.subspan(at, std::min(piece, bytes.size() - at));
    BytesView input = part;
    const auto complete = parser.read(input);
    if (!complete) return {.error = complete.error()};
    outcome.taken += part.size() - input.size();
    law(*complete || input.empty());
    law(outcome.taken <= ResponseHeadParser::kMaxHead);
    if (!*complete) continue;
    outcome.head = parser.take();
    return outcome;
  }
  return outcome;
}

std::string print(const ResponseHead& head) {
  std::string text =
      "HTTP/1." + std::to_string(head.minor_version) + " " + std::to_string(head.status);
  if (!head.reason.empty()) text += " " + head.reason;
  text += "\r\n";
  for (const auto& [name, value] : head.fields) text += name + ":" + value + "\r\n";
  return text + "\r\n";
}

void check(const ResponseHead& head) {
  law(head.status >= 100 && head.status <= 999);
  law(head.fields.size() <= ResponseHeadParser::kMaxFields);
  for (const auto& [name, value] : head.fields) law(is_token(name) && is_header_value(value));
  const std::string again = print(head);
  const Outcome second = read(as_bytes(again), again.size());
  law(second.head == head && second.taken == again.size());
  // Nobody can know the answer to a key that is drawn after the answer.
  const auto agreement = judge_answer(head, "a key that no input contains", {});
  law(!agreement && !agreement.error().text.empty());
  for (const char c : agreement.error().text) law(c >= ' ' && c <= '~');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Script script(data, size);
  const std::size_t piece = 1 + script.byte() % 31;
  const BytesView bytes = script.rest();
  const fuzz::Memory memory;
  const Outcome cut = read(bytes, piece);
  // Whoever reads bytes again copies them again: this would show it. Fields take a constant beside.
  law(memory.total() <= 16 * bytes.size() + 256 * ResponseHeadParser::kMaxFields);
  const Outcome whole = read(bytes, bytes.size() + 1);
  law(whole == cut);
  law(!whole.error || whole.error->fault == Fault::Protocol);
  if (whole.head) check(*whole.head);
  return 0;
}
