#include "base/http_date.hpp"

#include <gtest/gtest.h>

namespace wsrelay {
namespace {

struct Row {
  const char* name;
  std::string_view text;
  std::string_view reads;  // empty: refused
};
class HttpDate : public testing::TestWithParam<Row> {};

TEST_P(HttpDate, IsReadStrictly) {
  const auto date = parse_http_date(GetParam().text);
  EXPECT_EQ(date ? print_wall_time(*date) : std::string(), GetParam().reads);
}

INSTANTIATE_TEST_SUITE_P(
    Accepted, HttpDate,
    testing::Values(
        Row{"Fixdate", "Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"},
        Row{"Rfc850", "Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000Z"},
        Row{"Rfc850AfterTheTurn", "Saturday, 21-Nov-26 00:00:00 GMT", "2026-11-21T00:00:00.000Z"},
        Row{"Asctime", "Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37.000Z"},
        Row{"AsctimeZeroDay", "Sun Nov 06 08:49:37 1994", "1994-11-06T08:49:37.000Z"},
        Row{"AsctimeTwoDigitDay", "Sat Nov 21 23:59:59 2026", "2026-11-21T23:59:59.000Z"},
        Row{"LeapDay", "Thu, 29 Feb 2024 12:00:00 GMT", "2024-02-29T12:00:00.000Z"},
        Row{"LeapSecond", "Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00.000Z"},
        Row{"FarAway", "Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59.000Z"},
        Row{"TheEpoch", "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00.000Z"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Refused, HttpDate,
    testing::Values(Row{"Empty", "", ""}, Row{"Words", "tomorrow", ""},
                    Row{"OtherZone", "Sun, 06 Nov 1994 08:49:37 UTC", ""},
                    Row{"Offset", "Sun, 06 Nov 1994 08:49:37 +0000", ""},
                    Row{"NoZone", "Sun, 06 Nov 1994 08:49:37", ""},
                    Row{"WrongWeekday", "Mon, 06 Nov 1994 08:49:37 GMT", ""},
                    Row{"WrongWeekdayRfc850", "Monday, 06-Nov-94 08:49:37 GMT", ""},
                    Row{"WrongWeekdayAsctime", "Mon Nov  6 08:49:37 1994", ""},
                    Row{"NameInLowerCase", "sun, 06 nov 1994 08:49:37 gmt", ""},
                    Row{"OneDigitDay", "Sun, 6 Nov 1994 08:49:37 GMT", ""},
                    Row{"TwoSpaces", "Sun, 06  Nov 1994 08:49:37 GMT", ""},
                    Row{"SpaceBefore", " Sun, 06 Nov 1994 08:49:37 GMT", ""},
                    Row{"SpaceAfter", "Sun, 06 Nov 1994 08:49:37 GMT ", ""},
                    Row{"ThirtiethOfFebruary", "Fri, 30 Feb 2024 12:00:00 GMT", ""},
                    Row{"NoLeapYear", "Wed, 29 Feb 2023 12:00:00 GMT", ""},
                    Row{"DayZero", "Thu, 00 Nov 1994 08:49:37 GMT", ""},
                    Row{"Hour24", "Sun, 06 Nov 1994 24:00:00 GMT", ""},
                    Row{"Minute60", "Sun, 06 Nov 1994 08:60:37 GMT", ""},
                    Row{"Second61", "Sun, 06 Nov 1994 08:49:61 GMT", ""},
                    Row{"BeforeTheEpoch", "Wed, 31 Dec 1969 23:59:59 GMT", ""},
                    Row{"SignedYear", "Sun, 06 Nov -994 08:49:37 GMT", ""},
                    Row{"Iso", "1994-11-06T08:49:37Z", ""}, Row{"CutShort", "Sun, 06 Nov 19", ""},
                    Row{"CutAfterTheDay", "Sun", ""}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace wsrelay
