// What `--explain NAME` says: each tests/golden/explain/NAME.yaml is a configuration, and NAME.txt
// is every byte that is said about its instances, one after the other.
#include "config/explain.hpp"

#include <algorithm>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "config/explain_page.hpp"
#include "config/load.hpp"
#include "support/golden_files.hpp"

namespace wsrelay::config {
namespace {

const test::GoldenFiles kFiles("explain");

std::string explained(const std::string& name) {
  const Loaded loaded = load(kFiles.content(name + ".yaml"), name + ".yaml");
  EXPECT_TRUE(loaded.ok()) << loaded.problems.front().text();
  std::string text;
  for (const auto& instance : loaded.config.instances) {
    if (!text.empty()) text += '\n';
    text += explain(loaded.config, instance.first);
  }
  return text;
}

class Explained : public testing::TestWithParam<std::string> {};

TEST_P(Explained, SaysExactlyThis) {
  EXPECT_EQ(explained(GetParam()), kFiles.content(GetParam() + ".txt"));
}

TEST_P(Explained, NeverPrintsASecret) {
  EXPECT_EQ(explained(GetParam()).find("hunter"), std::string::npos) << explained(GetParam());
}

TEST_P(Explained, FitsATerminal) {
  std::istringstream lines(explained(GetParam()));
  for (std::string line; std::getline(lines, line);) {
    const auto wide = std::count_if(line.begin(), line.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    });
    EXPECT_LE(wide, 80) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
    EXPECT_TRUE(std::none_of(line.begin(), line.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20;
    })) << line;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, Explained, testing::ValuesIn(kFiles.names(".yaml")),
                         [](const auto& row) { return row.param; });

TEST(ExplainedFiles, AreAllThere) {
  EXPECT_GE(kFiles.names(".yaml").size(), 17U);
}

TEST(ExplainPage, BlanksWhatMovesATerminalsCursor) {
  Page page;
  page.paragraph("It says " + as_written("x\x1B[2J\ty") + ".");
  EXPECT_EQ(page.take(), "  It says `x [2J y`.\n");
}

TEST(ExplainPage, BreaksNoLineInsideWhatIsQuoted) {
  Page page;
  page.item("-", std::string(60, 'a') + ' ' + as_written("one topic with blanks") + " ends");
  EXPECT_EQ(page.take(), "  - " + std::string(60, 'a') + "\n    `one topic with blanks` ends\n");
}

TEST(ExplainPage, LetsALongWordStickOut) {
  Page page;
  page.paragraph("a " + std::string(100, 'b') + " c");
  EXPECT_EQ(page.take(), "  a\n  " + std::string(100, 'b') + "\n  c\n");
}

}  // namespace
}  // namespace wsrelay::config
