#include "daemon/options.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace wsrelay::daemon {
namespace {

using Command = Options::Command;

Result<Options> parse(std::vector<std::string> words) {
  words.insert(words.begin(), "wsrelayd");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  const int argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  return parse_options(argc, argv.data());
}

struct Row {
  const char* name;
  std::vector<std::string> words;
  Command command;
  std::string config;  // empty: the default file
};

class Accepting : public testing::TestWithParam<Row> {};

TEST_P(Accepting, KnowsWhatIsMeant) {
  const auto options = parse(GetParam().words);
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->command, GetParam().command);
  if (GetParam().config.empty())
    EXPECT_TRUE(options->config.ends_with("/wsrelayd/wsrelayd.yaml")) << options->config;
  else
    EXPECT_EQ(options->config, GetParam().config);
}

INSTANTIATE_TEST_SUITE_P(
    Options, Accepting,
    testing::Values(
        Row{"NothingRunsTheDefault", {}, Command::Run, ""},
        Row{"Config", {"--config", "a.yaml"}, Command::Run, "a.yaml"},
        Row{"ConfigWithEquals", {"--config=a.yaml"}, Command::Run, "a.yaml"},
        Row{"ShortConfig", {"-c", "a.yaml"}, Command::Run, "a.yaml"},
        Row{"CheckTheDefault", {"--check-config"}, Command::CheckConfig, ""},
        Row{"CheckAFile", {"--check-config", "b.yaml"}, Command::CheckConfig, "b.yaml"},
        Row{"CheckWithEquals", {"--check-config=b.yaml"}, Command::CheckConfig, "b.yaml"},
        Row{"CheckWhatConfigNames",
            {"--check-config", "--config", "c.yaml"},
            Command::CheckConfig,
            "c.yaml"},
        Row{"ConfigThenCheck",
            {"--config", "c.yaml", "--check-config"},
            Command::CheckConfig,
            "c.yaml"},
        Row{"CheckStandardInput", {"--check-config", "-"}, Command::CheckConfig, "-"},
        Row{"DumpTheDefault", {"--dump-config"}, Command::DumpConfig, ""},
        Row{"DumpAFile", {"--dump-config", "b.yaml"}, Command::DumpConfig, "b.yaml"},
        Row{"DumpWhatConfigNames",
            {"-c", "c.yaml", "--dump-config"},
            Command::DumpConfig,
            "c.yaml"},
        Row{"PlanFromTheDefault", {"--plan", "b.yaml"}, Command::Plan, ""},
        Row{"PlanFromAFile", {"--config", "a.yaml", "--plan", "b.yaml"}, Command::Plan, "a.yaml"},
        Row{"Explain", {"--explain", "ticker", "--config=a.yaml"}, Command::Explain, "a.yaml"},
        Row{"AllowCore", {"--allow-core"}, Command::Run, ""},
        Row{"NameOfTheDaemon", {"--name=a", "--config=a.yaml"}, Command::Run, "a.yaml"},
        Row{"Version", {"--version"}, Command::Version, ""},
        Row{"Help", {"-h"}, Command::Help, ""}),
    [](const auto& row) { return row.param.name; });

struct BadRow {
  const char* name;
  std::vector<std::string> words;
  std::string error;
};

class Refusing : public testing::TestWithParam<BadRow> {};

TEST_P(Refusing, NamesTheWord) {
  const auto options = parse(GetParam().words);
  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().text, GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Options, Refusing,
    testing::Values(
        BadRow{"Unknown", {"--confg", "a"}, "unknown option --confg"},
        BadRow{"UnknownShort", {"-x"}, "unknown option -x"},
        BadRow{"ConfigWithoutAFile", {"--config"}, "--config needs a value"},
        BadRow{"ConfigEmpty", {"--config="}, "--config needs the name of a file"},
        BadRow{"PlanWithoutAFile", {"--plan"}, "--plan needs a value"},
        BadRow{"PlanEmpty", {"--plan="}, "--plan needs the name of a file"},
        BadRow{"ExplainWhom", {"--explain="}, "--explain needs the name of an instance"},
        BadRow{"NameEmpty", {"--name="}, "--name needs a name"},
        BadRow{"TwoCommands",
               {"--check-config", "--plan", "b"},
               "--check-config and --plan cannot go together"},
        BadRow{"TwoConfigs", {"--config", "a", "--check-config=b"}, "one file, please: 'a' or 'b'"},
        BadRow{"RunFromStandardInput",
               {"--config", "-"},
               "the daemon cannot run from standard input: a reload could not read it "
               "again"},
        BadRow{"StandardInputTwice",
               {"--config", "-", "--plan", "-"},
               "standard input can be one of the two files, not both"},
        BadRow{"PlanAndAStrayWord", {"--plan", "a", "b"}, "unexpected argument 'b'"},
        BadRow{"AStrayWord", {"start"}, "unexpected argument 'start'"},
        BadRow{"TwoFiles", {"--check-config", "a", "b"}, "unexpected argument 'b'"}),
    [](const auto& row) { return row.param.name; });

TEST(Options, WhatEachTakes) {
  EXPECT_EQ(parse({"--config", "a", "--plan", "b"})->after, "b");
  EXPECT_EQ(parse({"--explain", "ticker"})->instance, "ticker");
  EXPECT_EQ(parse({"--name", "second"})->name, "second");
  EXPECT_EQ(parse({})->name, "");
  EXPECT_TRUE(parse({"--allow-core"})->allow_core);
  EXPECT_FALSE(parse({})->allow_core);
}

TEST(Options, TheHelpNamesEveryOption) {
  for (const char* word : {"--config", "--check-config", "--dump-config", "--plan", "--explain",
                           "--name", "--allow-core", "--version", "--help", "SIGHUP"})
    EXPECT_NE(help_text().find(word), std::string::npos) << word;
}

}  // namespace
}  // namespace wsrelay::daemon
