#include "daemon/reload_words.hpp"

#include <gtest/gtest.h>

namespace wsrelay::daemon {
namespace {

using Verb = config::InstancePlan::Verb;
using config::Reload;

struct Row {
  const char* name;
  config::Plan plan;
  std::string words;
  std::string waiting = {};
};

class ReloadWords : public testing::TestWithParam<Row> {};

TEST_P(ReloadWords, CountWhatHappened) {
  EXPECT_EQ(words_for(GetParam().plan), GetParam().words);
  EXPECT_EQ(waiting_keys(GetParam().plan), GetParam().waiting);
}

INSTANTIATE_TEST_SUITE_P(
    Reload, ReloadWords,
    testing::Values(
        Row{"Nothing", {.untouched = 9999}, "nothing changed"},
        Row{"EachInItsPlace",
            {.instances = {{"a", Verb::Disable},
                           {"b", Verb::Live, {{"liveness.ping.interval", Reload::Live}}},
                           {"c", Verb::Add},
                           {"d", Verb::Live, {{"enabled", Reload::Live}}},
                           {"e", Verb::Remove},
                           {"f", Verb::Reconnect, {{"url", Reload::Reconnect}}},
                           {"g", Verb::Enable}},
             .untouched = 9996},
            "1 added, 1 removed, 2 changed live, 1 reconnecting, 1 switched on, 1 switched off, "
            "9996 untouched"},
        Row{"TheDaemonOnly",
            {.daemon = {{"log.level", Reload::Live}}, .untouched = 3},
            "3 untouched"},
        Row{"TheBroker",
            {.daemon = {{"mqtt.url", Reload::Reconnect}}, .untouched = 3},
            "3 untouched; the broker's connection is made anew"},
        Row{"WhatWaitsForARestart",
            {.daemon = {{"name", Reload::Restart}, {"mqtt.base_topic", Reload::Restart}}},
            "0 untouched",
            "mqtt.base_topic and name"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace wsrelay::daemon
