#include "route/template.hpp"

#include <array>

#include <gtest/gtest.h>

namespace wsrelay::route {
namespace {

constexpr std::array<std::string_view, 3> kKnown{"base", "instance", "opcode"};
constexpr std::array kValues{Template::Value{"base", "wsrelay"},
                             Template::Value{"instance", "echo"},
                             Template::Value{"opcode", "text"}};

struct Row {
  const char* name;
  std::string_view text;
  std::string_view expanded;
};

class Expanding : public testing::TestWithParam<Row> {};

TEST_P(Expanding, FillsInEveryPlace) {
  const auto parsed = Template::parse(GetParam().text, kKnown);
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_EQ(parsed->expand(kValues), GetParam().expanded);
}

TEST_P(Expanding, BindingFirstTellsTheSame) {
  const auto parsed = Template::parse(GetParam().text, kKnown);
  ASSERT_TRUE(parsed);
  for (std::size_t n = 0; n <= kValues.size(); ++n) {
    const std::span<const Template::Value> all(kValues);
    EXPECT_EQ(parsed->bind(all.first(n)).expand(all.subspan(n)), GetParam().expanded) << n;
  }
  EXPECT_TRUE(parsed->bind(kValues).is_constant());
}

INSTANTIATE_TEST_SUITE_P(
    Template, Expanding,
    testing::Values(Row{"NoPlace", "a/b", "a/b"}, Row{"Empty", "", ""},
                    Row{"OnlyAPlace", "{{base}}", "wsrelay"},
                    Row{"TheDefaultTopic", "{{base}}/{{instance}}/recv", "wsrelay/echo/recv"},
                    Row{"PlacesSideBySide", "{{instance}}{{opcode}}", "echotext"},
                    Row{"ASingleBraceIsItself", "a{b}c", "a{b}c"},
                    Row{"ClosingAloneIsItself", "a}}b", "a}}b"},
                    Row{"TwiceTheSame", "{{base}}/{{base}}", "wsrelay/wsrelay"}),
    [](const auto& row) { return row.param.name; });

class Refusing : public testing::TestWithParam<Row> {};

TEST_P(Refusing, SaysWhatIsWrong) {
  const auto parsed = Template::parse(GetParam().text, kKnown);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().text, GetParam().expanded);
}

INSTANTIATE_TEST_SUITE_P(
    Template, Refusing,
    testing::Values(Row{"NeverClosed", "a/{{base", "'{{' is never closed by '}}'"},
                    Row{"Unknown", "{{bse}}",
                        "there is no {{bse}}; known are {{base}} {{instance}} {{opcode}}"},
                    Row{"EmptyName", "{{}}",
                        "there is no {{}}; known are {{base}} {{instance}} {{opcode}}"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace wsrelay::route
