#include "base/topic.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace wsrelay {
namespace {

struct Spelling {
  const char* name;
  std::string text;
  bool is_name;
  bool is_filter;
};
class Spelled : public testing::TestWithParam<Spelling> {};
TEST_P(Spelled, IsANameAFilterOrNeither) {
  EXPECT_EQ(is_topic_name(GetParam().text), GetParam().is_name);
  EXPECT_EQ(is_topic_filter(GetParam().text), GetParam().is_filter);
}
std::string levels(std::size_t n) {
  std::string text = "a";
  for (std::size_t i = 1; i < n; ++i) text += "/a";
  return text;
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Spelled,
    testing::Values(
        Spelling{"Empty", "", false, false}, Spelling{"OneLevel", "a", true, true},
        Spelling{"Slash", "/", true, true}, Spelling{"EmptyLevels", "a//b/", true, true},
        Spelling{"Blank", "a b", true, true},
        Spelling{"Unicode",
                 "gr\xC3\xB6\xC3\x9F"
                 "e",
                 true, true},
        Spelling{"Hash", "#", false, true}, Spelling{"HashAtTheEnd", "a/#", false, true},
        Spelling{"HashInside", "a/#/b", false, false}, Spelling{"HashInLevel", "a#", false, false},
        Spelling{"HashAndSlash", "#/", false, false}, Spelling{"Plus", "+", false, true},
        Spelling{"PlusInside", "a/+/b", false, true}, Spelling{"PlusTwice", "+/+", false, true},
        Spelling{"PlusInLevel", "a+/b", false, false}, Spelling{"PlusPlus", "++", false, false},
        Spelling{"PlusHash", "+#", false, false}, Spelling{"PlusThenHash", "+/#", false, true},
        Spelling{"Dollar", "$SYS/x", true, true},
        Spelling{"Nul", std::string("a\0b", 3), false, false},
        Spelling{"NewLine", "a\nb", false, false}, Spelling{"Delete", "a\x7F", false, false},
        Spelling{"NotUtf8", "a\xFF", false, false},
        Spelling{"Surrogate", "\xED\xA0\x80", false, false},
        Spelling{"Longest", std::string(kMaxTopicBytes, 'a'), true, true},
        Spelling{"TooLong", std::string(kMaxTopicBytes + 1, 'a'), false, false},
        Spelling{"Deepest", levels(kMaxTopicLevels), true, true},
        Spelling{"TooDeep", levels(kMaxTopicLevels + 1), false, false}),
    [](const auto& row) { return row.param.name; });

struct Pair {
  const char* name;
  std::string_view filter;
  std::string_view topic;
  bool matches;
};
class Match : public testing::TestWithParam<Pair> {};
TEST_P(Match, IsAsTheStandardSays) {
  EXPECT_EQ(topic_matches(GetParam().filter, GetParam().topic), GetParam().matches);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Match,
    testing::Values(
        Pair{"Equal", "a/b", "a/b", true}, Pair{"Different", "a/b", "a/c", false},
        Pair{"Case", "A", "a", false}, Pair{"FilterLonger", "a/b", "a", false},
        Pair{"TopicLonger", "a", "a/b", false}, Pair{"LeadingSlash", "/a", "a", false},
        Pair{"TrailingSlash", "a", "a/", false}, Pair{"HashTakesAll", "#", "a/b/c", true},
        Pair{"HashTakesTheParent", "a/#", "a", true},
        Pair{"HashTakesTheEmptyLevel", "a/#", "a/", true},
        Pair{"HashBelowOther", "a/#", "ab", false}, Pair{"PlusTakesOne", "a/+", "a/b", true},
        Pair{"PlusTakesNotTwo", "a/+", "a/b/c", false}, Pair{"PlusTakesNotNone", "a/+", "a", false},
        Pair{"PlusTakesTheEmptyLevel", "a/+", "a/", true}, Pair{"PlusAndSlash", "+", "/a", false},
        Pair{"PlusPlusSlash", "+/+", "/a", true}, Pair{"PlusHash", "a/+/#", "a/b", true},
        Pair{"PlusHashTooShort", "a/+/#", "a", false}, Pair{"HashNotDollar", "#", "$SYS/x", false},
        Pair{"PlusNotDollar", "+/x", "$SYS/x", false},
        Pair{"DollarByName", "$SYS/#", "$SYS/x", true}, Pair{"DollarInside", "a/+", "a/$b", true}),
    [](const auto& row) { return row.param.name; });

std::string random_filter(Random& random, bool wildcards) {
  std::string text;
  const std::uint64_t n = 1 + random.below(4);
  for (std::uint64_t i = 0; i < n; ++i) {
    if (i > 0) text += '/';
    const std::uint64_t kind = random.below(wildcards ? 6 : 3);
    if (kind == 4 && i + 1 == n) return text + '#';
    if (kind == 5) text += '+';
    if (kind == 1 || kind == 3) text += 'a';
    if (kind == 2) text += i == 0 && random.below(3) == 0 ? "$" : "b";
  }
  return text.empty() ? "a" : text;
}

constexpr std::uint64_t kSeed = 11;

TEST(Laws, AFilterWithoutWildcardsMatchesItselfAlone) {
  SeededRandom random(kSeed);
  for (int i = 0; i < 5000; ++i) {
    const std::string a = random_filter(random, false);
    const std::string b = random_filter(random, false);
    EXPECT_EQ(topic_matches(a, b), a == b) << a << " " << b;
  }
}

TEST(Laws, WhatBothMatchTheyOverlapOn) {
  SeededRandom random(kSeed);
  int both = 0;
  for (int i = 0; i < 50'000; ++i) {
    const std::string a = random_filter(random, true);
    const std::string b = random_filter(random, true);
    const std::string name = random_filter(random, false);
    EXPECT_EQ(filters_overlap(a, b), filters_overlap(b, a)) << a << " " << b;
    EXPECT_TRUE(filters_overlap(a, a)) << a;
    if (!topic_matches(a, name) || !topic_matches(b, name)) continue;
    ++both;
    EXPECT_TRUE(filters_overlap(a, b)) << a << " and " << b << " both take " << name;
  }
  EXPECT_GT(both, 500);
}

TEST(Laws, FiltersThatOverlapHaveANameInCommon) {
  SeededRandom random(kSeed);
  std::vector<std::string> names;  // every name of up to five levels of "", a, b and $
  std::vector<std::string> row{""};
  for (int depth = 0; depth < 5; ++depth) {
    std::vector<std::string> next;
    for (const std::string& start : row)
      for (const char* level : {"", "a", "b", "$"})
        next.push_back(depth == 0 ? level : start + '/' + level);
    names.insert(names.end(), next.begin(), next.end());
    row = std::move(next);
  }
  for (int i = 0; i < 400; ++i) {
    const std::string a = random_filter(random, true);
    const std::string b = random_filter(random, true);
    bool common = false;
    for (const std::string& name : names)
      common = common || (!name.empty() && topic_matches(a, name) && topic_matches(b, name));
    EXPECT_EQ(filters_overlap(a, b), common) << a << " and " << b;
  }
}

}  // namespace
}  // namespace wsrelay
