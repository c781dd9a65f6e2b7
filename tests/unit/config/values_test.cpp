// Sizes, suggestions, and how a problem is printed.
#include <string>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "config/problem.hpp"
#include "config/size.hpp"
#include "config/source.hpp"
#include "config/suggest.hpp"

namespace wsrelay::config {
namespace {

struct SizeRow {
  const char* name;
  std::string_view text;
  std::int64_t bytes;  // -1: refused
};
class Sizes : public testing::TestWithParam<SizeRow> {};
TEST_P(Sizes, AreReadOrRefused) {
  const auto bytes = parse_size(GetParam().text);
  EXPECT_EQ(bytes ? static_cast<std::int64_t>(*bytes) : -1, GetParam().bytes);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Sizes,
    testing::Values(SizeRow{"Bytes", "512B", 512}, SizeRow{"Zero", "0B", 0},
                    SizeRow{"KiB", "64KiB", 65536}, SizeRow{"K", "64K", 65536},
                    SizeRow{"MiB", "1MiB", 1048576}, SizeRow{"Blank", "1 MiB", 1048576},
                    SizeRow{"GiB", "2GiB", 2147483648}, SizeRow{"Most", "1024GiB", 1LL << 40},
                    SizeRow{"TooMuch", "1025GiB", -1}, SizeRow{"NoUnit", "5", -1},
                    SizeRow{"Kb", "5KB", -1}, SizeRow{"Negative", "-5B", -1},
                    SizeRow{"Fraction", "1.5MiB", -1}, SizeRow{"Empty", "", -1},
                    SizeRow{"OnlyUnit", "MiB", -1}, SizeRow{"TrailingBlank", "1MiB ", -1},
                    SizeRow{"Overflow", "99999999999999999999B", -1}),
    [](const auto& row) { return row.param.name; });

TEST(Sizes, ReadBackWhatTheyPrint) {
  constexpr std::uint64_t kSeed = 20261121;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t bytes = random.below(std::uint64_t{1} << (1 + random.below(40)));
    EXPECT_EQ(parse_size(print_size(bytes)), bytes) << print_size(bytes);
  }
}

TEST(EditDistance, CountsSlipsOfTheHand) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("url", "ulr"), 1U) << "a swap is one";
  EXPECT_EQ(edit_distance("url", "curl"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
}

TEST(EditDistance, IsTheSameBothWaysAndZeroOnlyForEqualWords) {
  SeededRandom random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string a;
    std::string b;
    for (std::uint64_t n = random.below(7); n > 0; --n)
      a += static_cast<char>('a' + random.below(3));
    for (std::uint64_t n = random.below(7); n > 0; --n)
      b += static_cast<char>('a' + random.below(3));
    EXPECT_EQ(edit_distance(a, b), edit_distance(b, a)) << a << " " << b;
    EXPECT_EQ(edit_distance(a, b) == 0, a == b);
  }
}

TEST(Nearest, IsNearOrNothing) {
  const std::string_view known[] = {"url", "headers", "warning", "enabled"};
  EXPECT_EQ(nearest("ulr", known), "url");
  EXPECT_EQ(nearest("header", known), "headers");
  EXPECT_EQ(nearest("warn", known), "warning");
  EXPECT_EQ(nearest("something", known), std::nullopt);
  EXPECT_EQ(nearest("x", known), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'u'), known), std::nullopt);
}

TEST(ProblemText, IsOneLineWithoutASource) {
  const Problem problem{.file = "f", .line = 2, .column = 3, .key = "a.b", .what = "is wrong"};
  EXPECT_EQ(problem.text(), "f:2:3: a.b: is wrong");
}

TEST(ProblemText, CannotMoveTheCursor) {
  const Problem problem{.file = "f", .key = "a\033[2J", .what = "x\ny", .source = "\033[1mq"};
  EXPECT_EQ(problem.text(), "f:1:1: a [2J: x y\n     [1mq\n    ^");
}

TEST(ProblemText, CutsLongLinesAroundTheCaret) {
  for (const unsigned caret : {1U, 50U, 150U, 299U, 300U, 301U}) {
    std::string source(300, 'a');
    if (caret <= source.size()) source[caret - 1] = '!';
    const Problem problem{.file = "f", .key = "k", .what = "w", .source = source, .caret = caret};
    const std::string text = problem.text();
    const std::string line = text.substr(text.find('\n') + 1);
    EXPECT_LT(line.find('\n'), 120U);
    const std::size_t at = line.find('!');
    if (at == std::string::npos) continue;
    const std::size_t shift =
        line.substr(0, at).find("…") == std::string::npos ? 0 : 2;  // 3 bytes, 1 wide
    EXPECT_EQ(line.rfind('^') - line.find('\n') - 1, at - shift) << text;
  }
}

TEST(Source, HidesWhatSoundsSecretWhereTheFileCouldNotBeRead) {
  const Source source("a:\n  headers:\n    X: 'hunter2\n  more\nother: [x\n");
  EXPECT_EQ(source.show_unread({3, 8}).line, "    [hidden]");
  EXPECT_EQ(source.show_unread({5, 9}).line, "other: [x");
}

TEST(SoundsSecret, KnowsTheUsualNames) {
  for (const char* name :
       {"password", "pasword", "Authorization", "api_key", "TOKEN", "Set-Cookie"})
    EXPECT_TRUE(sounds_secret(name)) << name;
  for (const char* name : {"url", "name", "enabled", "topic"})
    EXPECT_FALSE(sounds_secret(name)) << name;
}

TEST(MayHoldLogin, KnowsAddressesWithMoreThanAHost) {
  for (const char* text :
       {"wss://user:word@host", "wss://user:word", "a: {url: ws://u:", "http://host/?token=x",
        "first wss://host, then wss://user:word", "ws//user:word", "wss://[::1]:word"})
    EXPECT_TRUE(may_hold_login(text)) << text;
  for (const char* text : {"wss://host", "{url: wss://host:8080/path, x: y}", "wss://[::1]:80/",
                           "[wss://host]", "key: value", "unix:///run/socket", ""})
    EXPECT_FALSE(may_hold_login(text)) << text;
}

}  // namespace
}  // namespace wsrelay::config
