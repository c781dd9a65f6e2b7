#include "bridge/transition.hpp"

#include <gtest/gtest.h>

namespace wsrelay::bridge {
namespace {

using Verb = config::InstancePlan::Verb;

struct Diary final : Transition::Deeds {
  std::string all;
  void leave(const std::string& name) override { all += "-" + name; }
  void join(const std::string& name, const config::Instance& settings) override {
    all += (settings.enabled ? "+" : "(+)") + name;
  }
  void change(const std::string& name, const config::Instance& settings) override {
    all += (settings.enabled ? "~" : "(~)") + name;
  }
};

struct Case {
  const char* name;
  std::size_t slice;
  std::vector<std::string> told;  // after each slice
};
class Slices : public testing::TestWithParam<Case> {};

TEST_P(Slices, DoEverythingOnceAndRemovalsFirst) {
  auto next = std::make_shared<config::Config>();
  for (const char* name : {"a", "c", "e", "f"}) next->instances[name] = {};
  next->instances["e"].enabled = false;
  Transition transition(next, {.instances = {{"a", Verb::Add},
                                             {"b", Verb::Remove},
                                             {"c", Verb::Live},
                                             {"d", Verb::Remove},
                                             {"e", Verb::Disable},
                                             {"f", Verb::Reconnect}}});
  Diary diary;
  std::size_t turns = 0;
  bool done = false;
  while (!done && turns < GetParam().told.size()) {
    done = transition.advance(diary, GetParam().slice);
    EXPECT_EQ(diary.all, GetParam().told[turns++]);
  }
  EXPECT_TRUE(done);
  EXPECT_EQ(turns, GetParam().told.size());
  EXPECT_TRUE(transition.advance(diary, 100)) << "and nothing twice";
  EXPECT_EQ(diary.all, GetParam().told.back());
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Slices,
    testing::Values(Case{"AllAtOnce", 100, {"-b-d+a~c(~)e~f"}}, Case{"Six", 6, {"-b-d+a~c(~)e~f"}},
                    Case{"Four", 4, {"-b-d+a~c", "-b-d+a~c(~)e~f"}},
                    Case{"Three", 3, {"-b-d+a", "-b-d+a~c(~)e~f"}},
                    Case{"OneByOne",
                         1,
                         {"-b", "-b-d", "-b-d+a", "-b-d+a~c", "-b-d+a~c(~)e", "-b-d+a~c(~)e~f"}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ATransition, WithoutAnInstanceIsDoneAtOnce) {
  Diary diary;
  Transition transition(std::make_shared<config::Config>(), {.untouched = 10'000});
  EXPECT_TRUE(transition.advance(diary, 1));
  EXPECT_EQ(diary.all, "");
}

TEST(ATransition, LetsGoOfTheConfigurationWhenItEnds) {
  const auto next = std::make_shared<config::Config>();
  {
    const Transition transition(next, {});
    EXPECT_EQ(next.use_count(), 2);
  }
  EXPECT_EQ(next.use_count(), 1);
}

}  // namespace
}  // namespace wsrelay::bridge
