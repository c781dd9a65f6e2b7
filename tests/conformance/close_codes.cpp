// Which codes and reasons may stand in a Close (RFC 6455 §5.5.1, §7.4, §11.7), from either side.
#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"
#include "conformance/performance.hpp"
#include "conformance/utf8_oracle.hpp"
#include "conformance/words.hpp"

namespace wsrelay::conformance {
namespace {

std::vector<Vector> codes(const std::string& title, bool valid,
                          const std::vector<std::uint16_t>& numbers) {
  std::vector<Vector> all;
  for (const std::uint16_t code : numbers)
    all.push_back(in_words(valid ? "closes with its code" : "**fails 1002**",
                           talk(fmt::format("{}: {}", title, code), close(code, "why"),
                                {valid ? close_with(code, "why") : fail_with(1002)})));
  return series(title, std::move(all));
}

// "1000–1003 1007–1014": the codes that a session takes for good, as ranges.
std::string accepted_codes() {
  std::string out;
  int from = -1;
  for (int code = 0; code <= 65536; ++code) {
    bool good = false;
    if (code <= 65535) {
      const Script script = {ServerSends{close(static_cast<std::uint16_t>(code))}, Expect{}};
      const Performance played = perform(Opening{}, script, {.name = ""});
      good = played.scenes.front().told.back().what == "ended";
    }
    if (good && from < 0) from = code;
    if (good || from < 0) continue;
    out += fmt::format("{}{}–{}", out.empty() ? "" : " ", from, code - 1);
    from = -1;
  }
  return out;
}

std::vector<Vector> reasons() {
  const std::string euro = "\xE2\x82\xAC";
  std::vector<Vector> all = {
      talk("reason of one byte", close(1000, "x"), {close_with(1000, "x")}),
      talk("reason in several scripts", close(1001, "K\xC3\xB6ln \xCE\xBA " + euro),
           {close_with(1001, "K\xC3\xB6ln \xCE\xBA " + euro)}),
      talk("reason of 122 bytes", close(1000, std::string(122, 'r')),
           {close_with(1000, std::string(122, 'r'))}),
      talk("reason of 41 characters in 123 bytes", close(1000, repeated(euro, 41)),
           {close_with(1000, repeated(euro, 41))}),
      talk("reason with a NUL", close(1000, std::string("a\0b", 3)),
           {close_with(1000, std::string("a\0b", 3))}),
      talk("reason with line ends", close(1000, "a\r\nb"), {close_with(1000, "a\r\nb")}),
      talk("reason that is one non-character", close(1000, "\xEF\xBF\xBF"),
           {close_with(1000, "\xEF\xBF\xBF")}),
      fails_at("Close whose length stands in 16 bits", head(kClose, 2, 2) + hex("03e8"), 2, 1002),
      fails_at("Close whose length stands in 64 bits", head(kClose, 2, 8) + hex("03e8"), 2, 1002),
      fails_at("Close of 126 bytes, its head only", head(kClose, 126, 2), 2, 1002),
  };
  for (const std::string_view byte : {"00", "01", "03", "0f", "88", "ff"})
    all.push_back(
        fails_at(fmt::format("Close of the byte {}", byte), frame(kClose, hex(byte)), 3, 1002));
  for (const unsigned first : {kClose, kPing, kPong})
    all.push_back(fails_at(fmt::format("opcode {} without FIN, as a Close of two", first),
                           frame(first, hex("03e8"), false), 2, 1002));
  return all;
}

std::vector<Vector> bad_reasons() {
  std::vector<Vector> all;
  for (const std::string_view bytes :
       {"ff", "80", "c0af", "c3", "e282", "f09f98", "eda080", "f4908080", "61e2", "e28261", "c080",
        "f5808080", "fe", "e0809f", "f0808080", "6162fe6364"}) {
    const std::string reason = hex(bytes);
    if (judge_text(reason).valid()) throw std::logic_error("a good reason among the bad ones");
    all.push_back(
        talk(fmt::format("reason {} is not UTF-8", bytes), close(1000, reason), {fail_with(1007)}));
  }
  all.push_back(talk("reason of 123 bytes ends inside a character",
                     close(1000, std::string(121, 'r') + "\xE2\x82"), {fail_with(1007)}));
  // The first fault that is found decides: a code before a reason.
  all.push_back(talk("a reserved code with a bad reason", close(1005, "\xFF"), {fail_with(1002)}));
  return series("reason that is not UTF-8", std::move(all));
}

Vector ours(std::string name, WeClose mine, std::string_view on_the_wire) {
  return play(std::move(name), {std::move(mine), Expect{{sent_control(on_the_wire)}}});
}

// A code that must not travel is left out, and so is a reason that is no text.
std::vector<Vector> our_codes() {
  std::vector<Vector> all;
  for (const int code :
       {1000, 1001, 1003, 1007, 1008, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999})
    all.push_back(ours(fmt::format("we close with {}", code),
                       {static_cast<std::uint16_t>(code), "r"}, fmt::format("close {}", code)));
  all = series("a code of ours that may travel", std::move(all));
  std::vector<Vector> mute;
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
    mute.push_back(ours(fmt::format("we close with {}, which must not travel", code),
                        {static_cast<std::uint16_t>(code), "r"}, "close"));
  append(all, series("a code of ours that must not travel", std::move(mute)));
  all.push_back(ours("our reason of 123 bytes", {1000, std::string(123, 'r')}, "close 1000"));
  all.push_back(
      ours("our reason of 500 bytes is cut", {1000, std::string(500, 'r')}, "close 1000"));
  all.push_back(ours("our reason is cut between characters", {1000, repeated("\xE2\x82\xAC", 42)},
                     "close 1000"));
  all.push_back(ours("our reason is cut before a character of four bytes",
                     {1000, std::string(121, 'r') + "\xF0\x9F\x98\x80"}, "close 1000"));
  all.push_back(ours("our reason that is not UTF-8 is left out", {1000, "\xFF"}, "close 1000"));
  return all;
}

}  // namespace

std::vector<Vector> close_codes() {
  std::vector<Vector> all;
  append(all, codes("registered codes", true,
                    {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014}));
  append(all, codes("codes of libraries and applications", true,
                    {3000, 3001, 3008, 3500, 3998, 3999, 4000, 4001, 4400, 4500, 4998, 4999}));
  append(all, codes("codes below 1000", false, {0, 1, 2, 99, 100, 500, 998, 999}));
  append(all, codes("codes that must never travel", false, {1004, 1005, 1006, 1015}));
  append(all, codes("codes of nobody", false,
                    {1016, 1017, 1099, 1100, 1500, 1999, 2000, 2001, 2500, 2998, 2999}));
  append(all,
         codes("codes from 5000 on", false, {5000, 5001, 9999, 10000, 32768, 50000, 65534, 65535}));
  all.push_back(ask("all 65536 codes", "1000–1003 1007–1014 3000–4999", accepted_codes));
  append(all, reasons());
  append(all, bad_reasons());
  append(all, our_codes());
  return all;
}

}  // namespace wsrelay::conformance
