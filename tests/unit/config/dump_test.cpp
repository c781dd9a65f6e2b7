// What `--dump-config` prints: each tests/golden/dump/NAME.yaml is a configuration, NAME.1.yaml and
// NAME.2.yaml are files that come after it, and NAME.txt is every byte of the dump.
#include "config/dump.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "config/load.hpp"
#include "config/reference.hpp"
#include "config/yaml_scalar.hpp"
#include "support/golden_files.hpp"

namespace wsrelay::config {
namespace {

const test::GoldenFiles kFiles("dump");

std::vector<std::string> cases() {
  std::vector<std::string> names = kFiles.names(".yaml");
  std::erase_if(names, [](const std::string& name) { return name.find('.') != std::string::npos; });
  return names;
}

std::vector<File> layers_of(const std::string& name) {
  std::vector<File> files{{name + ".yaml", kFiles.content(name + ".yaml")}};
  for (int i = 1;; ++i) {
    const std::string later = name + '.' + std::to_string(i) + ".yaml";
    std::string text = kFiles.content(later);
    if (text.empty()) return files;
    files.push_back({later, std::move(text)});
  }
}

Loaded loaded(const std::string& name) {
  Loaded whole = load(layers_of(name));
  EXPECT_TRUE(whole.ok()) << whole.problems.front().text();
  return whole;
}

class Dumped : public testing::TestWithParam<std::string> {};

TEST_P(Dumped, SaysExactlyThis) {
  EXPECT_EQ(dump(loaded(GetParam())), kFiles.content(GetParam() + ".txt"));
}

TEST_P(Dumped, NeverPrintsASecret) {
  const std::string text = dump(loaded(GetParam()));
  EXPECT_EQ(text.find("hunter"), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(Files, Dumped, testing::ValuesIn(cases()),
                         [](const auto& row) { return row.param; });

TEST(DumpedFiles, AreAllThere) {
  EXPECT_GE(cases().size(), 8U);
}

// ---- the laws

/// Means the same when it is loaded again; with a secret blotted out, is refused instead.
void expect_the_same_again(const Loaded& once, const std::string& what) {
  ASSERT_TRUE(once.ok()) << what << ": " << once.problems.front().text();
  const std::string text = dump(once);
  const Loaded again = load(text, "dump");
  if (text.find("# Secrets are hidden") != std::string::npos) {
    EXPECT_FALSE(again.ok()) << what << '\n' << text;
    return;
  }
  ASSERT_TRUE(again.ok()) << what << ": " << again.problems.front().text();
  EXPECT_TRUE(again.config == once.config) << what << '\n' << text;
}

TEST(Dump, OfEveryGoodFileMeansTheSame) {
  for (const std::string& name : cases()) expect_the_same_again(loaded(name), name);
  for (const char* directory : {"explain", "plan"}) {
    const test::GoldenFiles others(directory);
    for (const std::string& name : others.names(".yaml"))
      expect_the_same_again(load(others.content(name + ".yaml"), name), name);
  }
}

TEST(Dump, OfTheManualsExamplesMeansTheSame) {
  const std::string manual = reference_markdown();
  const std::string fence = "```yaml\n";
  std::size_t blocks = 0;
  for (std::size_t at = manual.find(fence); at != std::string::npos;
       at = manual.find(fence, at + 1), ++blocks) {
    const std::size_t begin = at + fence.size();
    const std::string block = manual.substr(begin, manual.find("```", begin) - begin);
    expect_the_same_again(load(block, "manual"), block);
  }
  EXPECT_GE(blocks, 4U);
}

TEST(Dump, OfTheDefaultFileMeansTheSame) {
  expect_the_same_again(load(reference_default_file(), "wsrelayd.yaml"), "the default file");
}

// ---- single values

std::string text_of_the_value(const std::string& written) {
  const Document document = parse_document("key: " + written + "\n");
  EXPECT_TRUE(document.flaws.empty()) << written << ": " << document.flaws.front().what;
  const Node* value = document.root.find("key");
  return value == nullptr ? "(no value)" : value->text;
}

const std::vector<std::string> kTexts{"",
                                      " ",
                                      "a b",
                                      " a",
                                      "a ",
                                      "a: b",
                                      "a:",
                                      "a #b",
                                      "#a",
                                      "a#b",
                                      "- a",
                                      "-",
                                      "-a",
                                      "?",
                                      ": a",
                                      ":a",
                                      "[a]",
                                      "{a}",
                                      "{{base}}",
                                      "a{{b}}c",
                                      "a, b",
                                      "&a",
                                      "*a",
                                      "!a",
                                      "|",
                                      ">",
                                      "'",
                                      "it's",
                                      "\"",
                                      "say \"a\"",
                                      "%a",
                                      "@a",
                                      "`a`",
                                      "~",
                                      "null",
                                      "true",
                                      "No",
                                      "off",
                                      "1",
                                      "0x1F",
                                      "1e3",
                                      "1.5",
                                      ".5",
                                      ".inf",
                                      "12:30",
                                      "<<",
                                      "---",
                                      "...",
                                      "a\nb",
                                      "a\n",
                                      "\n",
                                      "a\tb",
                                      "\ta",
                                      "a\\b",
                                      "\\",
                                      "\x1B[2J",
                                      "\x01",
                                      "\x7F",
                                      "grün",
                                      "\xC2\x85",
                                      "\xC2\x9B",
                                      "\xE2\x80\xA8",
                                      "\xEF\xBB\xBF",
                                      "\xF0\x9F\x98\x80",
                                      "a\r\nb",
                                      "=",
                                      "2026-11-29",
                                      "ws://[::1]:80/a?b=c#d"};

TEST(YamlScalar, IsReadAsItWas) {
  for (const std::string& text : kTexts) {
    const std::string block = yaml_scalar(text, true);
    EXPECT_EQ(text_of_the_value(block), text) << block;
    const Document flow =
        parse_document("key: {inner: " + yaml_scalar(text, true, Amid::Flow) + ", next: x}");
    ASSERT_TRUE(flow.flaws.empty()) << text << ": " << flow.flaws.front().what;
    const Node* key = flow.root.find("key");
    ASSERT_NE(key, nullptr);
    ASSERT_NE(key->find("inner"), nullptr) << text;
    EXPECT_EQ(key->find("inner")->text, text);
    EXPECT_NE(key->find("next"), nullptr) << text;
  }
}

TEST(YamlScalar, IsOneLineOfVisibleCharacters) {
  for (const std::string& text : kTexts)
    for (const char c : yaml_scalar(text, true))
      EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) << yaml_scalar(text, true);
}

TEST(YamlScalar, IsAKeyAsWell) {
  for (const std::string& text : kTexts) {
    if (text == "<<")
      continue;  // refused as a key only where it is plain, but told from nothing else
    const Document document = parse_document(yaml_scalar(text, true) + ": value\n");
    ASSERT_TRUE(document.flaws.empty()) << text << ": " << document.flaws.front().what;
    ASSERT_EQ(document.root.entries(), 1U) << text;
    EXPECT_EQ(document.root.key(0).text, text);
  }
}

struct Row {
  const char* text;
  bool is_text;
  const char* expected;
};

TEST(YamlScalar, HasQuotesOnlyWhereTheyAreNeeded) {
  const Row rows[] = {
      {"wss://stream.example.com/ws?a=b", false, "wss://stream.example.com/ws?a=b"},
      {"orders/+/new", true, "orders/+/new"},
      {"market/{{instance}}/x", true, "market/{{instance}}/x"},
      {"{{base}}/x", true, "'{{base}}/x'"},
      {"true", false, "true"},
      {"true", true, "'true'"},
      {"5", false, "5"},
      {"5", true, "'5'"},
      {"v2.json", true, "v2.json"},
      {"it's", true, "it's"},
      {"'a'", true, "'''a'''"},
      {"a\nb", true, R"("a\nb")"},
      {"", true, "''"},
  };
  for (const Row& row : rows) EXPECT_EQ(yaml_scalar(row.text, row.is_text), row.expected);
}

}  // namespace
}  // namespace wsrelay::config
