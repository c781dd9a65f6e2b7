// The suite about itself: it is complete, its names are one of a kind, its judges can say no, and
// the page in docs/ is what it says.
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "base/utf8.hpp"
#include "conformance/beats.hpp"
#include "conformance/dice.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"
#include "conformance/runner.hpp"
#include "conformance/table.hpp"
#include "conformance/utf8_oracle.hpp"

namespace wsrelay::conformance {
namespace {

TEST(Suite, NamesAreOneOfAKind) {
  std::set<std::string> names;
  for (const Family& family : all_families())
    for (const Vector& vector : family.vectors)
      EXPECT_TRUE(names.insert(family.name + "." + vector.name).second) << vector.name;
  EXPECT_GE(names.size(), 900U);
}

TEST(Suite, HasEveryCaseOfTheCatalogueOnce) {
  std::map<std::string, int> sections;
  std::set<std::string> numbers;
  for (const Family& family : all_families())
    for (const Vector& vector : family.vectors) {
      if (std::isdigit(static_cast<unsigned char>(vector.name.front())) == 0) continue;
      const std::string number = vector.name.substr(0, vector.name.find(' '));
      if (number.find('.') == std::string::npos) continue;
      EXPECT_TRUE(numbers.insert(number).second) << number;
      ++sections[number.substr(0, number.find('.'))];
    }
  const std::map<std::string, int> expected = {{"1", 16}, {"2", 11},  {"3", 7},   {"4", 10},
                                               {"5", 20}, {"6", 145}, {"7", 37},  {"9", 54},
                                               {"10", 1}, {"12", 90}, {"13", 126}};
  EXPECT_EQ(sections, expected);
}

struct WrongRow {
  const char* name;
  Vector vector;
  std::string found;  // in the report

  friend void PrintTo(const WrongRow& row, std::ostream* out) { *out << row.name; }
};
class WrongVector : public testing::TestWithParam<WrongRow> {};

TEST_P(WrongVector, IsFoundOut) {
  const std::string report = examine(GetParam().vector, {}).failure;
  EXPECT_NE(report.find(GetParam().found), std::string::npos) << report;
}
INSTANTIATE_TEST_SUITE_P(
    Rows, WrongVector,
    testing::Values(
        WrongRow{"OtherContent", talk("row", text("a"), {echo("b")}), "expected  text \"b\""},
        WrongRow{"OtherKind", talk("row", text("a"), {echo_binary("a")}), "expected  binary \"a\""},
        WrongRow{"NothingExpected", talk("row", text("a"), {}), "expected  nothing"},
        WrongRow{"TooMuchExpected", talk("row", text("a"), {echo("a"), echo("b")}),
                 "actual    nothing"},
        WrongRow{"OtherOrder", talk("row", text("a") + text("b"), {echo("b"), echo("a")}),
                 "told, number 1"},
        WrongRow{"OtherCode", talk("row", close(1000), {close_with(1001)}), "closed 1001"},
        WrongRow{"NoPong", talk("row", ping("p"), {hear_ping("p")}), "control frames sent"},
        WrongRow{"OtherReason", talk("row", frame(3, ""), {fail_with(1002, "because")}), "because"},
        WrongRow{"EarlierByte", fails_at("row", frame(3, "x"), 1, 1002), "scene 2"},
        WrongRow{"LaterByte", fails_at("row", frame(3, "x"), 3, 1002), "scene 1"},
        WrongRow{"AfterTheEnd", play("row", {ServerSends{text("a")}}), "expected  nothing"},
        WrongRow{"LeftInsideAFrame", talk("row", text("ab").substr(0, 3), {}), "cannot be closed"},
        WrongRow{"LongContent",
                 talk("row", text(std::string(90, 'a')), {echo(std::string(89, 'a') + 'b')}),
                 "90 bytes"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Oracle, AgreesWithTheValidatorOnEveryPairOfBytesAndEveryCodePoint) {
  for (unsigned a = 0; a <= 0xFF; ++a)
    for (unsigned b = 0; b <= 0xFF; ++b) {
      const std::string text = {static_cast<char>(a), static_cast<char>(b), '\x80', '\x80'};
      ASSERT_EQ(judge_text(text).valid(), is_utf8(as_bytes(text))) << a << " " << b;
    }
  for (std::uint32_t code = 0; code <= 0x10FFFF; ++code)
    ASSERT_EQ(judge_text(encoded(code)).valid(), is_utf8(as_bytes(encoded(code)))) << code;
}

TEST(Page, IsWhatTheVectorsSay) {
  std::ifstream file(std::string(WSRELAY_SOURCE_DIR) + "/docs/conformance.md", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == table_of(all_families()))
      << "run: cmake --build BUILD --target conformance-table";
}

}  // namespace
}  // namespace wsrelay::conformance
