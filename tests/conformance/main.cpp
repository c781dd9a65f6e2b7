// conformance [--quick] [--seed=N] [--write-table=FILE] [gtest's options]: each vector is a test.
// At the end it prints how each family fared.
#include <cstdlib>
#include <fstream>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "conformance/families.hpp"
#include "conformance/runner.hpp"
#include "conformance/table.hpp"

namespace wsrelay::conformance {
namespace {

struct Result {
  std::size_t vectors = 0;
  std::size_t runs = 0;
  std::size_t passed = 0;
};
std::map<std::string, Result>& results() {
  static std::map<std::string, Result> all;
  return all;
}

class VectorTest : public testing::Test {
 public:
  VectorTest(const Family& family, const Vector& vector, const Effort& effort)
      : family_(family), vector_(vector), effort_(effort) {}

  void TestBody() override {
    const Examination examination = examine(vector_, effort_);
    Result& result = results()[family_.name];
    ++result.vectors;
    result.runs += examination.runs;
    result.passed += examination.failure.empty() ? 1 : 0;
    EXPECT_TRUE(examination.failure.empty()) << examination.failure;
  }

 private:
  const Family& family_;
  const Vector& vector_;
  const Effort& effort_;
};

void enlist(const std::vector<Family>& families, const Effort& effort) {
  for (const Family& family : families)
    for (const Vector& vector : family.vectors)
      testing::RegisterTest(family.name.c_str(), vector.name.c_str(), nullptr, nullptr, __FILE__,
                            __LINE__, [&family, &vector, &effort]() -> testing::Test* {
                              return new VectorTest(family, vector, effort);
                            });
}

void print_results(const std::vector<Family>& families) {
  fmt::print("\n{:<16}{:>9}{:>10}{:>9}\n", "family", "vectors", "runs", "passed");
  Result all;
  for (const Family& family : families) {
    const auto found = results().find(family.name);
    if (found == results().end()) continue;
    const Result& result = found->second;
    fmt::print("{:<16}{:>9}{:>10}{:>9}\n", family.name, result.vectors, result.runs, result.passed);
    all.vectors += result.vectors;
    all.runs += result.runs;
    all.passed += result.passed;
  }
  fmt::print("{:<16}{:>9}{:>10}{:>9}\n", "all", all.vectors, all.runs, all.passed);
}

bool write_table(const std::string& path, const std::vector<Family>& families) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << table_of(families);
  file.close();
  if (!file) fmt::print(stderr, "{}: cannot be written\n", path);
  return static_cast<bool>(file);
}

int run(int count, char** arguments) {
  Effort effort;
  std::string table;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--quick") {
      effort.quick = true;
    } else if (argument.starts_with("--seed=")) {
      effort.seed = std::strtoull(arguments[i] + 7, nullptr, 10);
    } else if (argument.starts_with("--write-table=")) {
      table = argument.substr(14);
    } else {
      fmt::print(stderr, "{}: unknown argument\n", argument);
      return 64;
    }
  }
  // The page's own test would compare it with what is about to be written.
  if (!table.empty()) GTEST_FLAG_SET(filter, "-Page.*");
  const std::vector<Family> families = all_families();
  enlist(families, effort);
  fmt::print("random cuts by seed {}{}\n", effort.seed, effort.quick ? ", quick" : "");
  const int failed = RUN_ALL_TESTS();
  print_results(families);
  if (failed != 0 || table.empty()) return failed;
  return write_table(table, families) ? 0 : 1;
}

}  // namespace
}  // namespace wsrelay::conformance

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  return wsrelay::conformance::run(count, arguments);
}
