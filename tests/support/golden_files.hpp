// Whole texts that are compared: the files of a directory below tests/golden, by name.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace wsrelay::test {

class GoldenFiles {
 public:
  explicit GoldenFiles(std::string_view directory)
      : directory_(std::filesystem::path(WSRELAY_SOURCE_DIR) / "tests/golden" / directory) {}

  std::string content(const std::string& file) const {
    std::ifstream stream(directory_ / file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
  }

  /// The names of the files that end so, without that end, sorted.
  std::vector<std::string> names(std::string_view end) const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(end)) found.push_back(name.substr(0, name.size() - end.size()));
    }
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  std::filesystem::path directory_;
};

}  // namespace wsrelay::test
