// What we compress, and what not: the settings' threshold, data that does not get smaller, messages
// in parts; and how both directions are counted. And references that reach too far.
#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/deflate_cases.hpp"
#include "conformance/deflate_peer.hpp"
#include "conformance/dice.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"
#include "conformance/performance.hpp"

namespace wsrelay::conformance {
namespace {

// "plain" or "compressed 300 bytes, smaller".
std::string how_sent(const Opening& opening, const Script& script) {
  const Performance played = perform(opening, script, {.name = ""});
  if (!played.broken.empty()) return played.broken;
  const auto& count = played.compression;
  if (count.sent_plain == 0) return "plain";
  return fmt::format("compressed {} bytes, {}", count.sent_plain,
                     count.sent_wire < count.sent_plain ? "smaller" : "not smaller");
}
Vector sending(std::string name, std::string expected, const Opening& opening, Script script) {
  return ask(std::move(name), std::move(expected),
             [opening, script = std::move(script)] { return how_sent(opening, script); });
}
WeSend ours(std::string_view text) {
  return {{Message::Kind::Text, to_bytes(text)}};
}

std::vector<Vector> what_is_compressed() {
  const Opening wide = compressed(wide_deflate(), "", {});
  const Opening frugal = compressed({}, "", {.client_context_takeover = false});
  const Opening tiny =
      compressed(wide_deflate(), "; client_max_window_bits=8", {.client_max_window_bits = 8});
  const std::string text(300, 'a');
  const WeSend noise{{Message::Kind::Binary, to_bytes(random_bytes(3000, 1))}};
  return {
      sending("our text of 300 bytes", "compressed 300 bytes, smaller", wide, {ours(text)}),
      sending("our text of 300 bytes, frugally", "compressed 300 bytes, smaller", frugal,
              {ours(text)}),
      sending("our two texts", "compressed 600 bytes, smaller", wide, {ours(text), ours(text)}),
      sending("our text of 128 bytes", "compressed 128 bytes, smaller", wide,
              {ours(std::string_view(text).substr(0, 128))}),
      sending("our text below the threshold", "plain", wide,
              {ours(std::string_view(text).substr(0, 127))}),
      sending("our empty text", "plain", wide, {ours("")}),
      sending("our noise does not get smaller", "plain", frugal, {noise}),
      sending("our window of 8 bits is one that nobody can compress with", "plain", tiny,
              {ours(text)}),
      sending(
          "our text in parts", "plain", wide,
          {WeSendPart{ws::Opcode::Text, text, false}, WeSendPart{ws::Opcode::Continuation, text}}),
      sending("nothing was agreed", "plain", Opening{}, {ours(text)}),
  };
}

// RFC 7692 says what a server must not do, and not what becomes of it: within a message such a
// reference can be followed; what an earlier message left behind it has been forgotten.
std::vector<Vector> references_too_far() {
  const Opening narrow =
      compressed(wide_deflate(), "; server_max_window_bits=9", {.server_max_window_bits = 9});
  const std::string once = random_bytes(1000, 9);
  ServerDeflater disobedient({}, ServerDeflater::Style::Fixed);
  const std::string first = frame(kBinary, disobedient(once), true, kRsv1);
  const std::string again = frame(kBinary, disobedient(once), true, kRsv1);
  const std::string both = ServerDeflater({}, ServerDeflater::Style::Fixed)(once + once);
  return {
      with(narrow, talk("a reference beyond the agreed window, within the message",
                        frame(kBinary, both, true, kRsv1), {echo_binary(once + once)})),
      with(narrow, talk("a reference beyond the agreed window, into an earlier message",
                        first + again, {echo_binary(once), fail_with(1007)})),
  };
}

}  // namespace

std::vector<Vector> deflate_sending() {
  std::vector<Vector> all = what_is_compressed();
  append(all, references_too_far());
  return all;
}

}  // namespace wsrelay::conformance
