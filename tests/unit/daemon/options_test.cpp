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
    testing::Values(BadRow{"Unknown", {"--confg", "a"}, "unknown option --confg"},
                    BadRow{"UnknownShort", {"-x"}, "unknown option -x"},
                    BadRow{"ConfigWithoutAFile", {"--config"}, "--config needs a value"},
                    BadRow{"ConfigEmpty", {"--config="}, "--config needs the name of a file"},
                    BadRow{"AStrayWord", {"start"}, "unexpected argument 'start'"},
                    BadRow{"TwoFiles", {"--check-config", "a", "b"}, "unexpected argument 'b'"}),
    [](const auto& row) { return row.param.name; });

TEST(Options, TheHelpNamesEveryOption) {
  for (const char* word : {"--config", "--check-config", "--version", "--help", "SIGHUP"})
    EXPECT_NE(help_text().find(word), std::string::npos) << word;
}

}  // namespace
}  // namespace wsrelay::daemon
