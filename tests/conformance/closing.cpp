// The closing handshake (RFC 6455 §5.5.1, §7): begun by the server, and by us.
#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"

namespace wsrelay::conformance {
namespace {

using std::chrono::seconds;

std::vector<Vector> after_close() {
  const std::string long_text(256 * 1024, '*');
  return {
      play("7.1.1 text, then Close", {ServerSends{text("Hello")}, Expect{{echo("Hello")}},
                                      ServerSends{close(1000)}, Expect{{close_with(1000)}}}),
      talk("7.1.2 a second Close", close(1000) + close(), {close_with(1000)}),
      talk("7.1.3 a ping after Close", close(1000) + ping("p"), {close_with(1000)}),
      talk("7.1.4 text after Close", close(1000) + text("late"), {close_with(1000)}),
      talk("7.1.5 Close inside a message", fragment("a") + close(1000) + last("b"),
           {close_with(1000)}),
      talk("7.1.6 a long text, a short one, Close, ping",
           text(long_text) + text("short") + close(1000) + ping("p"),
           {echo(long_text), echo("short"), close_with(1000)}),
  };
}

std::vector<Vector> payloads() {
  const std::string reason(123, '*');
  return {
      talk("7.3.1 Close without a payload", close(), {close_without_code()}),
      fails_at("7.3.2 Close of one byte", frame(kClose, "\x03"), 3, 1002),
      talk("7.3.3 Close with a code", close(1000), {close_with(1000)}),
      talk("7.3.4 Close with a reason", close(1000, "Hello"), {close_with(1000, "Hello")}),
      talk("7.3.5 Close with a reason of 123 bytes", close(1000, reason),
           {close_with(1000, reason)}),
      fails_at("7.3.6 Close with a reason of 124 bytes", close(1000, reason + "*"), 2, 1002),
      talk("7.5.1 Close with a reason that is not UTF-8", close(1000, hex("cebaeda080")),
           {fail_with(1007)}),
  };
}

std::vector<Vector> codes_of_the_catalogue() {
  std::vector<Vector> all;
  const auto add = [&](std::string_view section, const std::vector<std::uint16_t>& codes,
                       bool valid) {
    int number = 0;
    for (const std::uint16_t code : codes) {
      const std::string name = fmt::format("{}.{} Close {}", section, ++number, code);
      const Beat beat = valid ? close_with(code) : fail_with(1002);
      all.push_back(
          in_words(valid ? "closes with its code" : beat.words, talk(name, close(code), {beat})));
      all.back().series = valid ? "Close with a good code" : "Close with a bad code";
    }
  };
  add("7.7", {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999}, true);
  add("7.9", {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999}, false);
  add("7.13", {5000, 65535}, false);
  return all;
}

std::vector<Vector> by_the_server() {
  return {
      talk("texts, then Close, in one go", text("a") + text("b") + close(1001),
           {echo("a"), echo("b"), close_with(1001)}),
      talk("ping, text, Close, in one go", ping("p") + text("a") + close(1000),
           {answer_ping("p"), echo("a"), close_with(1000)}),
      talk("Close after the first fragment", fragment("a") + close(1001), {close_with(1001)}),
      talk("a violation after Close is ignored", close(1000) + frame(3, "x"), {close_with(1000)}),
      talk("noise after Close is ignored", close(1000) + std::string(500, '\xFF'),
           {close_with(1000)}),
      talk("a masked frame after Close is ignored", close(1000) + masked(text("x")),
           {close_with(1000)}),
      talk("a text and a bad Close", text("a") + frame(kClose, "\x03"),
           {echo("a"), fail_with(1002)}),
      talk("a text and a Close with a reserved code", text("a") + close(1005),
           {echo("a"), fail_with(1002)}),
      play("time passes before the Close", {TimePasses{std::chrono::hours(24)},
                                            ServerSends{close(1001)}, Expect{{close_with(1001)}}}),
      play("the stream ends after the Close",
           {ServerSends{close(1000)}, Expect{{close_with(1000)}}, StreamEnds{}, Expect{}}),
  };
}

Beat closed_by_us(std::uint16_t code, std::string_view reason = {}) {
  const std::string words = fmt::format("closed {} \"{}\" by us", code, reason);
  return {fmt::format("closed by us, the server says {}", code),
          {.told = {{words}, {"ended"}}, .messages = {}, .controls = {}}};
}
const Beat kOurClose = sent_control("close 1000");

std::vector<Vector> by_us() {
  const Beat violated = told("**fails** without a second Close", "ended protocol/closing 1002");
  const auto row = [](std::string name, std::string bytes, std::vector<Beat> beats) {
    return play(std::move(name),
                {WeClose{1000}, Expect{{kOurClose}}, ServerSends{std::move(bytes)}, Expect{beats}});
  };
  return {
      row("our Close, answered with its code", close(1000), {closed_by_us(1000)}),
      row("our Close, answered with another code", close(1001), {closed_by_us(1001)}),
      row("our Close, answered without a code", close(), {closed_by_us(1005)}),
      row("our Close, answered with a reason", close(1000, "bye"), {closed_by_us(1000, "bye")}),
      row("text on its way when we closed", text("late") + close(1000),
          {hear("late"), closed_by_us(1000)}),
      row("texts and a pong on their way when we closed",
          text("1") + pong("p") + text("2") + close(1000),
          {hear("1"), hear_pong("p"), hear("2"), closed_by_us(1000)}),
      row("a ping on its way when we closed", ping("p") + close(1000), {closed_by_us(1000)}),
      row("a message that the server breaks off to close", fragment("a") + close(1000),
          {closed_by_us(1000)}),
      row("a violation after our Close", frame(3, "x"), {violated}),
      row("a masked Close after our Close", masked(close(1000)), {violated}),
      row("a Close of one byte after our Close", frame(kClose, "\x03"), {violated}),
      row("a reserved code after our Close", close(1006), {violated}),
      row("a bad text after our Close", text("\xFF"),
          {told("**fails** without a second Close", "ended protocol/closing 1007")}),
      play("only the first Close counts", {WeClose{1000}, WeClose{1001}, Expect{{kOurClose}},
                                           ServerSends{close(1000)}, Expect{{closed_by_us(1000)}}}),
      play("both close at once", {ServerSends{text("a")}, WeClose{1000}, ServerSends{close(1001)},
                                  Expect{{echo("a"), kOurClose, closed_by_us(1001)}}}),
      play("we send, then close", {WeSend{{Message::Kind::Text, to_bytes("last words")}},
                                   WeClose{1000}, Expect{{sent("text \"last words\""), kOurClose}},
                                   ServerSends{close(1000)}, Expect{{closed_by_us(1000)}}}),
      play("we close inside a message of the server",
           {ServerSends{fragment("a")}, WeClose{1000}, Expect{{kOurClose}},
            ServerSends{last("b") + close(1000)}, Expect{{hear("ab"), closed_by_us(1000)}}}),
  };
}

}  // namespace

std::vector<Vector> closing() {
  std::vector<Vector> all = after_close();
  append(all, payloads());
  append(all, codes_of_the_catalogue());
  append(all, by_the_server());
  append(all, by_us());
  return all;
}

}  // namespace wsrelay::conformance
