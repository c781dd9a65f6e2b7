#include "config/for_each.hpp"

#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.hpp"

namespace wsrelay::config {
namespace {

using testing::ElementsAre;

/// The names that one block makes, with the host each connects to.
std::vector<std::string> made(std::string_view for_each, std::string_view name,
                              std::string_view host) {
  const std::string yaml = fmt::format(
      "instances:\n  {}:\n    for_each: {}\n    url: ws://{}/\n    allow_plaintext: true\n", name,
      for_each, host);
  const Loaded loaded = load(yaml, "x.yaml");
  for (const Problem& problem : loaded.problems) ADD_FAILURE() << problem.text();
  std::vector<std::string> all;
  for (const auto& [instance, settings] : loaded.config.instances)
    all.push_back(instance + "=" + settings.client.url.host);
  return all;
}

TEST(ForEach, ARangeCounts) {
  EXPECT_THAT(
      made("1..3", "room-{{each}}", "r{{each}}.example.com"),
      ElementsAre("room-1=r1.example.com", "room-2=r2.example.com", "room-3=r3.example.com"));
}
TEST(ForEach, ARangeKeepsItsNoughts) {
  EXPECT_THAT(made("08..10", "r{{each}}", "h"), ElementsAre("r08=h", "r09=h", "r10=h"));
  EXPECT_THAT(made("8..10", "r{{each}}", "h"), ElementsAre("r10=h", "r8=h", "r9=h"));
}
TEST(ForEach, AListOfWordsAndRanges) {
  EXPECT_THAT(made("[north, 1..2, 7]", "'{{each}}-gate'", "h"),
              ElementsAre("1-gate=h", "2-gate=h", "7-gate=h", "north-gate=h"));
}
TEST(ForEach, AListOfGroups) {
  EXPECT_THAT(made("[{name: a, host: 10.0.0.1}, {name: b, host: 10.0.0.2}]", "gate-{{each.name}}",
                   "{{each.host}}"),
              ElementsAre("gate-a=10.0.0.1", "gate-b=10.0.0.2"));
}

TEST(ForEach, LeavesOtherPlacesAlone) {
  const Loaded loaded = load(
      "instances:\n"
      "  'r{{each}}':\n"
      "    for_each: 1..2\n"
      "    url: ws://localhost/\n"
      "    publish: [{topic: '{{base}}/{{instance}}/{{each}}', qos: '{{each}}'}]\n"
      "  r2: {publish: []}\n",
      "x.yaml");
  for (const Problem& problem : loaded.problems) ADD_FAILURE() << problem.text();
  const auto& rules = loaded.config.instances.at("r1").rules.publish;
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules[0].topic, "{{base}}/{{instance}}/1");
  EXPECT_EQ(rules[0].qos, 1);
  EXPECT_TRUE(loaded.config.instances.at("r2").rules.publish.empty());
}

struct Wrong {
  const char* name;
  std::string_view block;  // below instances:
  std::string_view first_line;
};
class WrongForEach : public testing::TestWithParam<Wrong> {};
TEST_P(WrongForEach, IsSaidOnceAndInPlace) {
  const Loaded loaded = load("instances:\n" + std::string(GetParam().block), "x.yaml");
  ASSERT_EQ(loaded.problems.size(), 1U) << loaded.problems.back().text();
  const std::string text = loaded.problems.front().text();
  EXPECT_EQ(text.substr(0, text.find('\n')), GetParam().first_line);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, WrongForEach,
    testing::Values(
        Wrong{"NoPlaceInTheName", "  room:\n    for_each: 1..2\n    url: ws://localhost/\n",
              "x.yaml:2:3: instances.room: for_each needs {{each}} in the name, or all would have "
              "one name — write room-{{each}}"},
        Wrong{"NoItems", "  r-{{each}}:\n    url: ws://localhost/\n",
              "x.yaml:2:3: instances.r-{{each}}: {{each}} stands for the items of for_each, and "
              "there is none — add for_each, for instance for_each: 1..40"},
        Wrong{"Backwards", "  r-{{each}}:\n    for_each: 9..1\n    url: ws://localhost/\n",
              "x.yaml:3:15: instances.r-{{each}}.for_each: '9..1' ends before it begins — write "
              "1..9"},
        Wrong{"OneWord", "  r-{{each}}:\n    for_each: north\n    url: ws://localhost/\n",
              "x.yaml:3:15: instances.r-{{each}}.for_each: 'north' is not a range like 1..40, or "
              "a list of words or of groups — one word alone needs no for_each"},
        Wrong{"EmptyList", "  r-{{each}}:\n    for_each: []\n    url: ws://localhost/\n",
              "x.yaml:3:15: instances.r-{{each}}.for_each: is an empty list — it makes nothing"},
        Wrong{"Twice", "  r-{{each}}:\n    for_each: [a, a]\n    url: ws://localhost/\n",
              "x.yaml:3:15: instances.r-{{each}}: 'r-a' is made twice — each item must give a "
              "name of its own"},
        Wrong{"TooMany", "  r-{{each}}:\n    for_each: 1..10001\n    url: ws://localhost/\n",
              "x.yaml:3:15: instances.r-{{each}}.for_each: makes more than 10000 instances — "
              "split them over several blocks, or daemons"},
        Wrong{"UnknownKey",
              "  r-{{each.name}}:\n    for_each: [{name: a, host: h}, {name: b, host: h}]\n"
              "    url: ws://{{each.hots}}/\n    enabled: false\n    allow_plaintext: true\n",
              "x.yaml:4:10: instances.r-{{each.name}}: '{{each.hots}}' has no value — did you mean "
              "{{each.host}}?"},
        Wrong{"AMistakeInTheBlockIsSaidOnce",
              "  r-{{each}}:\n    for_each: 1..40\n    url: ws://localhost/\n    enabled: maybe\n",
              "x.yaml:5:14: instances.r-1.enabled: 'maybe' is not true or false"}),
    [](const auto& row) { return row.param.name; });

TEST(ForEach, DoesNotBelongToDefaults) {
  const Loaded loaded = load("defaults: {for_each: 1..2}\n", "x.yaml");
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].what, "belongs to one block of instances");
}

}  // namespace
}  // namespace wsrelay::config
