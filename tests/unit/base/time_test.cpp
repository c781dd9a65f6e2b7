#include "base/time.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace wsrelay {
namespace {

using namespace std::chrono_literals;

struct Row {
  const char* name;
  std::string text;
  std::int64_t milliseconds;  // -1: refused
};
class Spans : public testing::TestWithParam<Row> {};
TEST_P(Spans, AreReadOrRefused) {
  const auto span = parse_duration(GetParam().text);
  const std::int64_t read = span ? *span / 1ms : -1;
  EXPECT_EQ(read, GetParam().milliseconds);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Spans,
    testing::Values(Row{"Milliseconds", "500ms", 500}, Row{"Seconds", "20s", 20'000},
                    Row{"Minutes", "2m", 120'000}, Row{"MinutesLong", "2min", 120'000},
                    Row{"Hours", "1h", 3'600'000}, Row{"Days", "1d", 86'400'000},
                    Row{"Sum", "1m30s", 90'000}, Row{"SumWithBlanks", "1min 30s", 90'000},
                    Row{"BlankBeforeUnit", "5 s", 5'000}, Row{"AnyOrder", "1s1m", 61'000},
                    Row{"Zero", "0s", 0}, Row{"BareZero", "0", 0}, Row{"BareNumber", "5", -1},
                    Row{"LastUnitMissing", "1m30", -1}, Row{"Empty", "", -1}, Row{"Blank", " ", -1},
                    Row{"Negative", "-5s", -1}, Row{"NegativeZero", "-0s", -1},
                    Row{"Plus", "+5s", -1}, Row{"Fraction", "1.5s", -1},
                    Row{"UnknownUnit", "5w", -1}, Row{"OnlyUnit", "s", -1},
                    Row{"UpperCase", "5S", -1}, Row{"LongUnit", "5 seconds", -1},
                    Row{"Microseconds", "5us", -1}, Row{"TenYears", "3650d", 3650LL * 86'400'000},
                    Row{"MoreThanTenYears", "3651d", -1}, Row{"SumTooLarge", "3650d1ms", -1},
                    Row{"Overflow", "99999999999999999999s", -1},
                    Row{"OverflowInSum", "9223372036854775807ms9223372036854775807ms", -1}),
    [](const auto& row) { return row.param.name; });

struct Printed {
  Duration span;
  const char* text;
};
class Printing : public testing::TestWithParam<Printed> {};
TEST_P(Printing, IsShort) {
  EXPECT_EQ(print_duration(GetParam().span), GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(Rows, Printing,
                         testing::Values(Printed{0s, "0s"}, Printed{1ms, "1ms"},
                                         Printed{20s, "20s"}, Printed{60s, "1m"},
                                         Printed{90s, "1m30s"}, Printed{1500ms, "1s500ms"},
                                         Printed{24h, "1d"}, Printed{25h + 61s, "1d1h1m1s"}));

TEST(Spans, ReadBackWhatTheyPrint) {
  constexpr std::uint64_t kSeed = 5;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  for (int i = 0; i < 5000; ++i) {
    const Duration span =
        1ms * static_cast<std::int64_t>(random.below(std::uint64_t{1} << (1 + random.below(38))));
    const auto again = parse_duration(print_duration(span));
    ASSERT_TRUE(again) << print_duration(span);
    EXPECT_EQ(*again, span);
  }
}

TEST(After, NeverWraps) {
  const Instant now{1h};
  EXPECT_EQ(after(now, 5s), Instant{1h + 5s});
  EXPECT_EQ(after(now, Duration::max()), Instant::max());
  EXPECT_EQ(after(Instant::max(), 1s), Instant::max());
  EXPECT_EQ(after(Instant::max(), Duration::zero()), Instant::max());
  EXPECT_EQ(after(Instant::max() - 1s, 1s), Instant::max());
}

TEST(WallTime, IsPrintedInUtcWithMilliseconds) {
  EXPECT_EQ(print_wall_time(WallTime{0ms}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(print_wall_time(WallTime{1795230245123ms}), "2026-11-21T03:04:05.123Z");
  EXPECT_EQ(print_wall_time(WallTime{-1ms}), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace wsrelay
