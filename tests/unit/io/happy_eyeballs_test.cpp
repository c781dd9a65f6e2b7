// RFC 8305 without sockets: the order of addresses, and the race in virtual time.
#include "io/happy_eyeballs.hpp"

#include <map>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace wsrelay::io {
namespace {

using namespace std::chrono_literals;

struct OrderCase {
  const char* name;
  std::vector<std::string> given, wanted;
};
void PrintTo(const OrderCase& row, std::ostream* out) {
  *out << row.name;
}
class Order : public testing::TestWithParam<OrderCase> {};

TEST_P(Order, IsInterleaved) {
  std::vector<Address> given;
  for (const auto& host : GetParam().given) given.push_back(*Address::from_literal(host, 1));
  std::vector<std::string> order;
  for (const Address& each : interleaved(given)) {
    const std::string text = each.text();
    order.push_back(text.substr(0, text.rfind(':')));
  }
  EXPECT_EQ(order, GetParam().wanted);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc8305, Order,
    testing::Values(OrderCase{"NothingStaysNothing", {}, {}},
                    OrderCase{"OneStaysOne", {"10.0.0.1"}, {"10.0.0.1"}},
                    OrderCase{"SixGoesFirst", {"10.0.0.1", "fe00::1"}, {"[fe00::1]", "10.0.0.1"}},
                    OrderCase{"FamiliesAlternateAndKeepTheirOrder",
                              {"fe00::1", "fe00::2", "fe00::3", "10.0.0.1", "10.0.0.2"},
                              {"[fe00::1]", "10.0.0.1", "[fe00::2]", "10.0.0.2", "[fe00::3]"}},
                    OrderCase{"TheLongerFamilyEnds",
                              {"10.0.0.1", "10.0.0.2", "10.0.0.3", "fe00::1"},
                              {"[fe00::1]", "10.0.0.1", "10.0.0.2", "10.0.0.3"}},
                    OrderCase{
                        "ARepeatedAddressIsTriedOnce", {"10.0.0.1", "10.0.0.1"}, {"10.0.0.1"}}),
    [](const auto& row) { return row.param.name; });

// Each candidate's fate: "5" fails after 5 ms, "+5" connects after 5 ms, "-" never answers.
// The story: what happened when, "s0@0" started, "f0@5" failed, "w1@255" won, "lost@…".
std::string story(const std::vector<std::string>& fates, Duration limit) {
  std::string told;
  const Instant start{};
  const auto tell = [&](std::string_view what, Instant now) {
    fmt::format_to(std::back_inserter(told), "{}{}@{}", told.empty() ? "" : " ", what,
                   std::chrono::duration_cast<std::chrono::milliseconds>(now - start).count());
  };
  Race race(fates.size(), start);
  std::multimap<Instant, std::size_t> settles;
  for (Instant now = start; now <= start + limit;) {
    while (const auto next = race.start_next(now)) {
      tell(fmt::format("s{}", *next), now);
      const std::string& fate = fates[*next];
      if (fate != "-")
        settles.emplace(now + std::chrono::milliseconds(std::abs(std::stoi(fate))), *next);
    }
    const Instant settle = settles.empty() ? Instant::max() : settles.begin()->first;
    if (settle <= now) {
      const std::size_t who = settles.begin()->second;
      settles.erase(settles.begin());
      const bool won = fates[who].front() == '+';
      tell(fmt::format("{}{}", won ? 'w' : 'f', who), now);
      if (won) return told;
      race.failed();
      if (race.is_lost()) return told + " lost";
      continue;
    }
    now = std::min(settle, race.next_moment());
  }
  return told + " timeout";
}

struct RaceCase {
  const char* name;
  std::vector<std::string> fates;
  const char* wanted;
};
void PrintTo(const RaceCase& row, std::ostream* out) {
  *out << row.name;
}
class Racing : public testing::TestWithParam<RaceCase> {};

TEST_P(Racing, GoesLikeThis) {
  EXPECT_EQ(story(GetParam().fates, 3s), GetParam().wanted);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc8305, Racing,
    testing::Values(
        RaceCase{"TheFirstWinsAlone", {"+5", "+5"}, "s0@0 w0@5"},
        RaceCase{"ABlackHoleCostsOneDelay", {"-", "+5"}, "s0@0 s1@250 w1@255"},
        RaceCase{"AFailureStartsTheNextAtOnce", {"5", "+5"}, "s0@0 f0@5 s1@5 w1@10"},
        RaceCase{"ASlowFirstMayStillWin", {"+260", "+20"}, "s0@0 s1@250 w0@260"},
        RaceCase{"AllFailedIsLost", {"1", "2", "3"}, "s0@0 f0@1 s1@1 f1@3 s2@3 f2@6 lost"},
        RaceCase{"TheEighthWins",
                 {"1", "1", "1", "1", "1", "1", "1", "+1"},
                 "s0@0 f0@1 s1@1 f1@2 s2@2 f2@3 s3@3 f3@4 s4@4 f4@5 s5@5 f5@6 s6@6 f6@7 s7@7 w7@8"},
        RaceCase{"AtMostSixAtOnce",
                 {"-", "-", "-", "-", "-", "1000", "+1"},
                 "s0@0 s1@250 s2@500 s3@750 s4@1000 s5@1250 f5@2250 s6@2250 w6@2251"},
        RaceCase{"TheDelayCountsFromTheLastStart",
                 {"100", "-", "+1"},
                 "s0@0 f0@100 s1@100 s2@350 w2@351"}),
    [](const auto& row) { return row.param.name; });

TEST(Race, WithoutCandidatesIsLostAtOnce) {
  EXPECT_TRUE(Race(0, Instant{}).is_lost());
}

}  // namespace
}  // namespace wsrelay::io
