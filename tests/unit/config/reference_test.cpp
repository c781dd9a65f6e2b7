#include "config/reference.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "config/json_layout.hpp"
#include "config/load.hpp"
#include "config/patterns.hpp"
#include "config/reference_parts.hpp"

namespace wsrelay::config {
namespace {

std::string content(const std::string& path) {
  std::ifstream stream(std::string(WSRELAY_SOURCE_DIR) + "/" + path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

constexpr const char* kHow = "run: cmake --build BUILD --target reference";

TEST(Reference, TheManualIsWhatTheTableSays) {
  EXPECT_TRUE(content("docs/configuration.md") == reference_markdown()) << kHow;
}
TEST(Reference, TheSchemaIsWhatTheTableSays) {
  EXPECT_TRUE(content("docs/config.schema.json") == reference_schema()) << kHow;
}
TEST(Reference, TheManPageIsWhatTheTableSays) {
  EXPECT_TRUE(content("docs/wsrelayd.yaml.5.scd") == reference_man_page()) << kHow;
}
TEST(Reference, TheDefaultFileIsWhatTheTableSays) {
  EXPECT_TRUE(content("etc/wsrelayd/wsrelayd.yaml") == reference_default_file()) << kHow;
}

const Outline* find(const Outline& group, std::string_view path) {
  const std::string_view name = path.substr(0, path.find('.'));
  for (const Outline& each : group.children)
    if (each.name == name) return name == path ? &each : find(each, path.substr(name.size() + 1));
  return nullptr;
}

void for_each_setting(const Outline& group, const std::function<void(const Outline&)>& call) {
  for (const Outline& each : group.children) {
    call(each);
    for_each_setting(each, call);
  }
}

TEST(Since, IsTheFirstVersionUnlessTheTableSaysAnother) {
  const Outline whole = whole_table();
  EXPECT_EQ(find(whole, "mqtt.keepalive")->since, "0.1");
  EXPECT_EQ(find(whole, "instances.user_agent")->since, "0.2");
}
TEST(Since, OfAGroupIsThatOfAllThatStandsInIt) {
  const Outline whole = whole_table();
  EXPECT_EQ(find(whole, "instances.tcp.keepalive.idle")->since, "0.2");
  EXPECT_EQ(find(whole, "instances.reconnect.rules.do")->since, "0.2");
  EXPECT_EQ(find(whole, "instances.reconnect.delay.first")->since, "0.1");
}
TEST(Since, StandsInEverySetting) {
  int settings = 0;
  for_each_setting(whole_table(), [&](const Outline& each) {
    ++settings;
    EXPECT_TRUE(each.since == "0.1" || each.since == "0.2") << each.name;
    EXPECT_TRUE(each.sentence.ends_with('.')) << each.name << ": " << each.sentence;
  });
  EXPECT_GT(settings, 150);
}

TEST(Schema, TakesYamlForJson) {
  EXPECT_EQ(json_of_yaml("{a: 1, b: 'x', c: '1', d: [on, true, null]}"),
            R"({"a":1,"b":"x","c":"1","d":["on",true,null]})");
  EXPECT_EQ(json_of_yaml("20s"), R"("20s")");
}

TEST(Layout, KeepsOnOneLineWhatFits) {
  EXPECT_EQ(laid_out(R"({"a":[1,{"b":"x, y: z"}]})"), "{\"a\": [1, {\"b\": \"x, y: z\"}]}\n");
}
TEST(Layout, GivesEachMemberItsLineWhereItDoesNot) {
  const std::string longest(60, 'x');
  EXPECT_EQ(laid_out(fmt::format(R"({{"a\"}}":"{0}","b":["{0}","{0}"],"c":{{}}}})", longest)),
            fmt::format("{{\n  \"a\\\"}}\": \"{0}\",\n  \"b\": [\n    \"{0}\",\n    \"{0}\"\n  ],\n"
                        "  \"c\": {{}}\n}}\n",
                        longest));
}
TEST(Layout, ChangesBlanksOnly) {
  const auto bare = [](std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
    return text;
  };
  EXPECT_EQ(bare(laid_out(bare(reference_schema()))), bare(reference_schema()));
}

TEST(Patterns, AreInAnyCase) {
  EXPECT_EQ(any_case("Te-5"), "[Tt][Ee]-5");
}

std::string problems_of(const Loaded& loaded) {
  std::string text;
  for (const Problem& each : loaded.problems) text += each.text() + '\n';
  return text;
}

/// Without the one '#' that makes a setting a comment; "##" lines stay comments.
std::string uncommented(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line); out += line + '\n') {
    const bool setting =
        line.starts_with('#') && !line.starts_with("##") && !line.starts_with("# ");
    const bool indented =
        line.starts_with("# ") && line.find("yaml-language-server") == std::string::npos;
    if (setting || indented) line.erase(0, 1);
  }
  return out;
}

TEST(DefaultFile, LoadsAsTheDefaults) {
  const Loaded loaded = load(reference_default_file(), "wsrelayd.yaml");
  EXPECT_EQ(problems_of(loaded), "");
  EXPECT_EQ(loaded.config, Config{});
}

TEST(Examples, LoadOneByOneAndTogether) {
  const auto directory = std::filesystem::path(WSRELAY_SOURCE_DIR) / "docs" / "examples" / "conf.d";
  std::vector<File> files{{"wsrelayd.yaml", reference_default_file()}};
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    files.push_back({entry.path().filename(),
                     content("docs/examples/conf.d/" + entry.path().filename().string())});
  std::sort(files.begin() + 1, files.end(),
            [](const File& a, const File& b) { return a.name < b.name; });
  ASSERT_GE(files.size(), 4U);
  const Loaded together = load(files);
  EXPECT_TRUE(together.ok()) << problems_of(together);
  EXPECT_EQ(together.config.instances.size(), 41U);
  EXPECT_FALSE(together.config.instances.at("room-07").enabled);
  EXPECT_EQ(together.config.instances.at("room-07").labels.size(), 2U);
}

TEST(DefaultFile, LoadsWithEverythingUncommented) {
  // A server is told one thing: a name and a password, or a token.
  std::string text = reference_default_file();
  const std::size_t bearer = text.find("#    bearer:");
  ASSERT_NE(bearer, std::string::npos);
  text.erase(bearer, text.find('\n', bearer) + 1 - bearer);
  text = uncommented(text);
  const Loaded loaded = load(text, "wsrelayd.yaml");
  EXPECT_TRUE(loaded.ok()) << problems_of(loaded);
  EXPECT_EQ(loaded.config.instances.count("ticker"), 1U);
  // What it shows as a default is the default.
  EXPECT_EQ(loaded.config.mqtt.broker.url, Config{}.mqtt.broker.url);
  EXPECT_EQ(loaded.config.mqtt.broker.delay, Config{}.mqtt.broker.delay);
  EXPECT_EQ(loaded.config.defaults.lanes, Instance{}.lanes);
  EXPECT_EQ(loaded.config.defaults.rules.publish, Instance{}.rules.publish);
  EXPECT_EQ(loaded.config.defaults.client.timeouts, Instance{}.client.timeouts);
  EXPECT_EQ(loaded.config.defaults.client.limits, Instance{}.client.limits);
  EXPECT_EQ(loaded.config.defaults.client.ping, Instance{}.client.ping);
  EXPECT_EQ(loaded.config.defaults.client.data, Instance{}.client.data);
  EXPECT_EQ(loaded.config.defaults.client.deflate, Instance{}.client.deflate);
  EXPECT_EQ(loaded.config.defaults.client.reconnect, Instance{}.client.reconnect);
  EXPECT_EQ(loaded.config.defaults.client.tcp.keepalive, Instance{}.client.tcp.keepalive);
  EXPECT_EQ(loaded.config.starts, Config{}.starts);
}

std::vector<std::string> yaml_blocks(const std::string& markdown) {
  std::vector<std::string> blocks;
  for (std::size_t at = 0; (at = markdown.find("```yaml\n", at)) != std::string::npos;) {
    at += 8;
    const std::size_t end = markdown.find("```", at);
    blocks.push_back(markdown.substr(at, end - at));
    at = end;
  }
  return blocks;
}

TEST(Manual, EveryExampleLoads) {
  const auto blocks = yaml_blocks(reference_markdown());
  EXPECT_GE(blocks.size(), 2U);
  for (const std::string& block : blocks) {
    const Loaded loaded = load(block, "example.yaml");
    EXPECT_TRUE(loaded.ok()) << problems_of(loaded) << block;
    EXPECT_FALSE(loaded.config.instances.empty());
  }
}

TEST(Manual, TheMessageItShowsIsTheOneThatIsSaid) {
  const Loaded loaded =
      load("instances:\n  ticker:\n    ulr: wss://stream.example.com/ws\n", "wsrelayd.yaml");
  ASSERT_EQ(loaded.problems.size(), 2U);
  EXPECT_NE(reference_markdown().find(loaded.problems[1].text()), std::string::npos)
      << loaded.problems[1].text();
}

}  // namespace
}  // namespace wsrelay::config
