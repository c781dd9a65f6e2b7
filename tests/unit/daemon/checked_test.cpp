#include "daemon/checked.hpp"

#include <gtest/gtest.h>

namespace wsrelay::daemon {
namespace {

Snapshot snapshot(std::vector<config::File> files, config::Problems problems = {}) {
  Snapshot all;
  all.files = std::move(files);
  all.problems = std::move(problems);
  return all;
}

TEST(Checked, TheCommandLinesNameIsTheLastWord) {
  const config::File file{"a.yaml", "name: inside\n"};
  EXPECT_EQ(check(snapshot({file}), "", nullptr).loaded.config.name, "inside");
  EXPECT_EQ(check(snapshot({file}), "outside", nullptr).loaded.config.name, "outside");
}

TEST(Checked, ANameThatCannotBeOneIsToldOfTheCommandLine) {
  const Checked checked = check(snapshot({}), "a/\"b", nullptr);
  EXPECT_FALSE(checked.ok());
  EXPECT_TRUE(checked.first_problem().starts_with("--name:1:7: name: ")) << checked.first_problem();
}

TEST(Checked, AFileThatCannotBeReadIsToldAlone) {
  const Checked checked =
      check(snapshot({{"a.yaml", "nonsense: 1\n"}}, {problem_of("b.yaml", "cannot be read")}), "",
            nullptr);
  EXPECT_FALSE(checked.ok());
  EXPECT_EQ(checked.problems(), "b.yaml: cannot be read\n");
  EXPECT_EQ(checked.first_problem(), "b.yaml: cannot be read");
}

TEST(Checked, AWarningRefusesNothingAndIsSaidFirst) {
  config::Problem passed_over = problem_of("b.yml", "is passed over");
  passed_over.warning = true;
  const Checked checked =
      check(snapshot({{"a.yaml", "nonsense: 1\n"}}, {passed_over}), "", nullptr);
  EXPECT_TRUE(checked.problems().starts_with("b.yml: warning: is passed over\na.yaml:1:1: "))
      << checked.problems();
  EXPECT_TRUE(check(snapshot({}, {passed_over}), "", nullptr).ok());
}

TEST(Checked, TheFirstProblemIsOneLineAndCountsTheOthers) {
  const Checked checked = check(snapshot({{"a.yaml", "one: 1\ntwo: 2\nthree: 3\n"}}), "", nullptr);
  const std::string first = checked.first_problem();
  EXPECT_TRUE(first.starts_with("a.yaml:1:1: ")) << first;
  EXPECT_TRUE(first.ends_with(" (and 2 more)")) << first;
  EXPECT_EQ(first.find('\n'), std::string::npos);
  EXPECT_EQ(checked.lines(false).size(), 3U);
}

}  // namespace
}  // namespace wsrelay::daemon
