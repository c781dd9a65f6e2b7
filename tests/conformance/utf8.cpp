// Text is UTF-8, and fails as soon as it cannot be any more (RFC 6455 §5.6, §8.1): section 6 of the
// catalogue.
#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"
#include "conformance/text_cases.hpp"
#include "conformance/utf8_oracle.hpp"

namespace wsrelay::conformance {
namespace {

using std::chrono::seconds;

const std::string kGreek = hex("ceba e1bdb9 cf83 cebc ceb5");

std::vector<Vector> empty_and_valid() {
  const std::string two_bytes = "gr\xC3\xBC\xC3\x9F";  // "grüß", each umlaut in two bytes
  return {
      talk("6.1.1 empty text", text(""), {echo("")}),
      talk("6.1.2 three empty fragments", fragment("") + more("") + last(""), {echo("")}),
      talk("6.1.3 a fragment between two empty ones", fragment("") + more("middle") + last(""),
           {echo("middle")}),
      talk("6.2.1 characters of two bytes in one frame", text(two_bytes), {echo(two_bytes)}),
      talk("6.2.2 in two fragments, cut between characters",
           fragment(two_bytes.substr(0, 4)) + last(two_bytes.substr(4)), {echo(two_bytes)}),
      text_case_in_bytes("6.2.3 in fragments of one byte", two_bytes, Claim::Valid),
      text_case_in_bytes("6.2.4 a Greek word in fragments of one byte", kGreek, Claim::Valid),
      text_case("6.3.1 a surrogate after a Greek word", kGreek + hex("eda080") + "edited",
                Claim::Invalid),
      text_case_in_bytes("6.3.2 the same in fragments of one byte",
                         kGreek + hex("eda080") + "edited", Claim::Invalid),
  };
}

// Three parts with a second between; the second part says that the text is none.
Vector in_three_parts(std::string name, const std::string& first, const std::string& second,
                      const std::string& third) {
  return play(std::move(name),
              {ServerSends{first}, Expect{}, TimePasses{seconds(1)}, Expect{}, ServerSends{second},
               Expect{{fail_with(1007)}}, TimePasses{seconds(1)}, ServerSends{third}, Expect{}});
}

std::vector<Vector> failing_fast() {
  const std::string whole = kGreek + hex("f4908080") + "edited";
  const auto part = [&](std::size_t from, std::size_t to) { return whole.substr(from, to - from); };
  const std::string bytes = text(whole);
  const auto cut = [&](std::size_t from, std::size_t to) { return bytes.substr(from, to - from); };
  return {
      in_three_parts("6.4.1 above U+10FFFF in the second of three frames", fragment(part(0, 11)),
                     more(part(11, 15)), last(part(15, 21))),
      in_three_parts("6.4.2 the same, cut inside the character", fragment(part(0, 12)),
                     more(part(12, 13)), last(part(13, 21))),
      in_three_parts("6.4.3 above U+10FFFF in the second part of one frame", cut(0, 13),
                     cut(13, 17), cut(17, 23)),
      in_three_parts("6.4.4 the same, cut inside the character", cut(0, 14), cut(14, 15),
                     cut(15, 23)),
  };
}

std::vector<Vector> prefixes_of_a_word() {
  std::vector<Vector> all;
  for (std::size_t length = 1; length <= kGreek.size(); ++length) {
    const bool whole = length == 2 || length == 5 || length == 7 || length == 9 || length == 11;
    all.push_back(text_case(
        fmt::format("6.6.{} the first {} bytes of a Greek word", length, length),
        std::string_view(kGreek).substr(0, length), whole ? Claim::Valid : Claim::Invalid));
  }
  return all;
}

std::string starts_and_spaces(unsigned from, unsigned to) {
  std::string out;
  for (unsigned lead = from; lead <= to; ++lead) out += fmt::format("{:02x}20", lead);
  return out;
}

std::vector<std::string> non_characters() {
  std::vector<std::string> all;
  for (std::uint32_t plane = 0; plane <= 16; ++plane)
    for (const std::uint32_t low : {0xFFFEU, 0xFFFFU}) {
      std::string in_hex;
      for (const char c : encoded(plane << 16 | low))
        in_hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
      all.push_back(in_hex);
    }
  return all;
}

const std::vector<std::string> kWithoutLast = {"c0", "e080", "f08080", "f8808080", "fc80808080",
                                               "df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf"};

std::string continuation_run() {
  std::string out;
  for (unsigned byte = 0x80; byte <= 0xBE; ++byte) out += fmt::format("{:02x}", byte);
  return out;
}

std::vector<Vector> limits_of_lengths() {
  std::vector<Vector> all;
  append(all, numbered_texts("6.7", "lowest code point of a length", Claim::Valid,
                             {"00", "c280", "e0a080", "f0908080"}));
  append(all, numbered_texts("6.8", "lowest code point of five and six bytes", Claim::Invalid,
                             {"f888808080", "fc8480808080"}));
  append(all, numbered_texts("6.9", "highest code point of a length", Claim::Valid,
                             {"7f", "dfbf", "efbfbf", "f48fbfbf"}));
  append(all, numbered_texts("6.10", "highest of four bytes and more, beyond Unicode",
                             Claim::Invalid, {"f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"}));
  append(all, numbered_texts("6.11", "beside surrogates, replacement, highest", Claim::Valid,
                             {"ed9fbf", "ee8080", "efbfbd", "f48fbfbf"}));
  all.push_back(text_case("6.11.5 just above the highest", hex("f4908080"), Claim::Invalid));
  return all;
}

std::vector<Vector> broken_sequences() {
  std::vector<Vector> all;
  append(all, numbered_texts("6.12", "lone continuation bytes", Claim::Invalid,
                             {"80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80",
                              "80bf80bf80bf", continuation_run()}));
  append(all, numbered_texts("6.13", "first bytes, each followed by a space", Claim::Invalid,
                             {starts_and_spaces(0xC0, 0xDE), starts_and_spaces(0xE0, 0xEE),
                              starts_and_spaces(0xF0, 0xF6), starts_and_spaces(0xF8, 0xFA),
                              starts_and_spaces(0xFC, 0xFC)}));
  append(all, numbered_texts("6.14", "last byte missing", Claim::Invalid, kWithoutLast));
  std::string all_of_them;
  for (const std::string& each : kWithoutLast) all_of_them += each;
  append(all, numbered_texts("6.15", "all of these joined", Claim::Invalid, {all_of_them}));
  append(all, numbered_texts("6.16", "bytes that never appear", Claim::Invalid,
                             {"fe", "ff", "fefeffff"}));
  append(all, numbered_texts("6.17", "overlong slash", Claim::Invalid,
                             {"c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"}));
  append(all, numbered_texts("6.18", "highest overlong of a length", Claim::Invalid,
                             {"c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"}));
  append(all, numbered_texts("6.19", "overlong NUL", Claim::Invalid,
                             {"c080", "e08080", "f0808080", "f880808080", "fc8080808080"}));
  return all;
}

std::vector<Vector> code_points_of_note() {
  std::vector<Vector> all;
  append(all,
         numbered_texts("6.20", "single surrogate", Claim::Invalid,
                        {"eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"}));
  append(all, numbered_texts("6.21", "pair of surrogates", Claim::Invalid,
                             {"eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf",
                              "edae80edb080", "edae80edbfbf", "edafbfedb080", "edafbfedbfbf"}));
  append(all, numbered_texts("6.22", "non-character", Claim::Valid, non_characters()));
  append(all,
         numbered_texts("6.23", "special, U+FFF9 to U+FFFF", Claim::Valid,
                        {"efbfb9", "efbfba", "efbfbb", "efbfbc", "efbfbd", "efbfbe", "efbfbf"}));
  return all;
}

}  // namespace

std::vector<Vector> utf8() {
  std::vector<Vector> all = empty_and_valid();
  append(all, failing_fast());
  append(all, series("ASCII with one character of each length, and a Greek word",
                     numbered_texts("6.5", "valid text", Claim::Valid,
                                    {"61243b", "61c2a23b", "61e282ac3b", "61f0a4ada23b",
                                     "ceba e1bdb9 cf83 cebc ceb5"})));
  append(all, prefixes_of_a_word());
  append(all, limits_of_lengths());
  append(all, broken_sequences());
  append(all, code_points_of_note());
  return all;
}

}  // namespace wsrelay::conformance
