#include "base/utf8.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace wsrelay {
namespace {

// RFC 3629 §3 by arithmetic, unlike the validator's table of bounds: decode, then judge the number.
bool by_arithmetic(std::string_view text) {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t n = lead < 0x80         ? 1
                          : lead >> 5 == 0x06 ? 2
                          : lead >> 4 == 0x0E ? 3
                          : lead >> 3 == 0x1E ? 4
                                              : 0;
    if (n == 0 || text.size() < n) return false;
    std::uint32_t code = n == 1 ? lead : lead & (0x7FU >> n);
    for (std::size_t i = 1; i < n; ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte >> 6 != 2) return false;
      code = code << 6 | (byte & 0x3F);
    }
    constexpr std::uint32_t kLowest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kLowest[n] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    text.remove_prefix(n);
  }
  return true;
}

std::string encoded(std::uint32_t code) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  const auto tail = [&](unsigned shift) { return byte(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | code >> 6), tail(0)};
  if (code < 0x10000) return {byte(0xE0 | code >> 12), tail(6), tail(0)};
  return {byte(0xF0 | code >> 18), tail(12), tail(6), tail(0)};
}

std::string repeated(std::string_view text, int times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

struct TextCase {
  const char* name;
  std::string text;
  bool valid;
  std::size_t first_bad = std::string::npos;  // the byte that no continuation can save
};
class Text : public testing::TestWithParam<TextCase> {};

TEST_P(Text, IsJudgedAsClaimed) {
  const auto& row = GetParam();
  EXPECT_EQ(is_utf8(as_bytes(row.text)), row.valid);
  EXPECT_EQ(by_arithmetic(row.text), row.valid);
}

TEST_P(Text, IsJudgedTheSameCutAtEveryPairOfPoints) {
  const std::string text = "ascii-" + GetParam().text + "-eight-and-more";
  const std::string_view view = text;
  for (std::size_t a = 0; a <= view.size(); ++a)
    for (std::size_t b = a; b <= view.size(); ++b) {
      Utf8Validator validator;
      validator.feed(as_bytes(view.substr(0, a)));
      validator.feed(as_bytes(view.substr(a, b - a)));
      validator.feed(as_bytes(view.substr(b)));
      ASSERT_EQ(validator.complete(), GetParam().valid) << a << ", " << b;
    }
}

// Long enough for the vector code, before and after, whole and cut at every point.
TEST_P(Text, IsJudgedTheSameInsideLongText) {
  for (const std::string_view filler :
       {"sixteen of ascii", "\xCE\xBA\xE1\xBD\xB9\xF0\x9F\x98\x80~"})
    for (std::size_t before = 0; before <= 5; ++before) {
      const std::string text =
          std::string(before, '-') + repeated(filler, 9) + GetParam().text + repeated(filler, 9);
      EXPECT_EQ(is_utf8(as_bytes(text)), GetParam().valid) << before;
      for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        Utf8Validator validator;
        validator.feed(as_bytes(text.substr(0, cut)));
        validator.feed(as_bytes(text.substr(cut)));
        ASSERT_EQ(validator.complete(), GetParam().valid) << before << ", " << cut;
      }
    }
}

TEST_P(Text, IsRefusedWithThePieceThatEndsInItsFirstImpossibleByte) {
  const auto& row = GetParam();
  for (const std::string_view filler : {"x", "\xCE\xBA", "\xE1\xBD\xB9", "\xF0\x9F\x98\x80"}) {
    const std::string before = repeated(filler, 100);
    for (std::size_t n = 0; n <= row.text.size(); ++n) {
      Utf8Validator validator;
      const bool bad = row.first_bad != std::string::npos && n > row.first_bad;
      ASSERT_EQ(validator.feed(as_bytes(before + row.text.substr(0, n))), !bad) << n;
    }
  }
}

TEST_P(Text, IsRefusedAtItsFirstImpossibleByteAndStaysRefused) {
  const auto& row = GetParam();
  Utf8Validator validator;
  for (std::size_t i = 0; i < row.text.size(); ++i)
    ASSERT_EQ(validator.feed(as_bytes(std::string_view(row.text).substr(i, 1))), i < row.first_bad)
        << "byte " << i;
  if (row.first_bad == std::string::npos) return;
  EXPECT_FALSE(validator.feed(as_bytes("fine")));
  EXPECT_FALSE(validator.complete());
  validator.reset();
  EXPECT_TRUE(validator.feed(as_bytes("fine")) && validator.complete());
}

const auto kName = [](const auto& row) { return std::string(row.param.name); };

