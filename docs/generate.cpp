// Writes what is generated from the table of settings to its places below the source tree, or says
// what there is not what the table says:
//   wsrelay_reference [--check] DIRECTORY
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "config/reference.hpp"

namespace {

using namespace wsrelay::config;

struct Place {
  const char* path;
  std::string (*text)();
};
constexpr Place kPlaces[] = {
    {"docs/configuration.md", reference_markdown},
    {"docs/wsrelayd.yaml.5.scd", reference_man_page},
    {"docs/config.schema.json", reference_schema},
    {"etc/wsrelayd/wsrelayd.yaml", reference_default_file},
};

bool write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) std::fprintf(stderr, "%s: cannot be written\n", path.c_str());
  return static_cast<bool>(file);
}

bool check(const std::string& path, const std::string& text) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  const bool same = content.str() == text;
  if (!same)
    std::fprintf(
        stderr,
        "%s is not what the table of settings says; it is written anew by: ninja reference\n",
        path.c_str());
  return same;
}

}  // namespace

int main(int count, char** arguments) {
  const bool only_check = count == 3 && arguments[1] == std::string_view("--check");
  if (count != 2 && !only_check) {
    std::fputs("Usage: wsrelay_reference [--check] DIRECTORY\n", stderr);
    return 64;
  }
  const std::string root = arguments[count - 1];
  bool good = true;
  for (const Place& place : kPlaces) {
    const std::string path = root + '/' + place.path;
    good = (only_check ? check : write)(path, place.text()) && good;
  }
  return good ? 0 : 1;
}
