#include "config/reference.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "config/load.hpp"

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
TEST(Reference, TheDefaultFileIsWhatTheTableSays) {
  EXPECT_TRUE(content("etc/wsrelayd/wsrelayd.yaml") == reference_default_file()) << kHow;
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

TEST(DefaultFile, LoadsWithEverythingUncommented) {
  const std::string text = uncommented(reference_default_file());
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
