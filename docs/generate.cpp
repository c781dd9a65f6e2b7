// Writes what is generated from the table of settings to its places below the source tree:
//   wsrelay_reference DIRECTORY
#include <cstdio>
#include <fstream>
#include <string>

#include "config/reference.hpp"

namespace {

bool write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) std::fprintf(stderr, "%s: cannot be written\n", path.c_str());
  return static_cast<bool>(file);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("Usage: wsrelay_reference DIRECTORY\n", stderr);
    return 64;
  }
  const std::string root = arguments[1];
  const bool written =
      write(root + "/docs/configuration.md", wsrelay::config::reference_markdown()) &&
      write(root + "/docs/config.schema.json", wsrelay::config::reference_schema()) &&
      write(root + "/etc/wsrelayd/wsrelayd.yaml", wsrelay::config::reference_default_file());
  return written ? 0 : 1;
}
