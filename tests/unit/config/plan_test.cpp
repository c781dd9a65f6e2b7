#include "config/plan.hpp"

#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.hpp"

namespace wsrelay::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Config good(std::string_view yaml) {
  Loaded loaded = load(yaml, "x.yaml");
  EXPECT_TRUE(loaded.ok()) << (loaded.problems.empty() ? "" : loaded.problems[0].text());
  return std::move(loaded.config);
}

std::string_view name_of(InstancePlan::Verb verb) {
  constexpr std::string_view kNames[] = {"add", "remove", "live", "reconnect", "enable", "disable"};
  return kNames[static_cast<std::size_t>(verb)];
}

/// "name=restart a:reconnect(url=reconnect)", in the order of the plan.
std::vector<std::string> told(const Plan& plan) {
  std::vector<std::string> lines;
  for (const Difference& each : plan.daemon)
    lines.push_back(fmt::format("{}={}", each.key, config::name_of(each.reload)));
  for (const InstancePlan& each : plan.instances) {
    std::string line = fmt::format("{} {}", name_of(each.verb), each.name);
    for (const Difference& why : each.why)
      line += fmt::format(" {}={}", why.key, config::name_of(why.reload));
    lines.push_back(line);
  }
  return lines;
}

const std::string kUrl = "url: 'ws://localhost/'";

TEST(APlan, ForTheSameConfigurationIsNothing) {
  const Config config = good("instances: {a: {" + kUrl + "}, b: {" + kUrl + "}}");
  const Plan same = plan(config, config);
  EXPECT_TRUE(same.nothing());
  EXPECT_EQ(same.untouched, 2U);
}

struct Case {
  const char* name;
  std::string before;
  std::string after;
  std::vector<std::string> told;
};
class PlanOf : public testing::TestWithParam<Case> {};
TEST_P(PlanOf, NamesWhatHappensAndWhy) {
  EXPECT_EQ(told(plan(good(GetParam().before), good(GetParam().after))), GetParam().told);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, PlanOf,
    testing::Values(
        Case{"Added", "", "instances: {a: {" + kUrl + "}}", {"add a"}},
        Case{"Removed", "instances: {a: {" + kUrl + "}}", "", {"remove a"}},
        Case{"AddedAndRemovedAround",
             "instances: {b: {" + kUrl + "}, d: {" + kUrl + "}}",
             "instances: {a: {" + kUrl + "}, b: {" + kUrl + "}, e: {" + kUrl + "}}",
             {"add a", "remove d", "add e"}},
        Case{"Live",
             "instances: {a: {" + kUrl + "}}",
             "instances: {a: {" + kUrl + ", liveness: {ping: {interval: 3s}}, labels: {x: y}}}",
             {"live a labels=live liveness.ping.interval=live"}},
        Case{"Reconnect",
             "instances: {a: {" + kUrl + "}}",
             "instances: {a: {url: 'ws://localhost/b', lanes: {publish: {max_messages: 5}}}}",
             {"reconnect a url=reconnect lanes.publish.max_messages=live"}},
        Case{"Disabled",
             "instances: {a: {" + kUrl + "}}",
             "instances: {a: {" + kUrl + ", enabled: false}}",
             {"disable a enabled=live"}},
        Case{"Enabled",
             "instances: {a: {" + kUrl + ", enabled: false}}",
             "instances: {a: {" + kUrl + "}}",
             {"enable a enabled=live"}},
        Case{"ADisabledOneHasNoConnection",
             "instances: {a: {" + kUrl + ", enabled: false}}",
             "instances: {a: {url: 'ws://localhost/b', enabled: false}}",
             {"live a url=reconnect"}},
        Case{"WhatIsInheritedCountsWhereItIsInherited",
             "instances: {a: {" + kUrl + "}, b: {" + kUrl + ", receive: chunks}}",
             "defaults: {receive: chunks}\ninstances: {a: {" + kUrl + "}, b: {" + kUrl + "}}",
             {"reconnect a receive=reconnect"}},
        Case{"TheDaemon",
             "",
             "name: x\nlog: {level: debug}\nstarts: {per_second: 3}",
             {"name=restart", "log.level=live", "starts.per_second=live"}},
        Case{"TheBroker",
             "",
             "mqtt: {url: 'mqtt://localhost:1', base_topic: b, tls: {verify: chain}, "
             "reconnect: {delay: {max: 9s}}}",
             {"mqtt.url=reconnect", "mqtt.base_topic=restart", "mqtt.tls.verify=reconnect",
              "mqtt.reconnect.delay.max=live"}}),
    [](const auto& row) { return row.param.name; });

TEST(APlan, IsEmptyExactlyWhenTheConfigurationsAreEqual) {
  const std::string yamls[] = {
      "",
      "name: x",
      "mqtt: {url: 'mqtt://localhost:1'}",
      "mqtt: {tls: {verify: none}}",
      "instances: {a: {" + kUrl + "}}",
      "instances: {a: {" + kUrl + ", deflate: off}}",
      "instances: {a: {" + kUrl + ", proxy: {url: 'http://localhost:1'}}}"};
  for (const std::string& before : yamls)
    for (const std::string& after : yamls)
      EXPECT_EQ(plan(good(before), good(after)).nothing(), before == after)
          << before << " → " << after;
}

}  // namespace
}  // namespace wsrelay::config
