#include "client/retry_after.hpp"

#include <gtest/gtest.h>

namespace wsrelay::client {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kNow = "Sat, 21 Nov 2026 12:00:00 GMT";

struct Row {
  const char* name;
  Fields fields;
  std::string_view asks;  // empty: nothing
};
class RetryAfter : public testing::TestWithParam<Row> {};

TEST_P(RetryAfter, IsHonouredOnlyIfItMakesSense) {
  const auto asked = retry_after(GetParam().fields);
  EXPECT_EQ(asked ? print_duration(*asked) : std::string(), GetParam().asks);
}

INSTANTIATE_TEST_SUITE_P(
    Honoured, RetryAfter,
    testing::Values(
        Row{"Seconds", {{"Retry-After", "120"}}, "2m"},
        Row{"AnyCaseOfTheName", {{"retry-after", "5"}}, "5s"},
        Row{"SpacesAround", {{"Retry-After", " 5\t"}}, "5s"},
        Row{"LeadingZeros", {{"Retry-After", "007"}}, "7s"},
        Row{"AYear", {{"Retry-After", "31622400"}}, "366d"},
        Row{"Date", {{"Date", kNow}, {"Retry-After", "Sat, 21 Nov 2026 12:10:00 GMT"}}, "10m"},
        Row{"DateBehindIt",
            {{"Retry-After", "Sat, 21 Nov 2026 12:10:00 GMT"}, {"Date", kNow}},
            "10m"},
        Row{"DatesInOldSpellings",
            {{"Date", "Sat Nov 21 12:00:00 2026"},
             {"Retry-After", "Saturday, 21-Nov-26 12:00:30 GMT"}},
            "30s"},
        Row{"TheServersClockMayBeWrong",
            {{"Date", "Thu, 01 Jan 1970 00:00:00 GMT"},
             {"Retry-After", "Thu, 01 Jan 1970 00:01:00 GMT"}},
            "1m"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Ignored, RetryAfter,
    testing::Values(
        Row{"Missing", {{"Date", kNow}}, ""}, Row{"Empty", {{"Retry-After", ""}}, ""},
        Row{"Zero", {{"Retry-After", "0"}}, ""}, Row{"Negative", {{"Retry-After", "-5"}}, ""},
        Row{"Plus", {{"Retry-After", "+5"}}, ""}, Row{"Fraction", {{"Retry-After", "1.5"}}, ""},
        Row{"Unit", {{"Retry-After", "5s"}}, ""}, Row{"Words", {{"Retry-After", "later"}}, ""},
        Row{"List", {{"Retry-After", "5, 10"}}, ""},
        Row{"Twice", {{"Retry-After", "5"}, {"Retry-After", "5"}}, ""},
        Row{"MoreThanAYear", {{"Retry-After", "31622401"}}, ""},
        Row{"BeyondAnyNumber", {{"Retry-After", "99999999999999999999999999"}}, ""},
        Row{"DateWithoutADate", {{"Retry-After", "Sat, 21 Nov 2026 12:10:00 GMT"}}, ""},
        Row{"DateWithASpoiltDate",
            {{"Date", "today"}, {"Retry-After", "Sat, 21 Nov 2026 12:10:00 GMT"}},
            ""},
        Row{"DateWithTwoDates",
            {{"Date", kNow}, {"Date", kNow}, {"Retry-After", "Sat, 21 Nov 2026 12:10:00 GMT"}},
            ""},
        Row{"DateInThePast",
            {{"Date", kNow}, {"Retry-After", "Sat, 21 Nov 2026 11:59:59 GMT"}},
            ""},
        Row{"DateIsNow", {{"Date", kNow}, {"Retry-After", kNow}}, ""},
        Row{"DateInTheFarFuture",
            {{"Date", kNow}, {"Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"}},
            ""},
        Row{"DateInTheFarPast",
            {{"Date", "Fri, 31 Dec 9999 23:59:59 GMT"},
             {"Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT"}},
            ""}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace wsrelay::client
