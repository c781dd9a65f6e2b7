// What `--config A --plan B` prints: each tests/golden/plan/NAME.before.yaml and NAME.after.yaml
// are two configurations, and NAME.txt is every byte about the way from one to the other.
#include "config/print_plan.hpp"

#include <string>

#include <gtest/gtest.h>

#include "config/load.hpp"
#include "support/golden_files.hpp"

namespace wsrelay::config {
namespace {

const test::GoldenFiles kFiles("plan");

Config config_of(const std::string& file) {
  const Loaded loaded = load(kFiles.content(file), file);
  EXPECT_TRUE(loaded.ok()) << loaded.problems.front().text();
  return loaded.config;
}

std::string printed(const std::string& name) {
  return print(plan(config_of(name + ".before.yaml"), config_of(name + ".after.yaml")));
}

class Printed : public testing::TestWithParam<std::string> {};

TEST_P(Printed, SaysExactlyThis) {
  EXPECT_EQ(printed(GetParam()), kFiles.content(GetParam() + ".txt"));
}

TEST_P(Printed, NeverPrintsASecret) {
  EXPECT_EQ(printed(GetParam()).find("hunter"), std::string::npos) << printed(GetParam());
}

TEST_P(Printed, SaysThatNothingChangesIfNothingDoes) {
  for (const char* end : {".before.yaml", ".after.yaml"}) {
    const Config same = config_of(GetParam() + end);
    EXPECT_EQ(print(plan(same, same)), "Nothing would change.\nInstances: " +
                                           std::to_string(same.instances.size()) + " untouched\n");
  }
}

INSTANTIATE_TEST_SUITE_P(Files, Printed, testing::ValuesIn(kFiles.names(".before.yaml")),
                         [](const auto& row) { return row.param; });

TEST(PrintedFiles, AreAllThere) {
  EXPECT_GE(kFiles.names(".before.yaml").size(), 11U);
}

TEST(PrintedPlan, IsALineForEachInstanceAndASum) {
  using Verb = InstancePlan::Verb;
  Plan plan{.untouched = 9996};
  for (int i = 0; i < 1234; ++i) plan.instances.push_back({"room-" + std::to_string(i), Verb::Add});
  plan.instances.push_back({"x", Verb::Reconnect, {{"url", Reload::Reconnect}}});
  const std::string text = print(plan);
  EXPECT_TRUE(text.starts_with("+ room-0     is added\n")) << text;
  EXPECT_TRUE(
      text.ends_with("! x          reconnects: url\n"
                     "Instances: 1 234 added, 1 reconnected, 9 996 untouched\n"));
}

}  // namespace
}  // namespace wsrelay::config
