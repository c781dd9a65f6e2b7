// Compressed messages byte by byte (RFC 7692 §6, §7.2): the examples of the RFC, unusual blocks,
// bad streams, and what decompression may not do to limits and to text.
#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/deflate_cases.hpp"
#include "conformance/deflate_peer.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"

namespace wsrelay::conformance {
namespace {

using Style = ServerDeflater::Style;

Vector wide(Vector vector) {
  return with(compressed(wide_deflate(), "", {}), std::move(vector));
}
Vector forgetful(Vector vector) {
  return with(compressed(wide_deflate(), "; server_no_context_takeover",
                         {.server_context_takeover = false}),
              std::move(vector));
}

std::string pressed(std::string_view message, Style style = Style::Fixed) {
  return ServerDeflater({}, style)(message);
}
/// A whole compressed frame of this payload, given as it travels.
std::string rsv1_text(std::string_view payload) {
  return frame(kText, payload, true, kRsv1);
}
std::string rsv1_binary(std::string_view payload) {
  return frame(kBinary, payload, true, kRsv1);
}

const std::string kHello = hex("f248cdc9c90700");
const std::string kHelloStored = hex("000500faff48656c6c6f00");

std::vector<Vector> examples_of_the_rfc() {
  return {
      wide(talk("§7.2.3.1 Hello in one frame", hex("c107") + kHello, {echo("Hello")})),
      wide(talk("§7.2.3.1 Hello in two frames", hex("4103f248cd 8004c9c90700"), {echo("Hello")})),
      wide(talk("§7.2.3.2 Hello twice, by the window", hex("c107") + kHello + hex("c105f200110000"),
                {echo("Hello"), echo("Hello")})),
      wide(talk("§7.2.3.3 Hello in a block without compression", rsv1_text(kHelloStored),
                {echo("Hello")})),
      wide(talk("§7.2.3.4 Hello in a block that is the last", rsv1_text(hex("f348cdc9c9070000")),
                {echo("Hello")})),
      wide(talk("§7.2.3.5 Hello in two blocks", rsv1_text(hex("f248050000 00ffff cac9c90700")),
                {echo("Hello")})),
      wide(talk("§7.2.3.6 an empty message", hex("c10100"), {echo("")})),
  };
}

std::vector<Vector> unusual_streams() {
  const std::string last_block = hex("f348cdc9c9070000");
  return {
      wide(talk("a binary", rsv1_binary(pressed("\x01\x02\x03")), {echo_binary("\x01\x02\x03")})),
      wide(talk("an uncompressed message", text("plain"), {echo("plain")})),
      wide(talk("an uncompressed one between two compressed ones, by the window",
                rsv1_text(kHello) + text("plain") + rsv1_text(hex("f200110000")),
                {echo("Hello"), echo("plain"), echo("Hello")})),
      wide(talk("an empty one between two, by the window",
                rsv1_text(kHello) + hex("c10100") + rsv1_text(hex("f200110000")),
                {echo("Hello"), echo(""), echo("Hello")})),
      wide(talk("an empty binary", hex("820000").substr(0, 2) + hex("c20100"),
                {echo_binary(""), echo_binary("")})),
      wide(talk("a message after a block that was the last",
                rsv1_text(last_block) + rsv1_text(kHello), {echo("Hello"), echo("Hello")})),
      wide(talk("a message that refers behind a block that was the last",
                rsv1_text(last_block) + rsv1_text(hex("f200110000")),
                {echo("Hello"), echo("Hello")})),
      wide(talk("two messages, each in a last block", rsv1_text(last_block) + rsv1_text(last_block),
                {echo("Hello"), echo("Hello")})),
      wide(talk("a last block and nothing after it", rsv1_text(hex("f348cdc9c90700")),
                {echo("Hello")})),
      wide(talk("a payload of no bytes is an empty message", rsv1_text(""), {echo("")})),
      // §7.2.1 takes 00 00 FF FF off whatever block it ends, also one marked as the last.
      wide(talk("an empty message in a last block without its tail", rsv1_text(hex("01")),
                {echo("")})),
      wide(talk("Hello, and a last block without its tail",
                rsv1_text(hex("000500faff48656c6c6f01")) + rsv1_text(hex("f200110000")),
                {echo("Hello"), echo("Hello")})),
      wide(talk("many empty blocks", rsv1_text(repeated(hex("000000ffff"), 50) + kHello),
                {echo("Hello")})),
      wide(talk("stored blocks only", rsv1_binary(pressed(std::string(3000, 'x'), Style::Stored)),
                {echo_binary(std::string(3000, 'x'))})),
      wide(talk("fragments of one byte", in_fragments(kText, kHello, 1, false, kRsv1),
                {echo("Hello")})),
      wide(talk("an empty first fragment", frame(kText, "", false, kRsv1) + last(kHello),
                {echo("Hello")})),
      wide(talk("an empty last fragment", frame(kText, kHello, false, kRsv1) + last(""),
                {echo("Hello")})),
      wide(talk("an empty fragment in the middle",
                frame(kText, kHello.substr(0, 3), false, kRsv1) + more("") + last(kHello.substr(3)),
                {echo("Hello")})),
      wide(
          talk("a ping between compressed fragments",
               frame(kText, kHello.substr(0, 3), false, kRsv1) + ping("p") + last(kHello.substr(3)),
               {answer_ping("p"), echo("Hello")})),
      wide(talk("Close between compressed fragments",
                frame(kText, kHello.substr(0, 3), false, kRsv1) + close(1000), {close_with(1000)})),
      forgetful(talk("messages without a context", rsv1_text(kHello) + rsv1_text(kHello),
                     {echo("Hello"), echo("Hello")})),
      wide(talk("compressed and larger than plain", rsv1_text(pressed("a", Style::Stored)),
                {echo("a")})),
  };
}

// §6: RSV1 "MUST be set on the first fragment" only; control frames are never compressed.
std::vector<Vector> reserved_bits_in_use() {
  std::vector<Vector> all = {
      wide(fails_at("RSV1 on a continuation",
                    frame(kText, kHello.substr(0, 3), false, kRsv1) +
                        frame(kContinuation, kHello.substr(3), true, kRsv1),
                    7, 1002)),
      wide(fails_at("RSV1 on the continuation of a plain message",
                    fragment("a") + frame(kContinuation, "b", true, kRsv1), 5, 1002)),
      wide(fails_at("RSV1 on a continuation of nothing", frame(kContinuation, kHello, true, kRsv1),
                    2, 1002)),
      wide(fails_at("RSV1 on a ping", frame(kPing, kHello, true, kRsv1), 2, 1002)),
      wide(fails_at("RSV1 on a pong", frame(kPong, kHello, true, kRsv1), 2, 1002)),
      wide(fails_at("RSV1 on a Close", frame(kClose, hex("03e8"), true, kRsv1), 2, 1002)),
      wide(fails_at("RSV1 on a reserved opcode", frame(3, kHello, true, kRsv1), 2, 1002)),
      wide(fails_at("RSV1 on a good message, then on a ping",
                    rsv1_text(kHello) + frame(kPing, "", true, kRsv1), 11, 1002, {echo("Hello")})),
      talk("RSV1 on a text when nothing was agreed", rsv1_text(kHello), {fail_with(1002)}),
  };
  for (const unsigned rsv : {1U, 2U, 3U, 5U, 6U, 7U})
    for (const unsigned opcode : {kText, kBinary})
      all.push_back(wide(fails_at(fmt::format("RSV {} on opcode {}", rsv, opcode),
                                  frame(opcode, kHello, true, rsv), 2, 1002)));
  return all;
}

// What is no DEFLATE is 1007: §7.2.2 leaves nothing to say, and RFC 6455 §7.4.1 has this code for
// "data within a message that was not consistent with the type of the message".
std::vector<Vector> bad_streams() {
  const auto bad = [](std::string name, const std::string& payload) {
    return wide(talk(std::move(name), rsv1_text(payload), {fail_with(1007)}));
  };
  return {
      wide(fails_at("a block of the reserved type", rsv1_text(hex("07000000")), 3, 1007)),
      wide(fails_at("a block of the reserved type in the first of two fragments",
                    frame(kText, hex("07000000"), false, kRsv1) + last("x"), 3, 1007)),
      wide(fails_at("a stored block whose length does not match",
                    rsv1_text(hex("000500000048656c6c6f00")), 7, 1007)),
      bad("a stored block that ends early", hex("000500faff4865")),
      bad("a code that is not in the fixed tree", hex("1bff")),
      bad("a distance that is not in the fixed tree", hex("024b1e00")),
      bad("a distance before the first byte", hex("f200110000")),
      bad("a dynamic block with too many lengths", hex("fdffffffffff")),
      bad("a dynamic block without codes", hex("040000000000")),
      bad("noise", hex("deadbeefdeadbeefdeadbeef")),
      bad("text that was not compressed", "Hello, world"),
      bad("a gzip header", hex("1f8b0800000000000003f248cdc9c90700")),
      bad("a zlib header", hex("789cf248cdc9c90700")),
      bad("a message cut inside a fixed block", kHello.substr(0, 4)),
      bad("a message cut inside a stored block's head", hex("0005")),
      wide(talk("a good message, then a bad one", rsv1_text(kHello) + rsv1_text(hex("07000000")),
                {echo("Hello"), fail_with(1007)})),
      wide(talk("a bad stream in the second fragment",
                frame(kText, kHello.substr(0, 3), false, kRsv1) + last(hex("ffffffffff")),
                {fail_with(1007)})),
      forgetful(talk("a message that needs a context, and there is none",
                     rsv1_text(kHello) + rsv1_text(hex("f200110000")),
                     {echo("Hello"), fail_with(1007)})),
      wide(talk("a plain message does not enter the window",
                text("Hello") + rsv1_text(hex("f200110000")), {echo("Hello"), fail_with(1007)})),
      wide(talk("a bad stream in a binary is 1007 as well", rsv1_binary(hex("07000000")),
                {fail_with(1007)})),
  };
}

std::vector<Vector> text_inside() {
  const auto judged = [](std::string name, std::string_view message, bool valid) {
    return wide(talk(std::move(name), rsv1_text(pressed(message)),
                     {valid ? echo(message) : fail_with(1007)}));
  };
  const std::string euro = "\xE2\x82\xAC";
  return {
      judged("compressed text in three scripts", "K\xC3\xB6ln \xCE\xBA " + euro, true),
      judged("compressed text that is not UTF-8", "abc\xFF", false),
      judged("compressed text with a surrogate", hex("61eda08062"), false),
      judged("compressed text that ends inside a character", "abc\xE2\x82", false),
      judged("compressed text with an overlong slash", hex("c0af"), false),
      judged("compressed text above U+10FFFF", hex("f4908080"), false),
      wide(talk("a character cut by compressed fragments",
                in_fragments(kText, pressed(euro), 2, false, kRsv1), {echo(euro)})),
      wide(talk("compressed binary need not be UTF-8", rsv1_binary(pressed("\xFF\x80")),
                {echo_binary("\xFF\x80")})),
      wide(talk("a good compressed text, then a bad one",
                rsv1_text(pressed("good")) + rsv1_text(pressed("\xFF")),
                {echo("good"), fail_with(1007)})),
  };
}

Vector limited(std::size_t limit, Vector vector) {
  Opening opening = compressed(wide_deflate(), "", {});
  opening.settings.max_message = limit;
  return with(opening, std::move(vector));
}

/// Made when it is run; compresses a thousand to one.
Vector bomb(std::string name, std::size_t limit, std::size_t size) {
  Vector vector{.name = std::move(name)};
  vector.script = [size] {
    return Script{ServerSends{rsv1_binary(pressed(std::string(size, '\0'), Style::Usual))},
                  Expect{{fail_with(1009)}}};
  };
  vector.words = "**fails 1009**";
  vector.sampling = Sampling{.cuts = 20, .chunkings = 20};
  return limited(limit, std::move(vector));
}

std::vector<Vector> limits_of_plain_size() {
  const std::string full(1000, 'x');
  const auto whole = [](std::string_view message) { return rsv1_text(pressed(message)); };
  return {
      limited(1000, talk("inflated as large as allowed", whole(full), {echo(full)})),
      limited(1000, talk("inflated one byte larger", whole(full + "x"), {fail_with(1009)})),
      limited(1000,
              talk("inflated larger, in fragments",
                   in_fragments(kText, pressed(full + "x"), 3, false, kRsv1), {fail_with(1009)})),
      limited(1000, talk("the limit is a message's", whole(full) + rsv1_text(pressed(full)),
                         {echo(full), echo(full)})),
      limited(10,
              talk("compressed larger than allowed, but empty",
                   rsv1_text(repeated(hex("000000ffff"), 10) + std::string(1, '\0')), {echo("")})),
      bomb("a bomb of 4 MiB, 1 MiB allowed", 1024 * 1024, 4 * 1024 * 1024),
      bomb("a bomb of 32 MiB, 64 KiB allowed", 64 * 1024, 32 * 1024 * 1024),
      bomb("a bomb of 32 MiB, 16 MiB allowed", 16 * 1024 * 1024, 32 * 1024 * 1024),
  };
}

}  // namespace

std::vector<Vector> deflate_streams() {
  std::vector<Vector> all = examples_of_the_rfc();
  append(all, unusual_streams());
  append(all, reserved_bits_in_use());
  append(all, bad_streams());
  append(all, text_inside());
  append(all, limits_of_plain_size());
  return all;
}

}  // namespace wsrelay::conformance
