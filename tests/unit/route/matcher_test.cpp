#include "route/matcher.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "base/topic.hpp"

namespace wsrelay::route {
namespace {

std::vector<std::uint32_t> matched(const Matcher& matcher, std::string_view topic) {
  std::vector<std::uint32_t> found;
  matcher.match(topic, found);
  std::sort(found.begin(), found.end());
  return found;
}

std::string random_path(Random& random, bool filter) {
  static constexpr std::string_view kLevels[] = {"a", "b", "", "$s", "+"};
  std::string path;
  const auto levels = 1 + random.below(4);
  for (std::uint64_t i = 0; i < levels; ++i) {
    if (i > 0) path += '/';
    path += kLevels[random.below(filter ? 5 : 4)];
  }
  if (filter && random.below(3) == 0) path += "/#";
  if (filter && random.below(20) == 0) path = "#";
  return path.empty() ? "a" : path;
}

// The law: the trie finds what asking each filter finds.
TEST(Matcher, AgreesWithAskingEachFilter) {
  const std::uint64_t seed = 20261121;
  SCOPED_TRACE(seed);
  SeededRandom random(seed);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> filters;
    Matcher matcher;
    for (std::uint32_t i = 0; i < 30; ++i) {
      filters.push_back(random_path(random, true));
      matcher.add(filters.back(), i);
    }
    for (std::uint32_t gone = 0; gone < 30; gone += 3) matcher.remove(filters[gone], gone);
    for (int i = 0; i < 50; ++i) {
      const std::string topic = random_path(random, false);
      std::vector<std::uint32_t> expected;
      for (std::uint32_t n = 0; n < filters.size(); ++n)
        if (n % 3 != 0 && topic_matches(filters[n], topic)) expected.push_back(n);
      EXPECT_EQ(matched(matcher, topic), expected) << topic;
    }
  }
}

TEST(Matcher, ForgetsWhatIsRemoved) {
  Matcher matcher;
  matcher.add("a/b/#", 1);
  matcher.add("a/+", 2);
  matcher.remove("a/b/#", 1);
  matcher.remove("never/there", 7);
  EXPECT_EQ(matched(matcher, "a/b"), std::vector<std::uint32_t>{2});
}

}  // namespace
}  // namespace wsrelay::route
