#include "base/json.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "base/utf8.hpp"

namespace wsrelay {
namespace {

struct QuotedCase {
  const char* name;
  std::string text;
  std::string json;
};
class Quoted : public testing::TestWithParam<QuotedCase> {};

TEST_P(Quoted, IsWrittenAs) {
  EXPECT_EQ(json_quoted(GetParam().text), GetParam().json);
}

const std::string kBroken = "\xEF\xBF\xBD";

INSTANTIATE_TEST_SUITE_P(
    Rfc8259, Quoted,
    testing::Values(QuotedCase{"Nothing", "", R"("")"}, QuotedCase{"Plain", "abc", R"("abc")"},
                    QuotedCase{"Quote", "a\"b", R"("a\"b")"},
                    QuotedCase{"Backslash", "a\\b", R"("a\\b")"},
                    QuotedCase{"SlashStays", "a/b", R"("a/b")"},
                    QuotedCase{"ShortEscapes", "\n\r\t", R"("\n\r\t")"},
                    QuotedCase{"Nul", std::string(1, '\0'), R"("\u0000")"},
                    QuotedCase{"Escape", "\x1B", R"("\u001b")"},
                    QuotedCase{"LastControl", "\x1F", R"("\u001f")"},
                    QuotedCase{"Delete", "\x7F", R"("\u007f")"},
                    QuotedCase{"TwoBytes", "é", R"("é")"}, QuotedCase{"ThreeBytes", "€", R"("€")"},
                    QuotedCase{"FourBytes", "😀", R"("😀")"},
                    QuotedCase{"BadByteIsReplaced", "a\xFFz", "\"a" + kBroken + "z\""},
                    QuotedCase{"CutCharacterIsReplacedByteByByte", "a\xE2\x82",
                               "\"a" + kBroken + kBroken + "\""},
                    QuotedCase{"SurrogateIsReplaced", "\xED\xA0\x80",
                               "\"" + kBroken + kBroken + kBroken + "\""},
                    QuotedCase{"GoodAfterBad", "\xC3é", "\"" + kBroken + "é\""}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(JsonQuoted, IsUtf8WithoutBareControlsWhateverItIsGiven) {
  constexpr std::uint64_t kSeed = 5;
  SeededRandom random(kSeed);
  for (int round = 0; round < 5000; ++round) {
    std::string text(random.below(24), '\0');
    random.fill(std::as_writable_bytes(std::span(text)));
    const std::string json = json_quoted(text);
    ASSERT_TRUE(is_utf8(as_bytes(json))) << "seed " << kSeed << ", round " << round;
    for (const char c : json) ASSERT_GE(static_cast<unsigned char>(c), 0x20);
  }
}

TEST(JsonWriter, SeparatesMembersAndNests) {
  JsonWriter json;
  json.begin_object().member("a", 1).key("b").begin_array().value(true).value("x").null();
  json.begin_object().end_object().end_array().member("c", "d").end_object();
  EXPECT_EQ(json.text(), R"({"a":1,"b":[true,"x",null,{}],"c":"d"})");
}

TEST(JsonWriter, WritesEmptyContainersAndSiblings) {
  JsonWriter json;
  json.begin_array().begin_array().end_array().begin_object().end_object().value(0).end_array();
  EXPECT_EQ(json.take(), "[[],{},0]");
}

TEST(JsonWriter, WritesNumbersExactly) {
  JsonWriter json;
  json.begin_array().value(std::numeric_limits<std::int64_t>::min());
  json.value(std::numeric_limits<std::uint64_t>::max())
      .value(0.1)
      .value(-2.5)
      .value(std::uint16_t{7});
  json.end_array();
  EXPECT_EQ(json.text(), "[-9223372036854775808,18446744073709551615,0.1,-2.5,7]");
}

TEST(JsonWriter, HasNoWordForWhatIsNotANumber) {
  JsonWriter json;
  json.begin_array().value(std::nan("")).value(HUGE_VAL).value(-HUGE_VAL).end_array();
  EXPECT_EQ(json.text(), "[null,null,null]");
}

TEST(JsonWriter, EscapesKeysToo) {
  JsonWriter json;
  json.begin_object().member("a\"\n", std::string_view("v")).end_object();
  EXPECT_EQ(json.text(), "{\"a\\\"\\n\":\"v\"}");
}

}  // namespace
}  // namespace wsrelay
