// What a server may not make us hold: the size of a message and the number of its frames. Size
// fails with 1009, number with 1008; both at the head of the frame that is too much.
#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"

namespace wsrelay::conformance {
namespace {

constexpr std::size_t kSize = 1000;
constexpr std::uint64_t kFrames = 50;

Vector limited(Vector vector) {
  Opening opening;
  opening.settings.max_message = kSize;
  opening.settings.max_frames = kFrames;
  return with(opening, std::move(vector));
}

std::vector<Vector> of_size() {
  const std::string full(kSize, 'x'), half(kSize / 2, 'x');
  const std::string over = full + "x";
  const std::size_t head_of_half = 4;
  return {
      limited(talk("text as large as allowed", text(full), {echo(full)})),
      limited(talk("binary as large as allowed", binary(full), {echo_binary(full)})),
      limited(fails_at("text one byte larger", text(over), 4, 1009)),
      limited(fails_at("binary one byte larger", binary(over), 4, 1009)),
      limited(talk("two fragments as large as allowed", fragment(half) + last(half), {echo(full)})),
      limited(fails_at("two fragments one byte larger", fragment(half) + last(half + "x"),
                       fragment(half).size() + head_of_half, 1009)),
      limited(fails_at("an empty fragment after a full one is fine, a byte is not",
                       fragment(full) + more("") + last("x"), fragment(full).size() + 4, 1009)),
      limited(
          talk("a full fragment and an empty last one", fragment(full) + last(""), {echo(full)})),
      limited(
          fails_at("the last of many fragments is too much",
                   fragment("") + repeated(more(std::string(99, 'x')), 10) + last("12345678901"),
                   2 + 10 * 101 + 2, 1009)),
      limited(talk("the limit is a message's, not a conversation's", repeated(text(full), 5),
                   std::vector<Beat>(5, echo(full)))),
      limited(fails_at("a good message before a large one is echoed", text("good") + text(over),
                       text("good").size() + 4, 1009, {echo("good")})),
      limited(fails_at("a ping inside does not count",
                       fragment(half) + ping("p") + last(half + "x"),
                       fragment(half).size() + 3 + head_of_half, 1009, {answer_ping("p")})),
      limited(fails_at("a fragment of 2^63-1 bytes after another",
                       fragment("x") + head(kContinuation, (1ULL << 63) - 1, 8), 3 + 10, 1009)),
      limited(fails_at("a fragment of 2^63 bytes after another",
                       fragment("x") + head(kContinuation, 1ULL << 63, 8), 3 + 10, 1002)),
      limited(fails_at("a fragment of 2^64-1 bytes after another",
                       fragment("x") + head(kContinuation, ~0ULL, 8), 3 + 10, 1002)),
      limited(fails_at("a fragment whose length would wrap 32 bits",
                       fragment("x") + head(kContinuation, (1ULL << 32) - 1, 8), 3 + 10, 1009)),
  };
}

std::vector<Vector> of_frames() {
  const auto message = [](std::size_t frames) {
    return fragment("x") + repeated(more("x"), frames - 2) + last("x");
  };
  const std::string empty_run = repeated(more(""), 15);
  return {
      limited(talk("as many fragments as allowed", message(kFrames),
                   {echo(std::string(kFrames, 'x'))})),
      limited(fails_at("one fragment more", message(kFrames + 1), 3 * kFrames + 2, 1008)),
      limited(fails_at("endless fragments", fragment("x") + repeated(more("x"), 200),
                       3 * kFrames + 2, 1008)),
      limited(talk("the number is a message's, not a conversation's", repeated(message(kFrames), 3),
                   std::vector<Beat>(3, echo(std::string(kFrames, 'x'))))),
      limited(talk(
          "pings between do not count",
          [&] {
            std::string bytes = fragment("x");
            for (std::size_t i = 2; i < kFrames; ++i)
              bytes += (i % 4 == 0 ? ping("p") : "") + more("x");
            return bytes + last("x");
          }(),
          [&] {
            std::vector<Beat> beats;
            for (std::size_t i = 2; i < kFrames; ++i)
              if (i % 4 == 0) beats.push_back(answer_ping("p"));
            beats.push_back(echo(std::string(kFrames, 'x')));
            return beats;
          }())),
      talk("sixteen empty fragments in a row", fragment("") + empty_run + last("x"), {echo("x")}),
      fails_at("seventeen empty fragments in a row",
               fragment("") + empty_run + more("") + last("x"), 2 * 17, 1008),
      talk("empty fragments with a byte between",
           repeated(fragment("") + empty_run + more("x") + empty_run + last("y"), 2),
           {echo("xy"), echo("xy")}),
      fails_at("endless empty fragments", frame(kBinary, "", false) + repeated(more(""), 1000),
               2 * 17, 1008),
      talk("a thousand empty messages", repeated(text(""), 1000),
           std::vector<Beat>(1000, echo(""))),
  };
}

Vector with_limit_of(std::size_t size, Vector vector) {
  Opening opening;
  opening.settings.max_message = size;
  return with(opening, std::move(vector));
}

std::vector<Vector> at_the_extremes() {
  return {
      with_limit_of(0, talk("nothing but empty messages allowed: empty", text(""), {echo("")})),
      with_limit_of(0, fails_at("nothing but empty messages allowed: a byte", text("x"), 2, 1009)),
      with_limit_of(125, fails_at("limit 125, 126 bytes", text(std::string(126, 'x')), 4, 1009)),
      with_limit_of(65535,
                    fails_at("limit 65535, 65536 bytes", head(kText, 65536, 8) + "x", 10, 1009)),
      with_limit_of(65536, talk("limit 65536, 65536 bytes", binary(std::string(65536, 'x')),
                                {echo_binary(std::string(65536, 'x'))})),
  };
}

}  // namespace

std::vector<Vector> limits() {
  std::vector<Vector> all = of_size();
  append(all, of_frames());
  append(all, at_the_extremes());
  return all;
}

}  // namespace wsrelay::conformance
