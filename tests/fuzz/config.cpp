// Any bytes: a configuration or problems, each with a place inside the text; never an exception.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/load.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const wsrelay::config::Loaded loaded = wsrelay::config::load(text, "fuzz.yaml");
  if (loaded.problems.size() > 2 * 1001) std::abort();
  unsigned line = 1;
  for (const wsrelay::config::Problem& problem : loaded.problems) {
    if (problem.line < line || problem.column == 0 || problem.what.empty()) std::abort();
    line = problem.line == 0 ? line : problem.line;
    if (line > size + 1 || problem.text().empty()) std::abort();
  }
  if (loaded.ok())
    for (const auto& instance : loaded.config.instances)
      if (instance.first.empty() || instance.second.client.url.host.empty()) std::abort();
  return 0;
}
