// Any bytes as one file or several (the byte FF stands between two): a configuration or problems,
// each at a place inside its file; never an exception. What is good can be dumped, explained and
// compared, and means the same when its dump is loaded. The planted secret is never told.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "config/dump.hpp"
#include "config/explain.hpp"
#include "config/load.hpp"
#include "config/plan.hpp"
#include "config/reading.hpp"

namespace {

using namespace wsrelay::config;

constexpr char kBetweenFiles = '\xFF';
constexpr std::string_view kSecret = "hunter2";
constexpr std::size_t kMostFiles = 8;

void expect(bool holds) {
  if (!holds) std::abort();
}

std::vector<File> files_in(std::string_view text) {
  std::vector<File> files;
  for (;;) {
    const std::size_t end =
        files.size() + 1 < kMostFiles ? text.find(kBetweenFiles) : std::string_view::npos;
    files.push_back({std::to_string(files.size()), std::string(text.substr(0, end))});
    if (end == std::string_view::npos) return files;
    text.remove_prefix(end + 1);
  }
}

void check_problems(const Problems& problems, const std::vector<File>& files) {
  expect(problems.size() <= 2 * (kMostProblems + 1));
  std::size_t file = 0;
  unsigned line = 1;
  for (const Problem& problem : problems) {
    expect(!problem.what.empty() && problem.column > 0 && !problem.text().empty());
    if (problem.what.starts_with("…")) continue;  // the number of those that are not told
    const std::size_t number = std::stoul(problem.file);
    expect(number < files.size() && number >= file);
    expect(number > file || problem.line >= line);
    expect(problem.line <= files[number].text.size() + 1);
    file = number;
    line = problem.line;
  }
}

// A password is a secret wherever it stands under its key; no text that is told may hold it.
void plant(const std::vector<File>& files) {
  std::vector<File> planted = files;
  planted.push_back(
      {std::to_string(planted.size()), "mqtt: {username: u, password: hunter2, keepalive: 5}\n"});
  const Loaded loaded = load(planted);
  const bool is_there_already = std::any_of(files.begin(), files.end(), [](const File& each) {
    return each.text.find("hunter") != std::string::npos;
  });
  if (is_there_already) return;
  for (const Problem& problem : loaded.problems)
    expect(problem.text().find(kSecret) == std::string::npos);
}

void check_good(const Loaded& loaded) {
  const Config& config = loaded.config;
  std::size_t explained = 0;
  for (const auto& [name, instance] : config.instances) {
    expect(!name.empty() && !instance.client.url.host.empty());
    expect(name.find("{{") == std::string::npos);
    if (++explained <= 3) expect(!explain(config, name).empty());
  }
  expect(plan(config, config).nothing());
  const std::string text = dump(loaded);
  if (text.find("# Secrets are hidden") != std::string::npos) return;
  const Loaded again = load(text, "0");
  expect(again.ok() && again.config == config);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto files = files_in({reinterpret_cast<const char*>(data), size});
  const Loaded loaded = load(files);
  check_problems(loaded.problems, files);
  if (loaded.ok()) check_good(loaded);
  if (size % 8 == 0) plant(files);
  return 0;
}
