#include "daemon/drop_ins.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <map>
#include <system_error>

#include <fmt/format.h>

namespace wsrelay::daemon {
namespace {

constexpr std::string_view kSuffix = ".yaml";

std::string without_suffix(std::string_view name) {
  return std::string(name.substr(0, name.size() - kSuffix.size()));
}

// "wsrelayd.yaml" in /etc/wsrelayd is the standard file, too.
std::string full(const std::string& path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  return error ? path : absolute.lexically_normal().string();
}

// What editors and package managers leave lying about; nobody wants to hear of it.
bool is_leftover(std::string_view name) {
  static constexpr std::array<std::string_view, 8> kEnds{"~",    ".swp",    ".bak",     ".orig",
                                                         ".tmp", ".rpmnew", ".rpmsave", ".rpmorig"};
  static constexpr std::array<std::string_view, 2> kLastSuffixes{".dpkg-", ".ucf-"};
  if (name.starts_with('.') || (name.starts_with('#') && name.ends_with('#'))) return true;
  const std::string_view last = name.substr(std::min(name.rfind('.'), name.size()));
  return std::any_of(kEnds.begin(), kEnds.end(),
                     [&](std::string_view end) { return name.ends_with(end); }) ||
         std::any_of(kLastSuffixes.begin(), kLastSuffixes.end(),
                     [&](std::string_view begin) { return last.starts_with(begin); });
}

config::Problem passed_over(const Entry& entry) {
  const std::string_view name = entry.name();
  const bool other_spelling = name.ends_with(".yml");
  const std::string_view stem = name.substr(0, name.rfind('.'));
  config::Problem problem =
      problem_of(entry.path, "is passed over: the name of a drop-in ends in .yaml",
                 other_spelling ? fmt::format("rename it to {}.yaml", stem) : std::string());
  problem.warning = true;
  return problem;
}

}  // namespace

std::string standard_file() {
  return WSRELAY_CONFIG_FILE;
}

Places places_of(const std::string& main) {
  Places places{.main = main, .directories = {}};
  const std::string path = full(main);
  const std::string directory = path.substr(0, path.rfind('/') + 1);
  if (path == standard_file())
    places.directories = {"/usr/lib/wsrelayd/conf.d", "/usr/local/lib/wsrelayd/conf.d",
                          "/run/wsrelayd/conf.d", directory + "conf.d"};
  else if (path.ends_with(kSuffix) && !path.ends_with("/.yaml"))
    places.directories = {without_suffix(main) + ".conf.d"};
  return places;
}

Selection select(const std::vector<Entry>& entries) {
  Selection selection;
  std::map<std::string_view, const Entry*> weightiest;
  for (const Entry& entry : entries) {
    if (is_leftover(entry.name())) continue;
    if (entry.name().ends_with(kSuffix))
      weightiest[entry.name()] = &entry;
    else if (entry.kind != Entry::Kind::Directory)
      selection.problems.push_back(passed_over(entry));
  }
  for (const auto& named : weightiest) {
    const Entry& entry = *named.second;
    if (entry.kind == Entry::Kind::File)
      selection.entries.push_back(entry);
    else if (entry.kind != Entry::Kind::Empty)
      selection.problems.push_back(problem_of(entry));
  }
  return selection;
}

config::Problem problem_of(const std::string& file, std::string what, std::string hint) {
  return {.file = file, .line = 0, .key = {}, .what = std::move(what), .hint = std::move(hint)};
}

config::Problem problem_of(const Entry& entry) {
  switch (entry.kind) {
    case Entry::Kind::Directory:
      return problem_of(entry.path, "is a directory, not a file");
    case Entry::Kind::Dangling:
      return problem_of(entry.path, "is a link to nothing",
                        "remove it, or link it to /dev/null to mask other files of its name");
    case Entry::Kind::Special:
      return problem_of(entry.path, "is not a regular file");
    case Entry::Kind::Hidden:
      return problem_of(entry.path,
                        fmt::format("cannot be looked at: {}", std::strerror(entry.error)));
    case Entry::Kind::File:
    case Entry::Kind::Empty:
      break;
  }
  return problem_of(entry.path, {});
}

}  // namespace wsrelay::daemon
