// Frames: lengths in all three forms, masks that a server must not use, and lengths that lie.
#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"

namespace wsrelay::conformance {
namespace {

std::vector<Vector> of_each_length() {
  constexpr std::size_t kLengths[] = {0, 125, 126, 127, 128, 65535, 65536};
  std::vector<Vector> all;
  for (const unsigned opcode : {kText, kBinary}) {
    int number = 0;
    for (const std::size_t length : kLengths) {
      const std::string payload(length, opcode == kText ? '*' : '\xFE');
      const Beat beat = opcode == kText ? echo(payload) : echo_binary(payload);
      const auto row = [&](std::string_view how) {
        const std::string_view kind = opcode == kText ? "text" : "binary";
        return talk(fmt::format("1.{}.{} {} of {} bytes{}", opcode, ++number, kind, length, how),
                    frame(opcode, payload), {beat});
      };
      all.push_back(row(""));
      if (length == 65536) all.push_back(in_pieces_of(997, row(" in pieces of 997")));
    }
  }
  return all;
}

std::vector<Vector> of_more_lengths() {
  constexpr std::size_t kLengths[] = {1, 2, 3, 4, 5, 7, 8, 9, 124, 129, 255, 256, 257, 1000, 4093};
  std::vector<Vector> all;
  for (const std::size_t length : kLengths)
    all.push_back(talk(fmt::format("binary of {} bytes", length), binary(repeated("\x5A", length)),
                       {echo_binary(repeated("\x5A", length))}));
  return series("binary of lengths between", std::move(all));
}

// §5.2: "the minimal number of bytes MUST be used to encode the length".
std::vector<Vector> in_longer_forms() {
  std::vector<Vector> all;
  for (const auto& [bytes, lengths] :
       {std::pair{2U, std::vector<std::uint64_t>{0, 1, 124, 125}},
        std::pair{8U, std::vector<std::uint64_t>{0, 1, 125, 126, 127, 65534, 65535}}})
    for (const std::uint64_t length : lengths)
      for (const unsigned opcode : {kText, kBinary})
        all.push_back(
            fails_at(fmt::format("length {} in {} bytes, opcode {}", length, bytes, opcode),
                     head(opcode, length, bytes) + "rest", 2 + bytes, 1002));
  return series("length not in its shortest form", std::move(all));
}

// §5.2: of the 64-bit length "the most significant bit MUST be 0".
std::vector<Vector> with_top_bit() {
  std::vector<Vector> all;
  for (const std::string_view length :
       {"8000000000000000", "8000000000000001", "8000000000000005", "80000000ffffffff",
        "ffffffff00000000", "fffffffffffffff6", "ffffffffffffffff"})
    for (const char* opcode : {"81", "82"})
      all.push_back(fails_at(fmt::format("length 0x{}, first byte {}", length, opcode),
                             hex(opcode) + hex("7f") + hex(length) + "rest", 10, 1002));
  return series("64-bit length with its top bit set", std::move(all));
}

// A length is believed only as far as the limit: refused at the head, nothing is allocated.
std::vector<Vector> beyond_limit() {
  constexpr std::uint64_t kLimit = 16 * 1024 * 1024, k1 = 1, k31 = k1 << 31, k32 = k1 << 32;
  std::vector<Vector> all;
  for (const std::uint64_t length : {kLimit + 1, k31 - 1, k31, k31 + 1, k32 - 1, k32, k32 + 1,
                                     k32 + 5, k1 << 62, (k1 << 63) - 1})
    for (const unsigned opcode : {kText, kBinary})
      all.push_back(fails_at(fmt::format("length 0x{:x}, opcode {}", length, opcode),
                             head(opcode, length, 8) + "rest", 10, 1009));
  return series("length beyond the limit, known from the head", std::move(all));
}

// §5.1: "A client MUST close a connection if it detects a masked frame."
std::vector<Vector> with_mask() {
  std::vector<Vector> all;
  const auto add = [&](std::string_view what, std::string bytes) {
    all.push_back(fails_at(fmt::format("masked {}", what), bytes, 2, 1002));
  };
  add("text", masked(text("hello")));
  add("text with the key 0", masked(text("hello"), std::string_view("\0\0\0\0", 4)));
  add("empty text", masked(text("")));
  add("binary", masked(binary("\xFE")));
  add("text of 126 bytes", masked(text(std::string(126, '*'))));
  add("text of 65536 bytes, its head only", masked(text(std::string(65536, '*'))).substr(0, 14));
  add("ping", masked(ping("p")));
  add("pong", masked(pong("p")));
  add("Close", masked(close(1000)));
  add("empty Close", masked(close()));
  add("first fragment", masked(fragment("a")));
  add("continuation of nothing", masked(last("a")));
  all.push_back(fails_at("masked continuation", fragment("a") + masked(last("b")), 5, 1002));
  all.push_back(fails_at("masked text after a good one", text("a") + masked(text("b")), 5, 1002,
                         {echo("a")}));
  all.push_back(
      fails_at("masked ping inside a message", fragment("a") + masked(ping("b")), 5, 1002));
  return all;
}

std::vector<Vector> back_to_back() {
  std::string many;
  std::vector<Beat> beats;
  for (int i = 0; i < 200; ++i) {
    const std::string payload = fmt::format("message {}", i);
    many += i % 3 == 0 ? binary(payload) : text(payload);
    beats.push_back(i % 3 == 0 ? echo_binary(payload) : echo(payload));
  }
  return {
      talk("nothing at all", "", {}),
      talk("two texts in one go", text("a") + text("b"), {echo("a"), echo("b")}),
      talk("text, binary, text", text("a") + binary("b") + text("c"),
           {echo("a"), echo_binary("b"), echo("c")}),
      talk("empty text, then empty binary", text("") + binary(""), {echo(""), echo_binary("")}),
      talk("each length form after another",
           text("a") + text(std::string(126, 'b')) + text(std::string(3000, 'c')) + text("d"),
           {echo("a"), echo(std::string(126, 'b')), echo(std::string(3000, 'c')), echo("d")}),
      talk("two hundred messages", many, beats),
      talk("binary with all 256 byte values", binary([] {
             std::string every;
             for (int c = 0; c < 256; ++c) every += static_cast<char>(c);
             return every;
           }()),
           {echo_binary([] {
             std::string every;
             for (int c = 0; c < 256; ++c) every += static_cast<char>(c);
             return every;
           }())}),
      talk("text with a NUL in it", text(std::string("a\0b", 3)), {echo(std::string("a\0b", 3))}),
      talk("binary that looks like frames", binary(close(1000) + ping("p")),
           {echo_binary(close(1000) + ping("p"))}),
      talk("text that looks like an HTTP head", text("HTTP/1.1 101 OK\r\n\r\n"),
           {echo("HTTP/1.1 101 OK\r\n\r\n")}),
  };
}

}  // namespace

std::vector<Vector> framing() {
  std::vector<Vector> all = of_each_length();
  append(all, of_more_lengths());
  append(all, back_to_back());
  append(all, in_longer_forms());
  append(all, with_top_bit());
  append(all, beyond_limit());
  append(all, with_mask());
  return all;
}

}  // namespace wsrelay::conformance
