// Pings and Pongs (RFC 6455 §5.5.2–5.5.3).
#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/dice.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"
#include "conformance/words.hpp"

namespace wsrelay::conformance {
namespace {

const std::string kFull(125, '\xFE');

Vector ten_pings(std::string name) {
  std::string bytes;
  std::vector<Beat> beats;
  for (int i = 0; i < 10; ++i) {
    bytes += ping(fmt::format("payload-{}", i));
    beats.push_back(answer_ping(fmt::format("payload-{}", i)));
  }
  return talk(std::move(name), bytes, beats);
}

std::vector<Vector> of_the_catalogue() {
  return {
      talk("2.1 empty ping", ping(), {answer_ping("")}),
      talk("2.2 ping with text", ping("Hello, world!"), {answer_ping("Hello, world!")}),
      talk("2.3 ping with bytes that are no text", ping(hex("00fffefdfcfb00ff")),
           {answer_ping(hex("00fffefdfcfb00ff"))}),
      talk("2.4 ping of 125 bytes", ping(kFull), {answer_ping(kFull)}),
      fails_at("2.5 ping of 126 bytes", ping(kFull + "\xFE"), 2, 1002),
      in_pieces_of(1,
                   talk("2.6 ping of 125 bytes, byte by byte", ping(kFull), {answer_ping(kFull)})),
      talk("2.7 unsolicited empty pong, Close", pong() + close(1000),
           {hear_pong(""), close_with(1000)}),
      talk("2.8 unsolicited pong with payload, Close", pong("unsolicited") + close(1000),
           {hear_pong("unsolicited"), close_with(1000)}),
      talk("2.9 unsolicited pong, then ping", pong("unsolicited") + ping("ping"),
           {hear_pong("unsolicited"), answer_ping("ping")}),
      ten_pings("2.10 ten pings in one go"),
      in_pieces_of(1, ten_pings("2.11 ten pings, byte by byte")),
  };
}

std::vector<Vector> of_each_size() {
  constexpr std::size_t kSizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 16, 31, 63, 64, 100, 123, 124};
  std::vector<Vector> all;
  for (const std::size_t size : kSizes) {
    const std::string payload = random_bytes(size, size);
    all.push_back(
        talk(fmt::format("ping of {} bytes", size), ping(payload), {answer_ping(payload)}));
  }
  return series("pings of other sizes", std::move(all));
}

std::vector<Vector> of_our_own() {
  const std::string not_text = hex("ff80c0");
  return {
      talk("pong of 125 bytes", pong(kFull), {hear_pong(kFull)}),
      fails_at("pong of 126 bytes", pong(kFull + "\xFE"), 2, 1002),
      fails_at("ping whose length stands in 16 bits", head(kPing, 5, 2) + "hello", 2, 1002),
      fails_at("ping whose length stands in 64 bits", head(kPing, 5, 8) + "hello", 2, 1002),
      fails_at("pong whose length stands in 16 bits", head(kPong, 5, 2) + "hello", 2, 1002),
      fails_at("pong whose length stands in 64 bits", head(kPong, 5, 8) + "hello", 2, 1002),
      fails_at("ping of 65536 bytes", ping(std::string(65536, 'x')).substr(0, 100), 2, 1002),
      talk("ping that is not UTF-8", ping(not_text), {answer_ping(not_text)}),
      talk("pong that is not UTF-8", pong(not_text), {hear_pong(not_text)}),
      talk("ping before text", ping("p") + text("t"), {answer_ping("p"), echo("t")}),
      talk("ping after text", text("t") + ping("p"), {echo("t"), answer_ping("p")}),
      talk("pings around texts", ping("1") + text("a") + ping("2") + text("b") + ping("3"),
           {answer_ping("1"), echo("a"), answer_ping("2"), echo("b"), answer_ping("3")}),
      talk("ping, then Close", ping("p") + close(1000), {answer_ping("p"), close_with(1000)}),
      talk("sixteen pings in one go", repeated(ping("p"), 16),
           std::vector<Beat>(16, answer_ping("p"))),
      talk("a hundred pongs in one go", repeated(pong("p"), 100),
           std::vector<Beat>(100, hear_pong("p"))),
      play("our ping, and its pong", {WePing{"rtt"}, Expect{{sent_control("ping \"rtt\"")}},
                                      ServerSends{pong("rtt")}, Expect{{hear_pong("rtt")}}}),
      play("our ping, and another pong",
           {WePing{"rtt"}, Expect{{sent_control("ping \"rtt\"")}}, ServerSends{pong("other")},
            Expect{{hear_pong("other")}}}),
      play("our ping of 125 bytes",
           {WePing{kFull}, Expect{{sent_control("ping " + payload_words(kFull))}}}),
      play("our empty ping", {WePing{""}, Expect{{sent_control("ping \"\"")}}}),
      play("our unsolicited pong", {WePong{"here"}, Expect{{sent_control("pong \"here\"")}}}),
      play("pings of both sides cross",
           {WePing{"ours"}, ServerSends{ping("theirs") + pong("ours")},
            Expect{{sent_control("ping \"ours\""), answer_ping("theirs"), hear_pong("ours")}}}),
      play("a ping after our Close is not answered",
           {WeClose{1000}, Expect{{sent_control("close 1000")}}, ServerSends{ping("late")},
            Expect{}}),
      play("a hundred pings in a second, and one more",
           [] {
             Script script;
             for (int tenth = 0; tenth < 10; ++tenth) {
               script.emplace_back(ServerSends{repeated(ping(), 10)});
               script.emplace_back(Expect{std::vector<Beat>(10, answer_ping(""))});
               script.emplace_back(TimePasses{});  // keeps the reads apart
             }
             script.emplace_back(ServerSends{ping()});
             script.emplace_back(Expect{{fail_with(1008)}});
             return script;
           }()),
      play("ninety pings a second, for ten seconds",
           [] {
             Script script;
             for (int second = 0; second < 10; ++second)
               for (int ninth = 0; ninth < 9; ++ninth) {
                 script.emplace_back(ServerSends{repeated(ping(), 10)});
                 script.emplace_back(Expect{std::vector<Beat>(10, answer_ping(""))});
                 script.emplace_back(TimePasses{std::chrono::milliseconds(111)});
               }
             return script;
           }()),
  };
}

}  // namespace

std::vector<Vector> pings() {
  std::vector<Vector> all = of_the_catalogue();
  append(all, of_each_size());
  append(all, of_our_own());
  return all;
}

}  // namespace wsrelay::conformance