INSTANTIATE_TEST_SUITE_P(
    Valid, Text,
    testing::Values(TextCase{"Empty", "", true}, TextCase{"Nul", std::string(1, '\0'), true},
                    TextCase{"Lowest2", "\xC2\x80", true},
                    TextCase{"Lowest3", "\xE0\xA0\x80", true},
                    TextCase{"Lowest4", "\xF0\x90\x80\x80", true},
                    TextCase{"Highest1", "\x7F", true}, TextCase{"Highest2", "\xDF\xBF", true},
                    TextCase{"Highest3", "\xEF\xBF\xBF", true},
                    TextCase{"Highest4", "\xF4\x8F\xBF\xBF", true},
                    TextCase{"LastBeforeSurrogates", "\xED\x9F\xBF", true},
                    TextCase{"FirstAfterSurrogates", "\xEE\x80\x80", true},
                    TextCase{"ReplacementCharacter", "\xEF\xBF\xBD", true},
                    TextCase{"NonCharacterFFFE", "\xEF\xBF\xBE", true},
                    TextCase{"NonCharacter1FFFE", "\xF0\x9F\xBF\xBE", true},
                    TextCase{"Greek", "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5", true}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Invalid, Text,
    testing::Values(TextCase{"Lowest5", "\xF8\x88\x80\x80\x80", false, 0},
                    TextCase{"Lowest6", "\xFC\x84\x80\x80\x80\x80", false, 0},
                    TextCase{"AboveHighest4", "\xF4\x90\x80\x80", false, 1},
                    TextCase{"F5", "\xF5\x80\x80\x80", false, 0},
                    TextCase{"F7", "\xF7\xBF\xBF\xBF", false, 0}, TextCase{"FE", "\xFE", false, 0},
                    TextCase{"FF", "\xFF", false, 0},
                    TextCase{"LoneContinuation80", "\x80", false, 0},
                    TextCase{"LoneContinuationBF", "\xBF", false, 0},
                    TextCase{"SixContinuations", "\x80\xBF\x80\xBF\x80\xBF", false, 0},
                    TextCase{"LeadThenSpace2", "\xC3 ", false, 1},
                    TextCase{"LeadThenSpace3", "\xE1 ", false, 1},
                    TextCase{"LeadThenSpace4", "\xF1 ", false, 1},
                    TextCase{"LeadThenLead", "\xC3\xC3", false, 1},
                    TextCase{"SecondOfThreeMissing", "\xE1\x80 ", false, 2},
                    TextCase{"LastOfFourMissing", "\xF1\x80\x80 ", false, 3},
                    TextCase{"OverlongSlash2", "\xC0\xAF", false, 0},
                    TextCase{"OverlongSlash3", "\xE0\x80\xAF", false, 1},
                    TextCase{"OverlongSlash4", "\xF0\x80\x80\xAF", false, 1},
                    TextCase{"HighestOverlong2", "\xC1\xBF", false, 0},
                    TextCase{"HighestOverlong3", "\xE0\x9F\xBF", false, 1},
                    TextCase{"HighestOverlong4", "\xF0\x8F\xBF\xBF", false, 1},
                    TextCase{"OverlongNul", "\xC0\x80", false, 0},
                    TextCase{"FirstSurrogate", "\xED\xA0\x80", false, 1},
                    TextCase{"LastSurrogate", "\xED\xBF\xBF", false, 1},
                    TextCase{"SurrogatePair", "\xED\xA0\xBD\xED\xB8\x80", false, 1}),
    kName);

TEST(Utf8, MayNotEndInsideACharacter) {
  for (const std::string_view text : {"\xC3", "\xE2\x82", "\xF0\x9F\x98"})
    for (std::size_t n = 1; n <= text.size(); ++n) {
      Utf8Validator validator;
      EXPECT_TRUE(validator.feed(as_bytes(text.substr(0, n)))) << "more may come";
      EXPECT_FALSE(validator.complete());
    }
}

TEST(Utf8, AcceptsEveryCodePointAndNoSurrogate) {
  for (std::uint32_t code = 0; code <= 0x10FFFF; ++code) {
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    ASSERT_EQ(is_utf8(as_bytes(encoded(code))), !surrogate) << code;
  }
}

TEST(Utf8, AgreesWithArithmeticOnEveryPairAndTripleOfHighBytes) {
  for (unsigned a = 0x70; a <= 0xFF; ++a)
    for (unsigned b = 0x70; b <= 0xFF; ++b)
      for (unsigned c = 0x70; c <= 0xFF; c += 3) {
        const std::string text = {static_cast<char>(a), static_cast<char>(b), static_cast<char>(c)};
        ASSERT_EQ(is_utf8(as_bytes(text)), by_arithmetic(text)) << a << " " << b << " " << c;
      }
}

// Text of every kind, some of it damaged.
std::string some_text(Random& random, std::size_t size) {
  constexpr std::uint32_t kKinds[] = {0x80, 0x800, 0xD800, 0x110000};
  const std::uint32_t kind = kKinds[random.below(4)];
  std::string text;
  while (text.size() < size) {
    const auto code = static_cast<std::uint32_t>(random.below(random.below(3) == 0 ? 0x80 : kind));
    text += encoded(code >= 0xD800 && code <= 0xDFFF ? 0x20 : code);
  }
  if (random.below(2) == 0) text[random.below(text.size())] = static_cast<char>(random.below(256));
  return text;
}

TEST(Utf8, AgreesWithArithmeticOnDamagedText) {
  constexpr std::uint64_t kSeed = 20;
  SeededRandom random(kSeed);
  int valid = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = some_text(random, 1 + random.below(200));
    const bool expected = by_arithmetic(text);
    valid += expected ? 1 : 0;
    ASSERT_EQ(is_utf8(as_bytes(text)), expected) << "seed " << kSeed << ", round " << round;
  }
  EXPECT_GT(valid, 5000);
  EXPECT_LT(valid, 18'000) << "damage must often be seen";
}

TEST(Utf8, PiecesOfAnySizeTellWhatSingleBytesTell) {
  constexpr std::uint64_t kSeed = 21;
  SeededRandom random(kSeed);
  for (int round = 0; round < 5000; ++round) {
    const std::string text = some_text(random, 1 + random.below(400));
    Utf8Validator pieces, bytes;
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view piece = rest.substr(0, 1 + random.below(120));
      bool expected = true;
      for (const char c : piece) expected = bytes.feed(as_bytes({&c, 1}));
      ASSERT_EQ(pieces.feed(as_bytes(piece)), expected) << "seed " << kSeed << ", round " << round;
      ASSERT_EQ(pieces.complete(), bytes.complete()) << "seed " << kSeed << ", round " << round;
      rest.remove_prefix(piece.size());
    }
  }
}

}  // namespace
}  // namespace wsrelay
