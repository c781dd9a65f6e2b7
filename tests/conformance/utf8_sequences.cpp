// Text once more, systematically: what may follow each first byte, how text and frames may be cut
// against one another, and what is no text.
#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"
#include "conformance/text_cases.hpp"
#include "conformance/utf8_oracle.hpp"

namespace wsrelay::conformance {
namespace {

Claim claim_of(std::string_view payload) {
  return judge_text(payload).valid() ? Claim::Valid : Claim::Invalid;
}

// All characters that begin with `lead` and end in 80…80 or BF…BF, as far as there are any.
std::string characters_after(unsigned lead) {
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::string out;
  for (unsigned second = 0x80; second <= 0xBF; ++second)
    for (const char rest : {'\x80', '\xBF'}) {
      const std::string one = {static_cast<char>(lead), static_cast<char>(second), rest, rest};
      if (judge_text(one.substr(0, size)).valid()) out += one.substr(0, size);
    }
  return out;
}

std::vector<Vector> after_each_first_byte() {
  std::vector<Vector> valid, invalid;
  for (unsigned lead = 0xC2; lead <= 0xF4; ++lead)
    valid.push_back(text_case(fmt::format("every second byte after {:02X}", lead),
                              characters_after(lead), Claim::Valid));
  for (unsigned lead = 0x80; lead <= 0xFF; ++lead)
    invalid.push_back(text_case(fmt::format("{:02X} and an ASCII letter", lead),
                                "ab" + std::string(1, static_cast<char>(lead)) + "c",
                                Claim::Invalid));
  std::vector<Vector> all = series("every second byte after each first byte", std::move(valid));
  append(all, series("each byte from 80 to FF before an ASCII letter", std::move(invalid)));
  return all;
}

// The bounds that a second byte has after E0, ED, F0 and F4, from both sides.
std::vector<Vector> around_narrow_bounds() {
  std::vector<Vector> all;
  for (const std::string_view bytes :
       {"e09fbf",   "e0a080",   "ec8080",   "ecbfbf",   "ed9fbf",   "eda080",
        "ee8080",   "eebfbf",   "f08fbfbf", "f0908080", "f1808080", "f3bfbfbf",
        "f48fbfbf", "f4908080", "f5808080", "c1bf",     "c280",     "dfbf",
        "e08080",   "efbfbf",   "f0bfbfbf", "ed8080",   "edbfbf",   "f4808080"})
    all.push_back(text_case(fmt::format("bounds: {}", bytes), "a" + hex(bytes) + "b",
                            claim_of("a" + hex(bytes) + "b")));
  return all;
}

const std::string kMixed = "a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80z";  // 1, 2, 3 and 4 bytes

std::vector<Vector> cut_by_frames() {
  std::vector<Vector> all;
  for (std::size_t cut = 0; cut <= kMixed.size(); ++cut)
    all.push_back(talk(fmt::format("text cut after byte {}", cut),
                       fragment(kMixed.substr(0, cut)) + last(kMixed.substr(cut)), {echo(kMixed)}));
  for (std::size_t cut = 0; cut <= kMixed.size(); ++cut)
    all.push_back(talk(fmt::format("text cut after byte {}, a ping in the cut", cut),
                       fragment(kMixed.substr(0, cut)) + ping("p") + last(kMixed.substr(cut)),
                       {answer_ping("p"), echo(kMixed)}));
  for (std::size_t size = 1; size <= 4; ++size)
    all.push_back(talk(fmt::format("text in fragments of {} bytes", size),
                       in_fragments(kText, kMixed, size, false), {echo(kMixed)}));
  return series("text cut by frames inside its characters", std::move(all));
}

// §5.6: what counts is the whole message, so a character must not reach over its end.
std::vector<Vector> unfinished() {
  std::vector<Vector> all;
  for (const std::string_view part : {"c3", "e2", "e282", "f0", "f09f", "f09f98"}) {
    const std::string bytes = "ab" + hex(part);
    all.push_back(text_case(fmt::format("text ends after {}", part), bytes, Claim::Invalid));
    all.push_back(text_case_in_bytes(fmt::format("text in fragments ends after {}", part), bytes,
                                     Claim::Invalid));
    all.push_back(fails_at(fmt::format("{} ends a text and another begins", part),
                           text(bytes) + text("c"), text(bytes).size(), 1007));
  }
  return series("text that ends inside a character", std::move(all));
}

std::vector<Vector> what_is_no_text() {
  const std::string bad = hex("ff80c0");
  const std::string half = "\xE2\x82";
  return {
      talk("binary need not be UTF-8", binary(bad), {echo_binary(bad)}),
      talk("binary in fragments need not be UTF-8", frame(kBinary, bad, false) + last(bad),
           {echo_binary(bad + bad)}),
      talk("a bad binary, then a text", binary(half) + text("a"), {echo_binary(half), echo("a")}),
      talk("half a character in a ping inside a text", fragment("a") + ping(half) + last("b"),
           {answer_ping(half), echo("ab")}),
      talk("half a character around a ping", fragment(half) + ping("p") + last("\xAC"),
           {answer_ping("p"), echo("\xE2\x82\xAC")}),
      fails_at("a bad text after a good one", text("good") + text("\xFF"), 9, 1007, {echo("good")}),
      fails_at("a bad byte in the third of four fragments",
               fragment("a") + more("b") + more("\xFF") + last("c"), 9, 1007),
      fails_at("half a character, then an empty last fragment", fragment(half) + last(""), 6, 1007),
      fails_at("half a character, then an ASCII letter in the next fragment",
               fragment(half) + last("a"), 7, 1007),
      fails_at("a bad byte at the beginning of a long text", text("\xFF" + std::string(2000, 'a')),
               5, 1007),
      fails_at("a bad byte at the end of a long text", text(std::string(2000, 'a') + "\xFF"), 2005,
               1007),
      fails_at("a bad byte after eight good ones",
               text("12345678\xFF"
                    "9"),
               11, 1007),
      fails_at("a bad byte at each alignment of eight", text("1234567890123\xFF"), 16, 1007),
      talk("a byte order mark is a character",
           text("\xEF\xBB\xBF"
                "a"),
           {echo("\xEF\xBB\xBF"
                 "a")}),
      talk("a byte order mark of another encoding is none, but binary",
           binary("\xFF\xFE"
                  "a"),
           {echo_binary("\xFF\xFE"
                        "a")}),
      fails_at("a byte order mark of UTF-16",
               text("\xFF\xFE"
                    "a"),
               3, 1007),
      fails_at("Latin-1", text("caf\xE9"), 6, 1007),
      fails_at("a pair of surrogates as CESU-8 has it", text(hex("eda0bdedb880")), 4, 1007),
      fails_at("NUL as modified UTF-8 has it", text(hex("c080")), 3, 1007),
  };
}

}  // namespace

std::vector<Vector> utf8_sequences() {
  std::vector<Vector> all = after_each_first_byte();
  append(all, around_narrow_bounds());
  append(all, cut_by_frames());
  append(all, unfinished());
  append(all, what_is_no_text());
  return all;
}

}  // namespace wsrelay::conformance
