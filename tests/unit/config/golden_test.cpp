// The messages are the contract: each tests/golden/NAME.yaml is a mistake, and NAME.txt is every
// byte that is said about it.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "config/load.hpp"

namespace wsrelay::config {
namespace {

const std::filesystem::path kGolden = std::filesystem::path(WSRELAY_SOURCE_DIR) / "tests/golden";

std::string content(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kGolden))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string said_about(const std::string& name) {
  const std::string file = name + ".yaml";
  std::string text;
  for (const Problem& problem : load(content(kGolden / file), file).problems)
    text += problem.text() + '\n';
  return text;
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, SaysExactlyThis) {
  const std::string said = said_about(GetParam());
  EXPECT_NE(said, "");
  EXPECT_EQ(said, content(kGolden / (GetParam() + ".txt")));
}

TEST_P(Golden, NeverPrintsASecret) {
  EXPECT_EQ(said_about(GetParam()).find("hunter"), std::string::npos) << said_about(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Files, Golden, testing::ValuesIn(cases()),
                         [](const auto& row) { return row.param; });

TEST(GoldenFiles, AreAllThere) {
  EXPECT_GE(cases().size(), 130U);
}

}  // namespace
}  // namespace wsrelay::config
