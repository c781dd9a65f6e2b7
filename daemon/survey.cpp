#include "daemon/survey.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>

#include <dirent.h>
#include <fmt/format.h>
#include <sys/sysmacros.h>

#include "io/handle.hpp"

namespace wsrelay::daemon {
namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;

struct Look {
  Entry entry;
  Stamp stamp;
};

bool is_dev_null(const struct stat& about) {
  return S_ISCHR(about.st_mode) && about.st_rdev == makedev(1, 3);
}

// Nothing, if there is no such entry (any more).
std::optional<Look> look_at(const std::string& path) {
  Look look{.entry = {.path = path}, .stamp = {}};
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) {
    struct stat link {};
    look.entry.error = errno;
    const bool absent = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
    if (absent && ::lstat(path.c_str(), &link) != 0) return std::nullopt;
    look.entry.kind = absent ? Entry::Kind::Dangling : Entry::Kind::Hidden;
    return look;
  }
  look.stamp = Stamp::of(about);
  if (S_ISDIR(about.st_mode))
    look.entry.kind = Entry::Kind::Directory;
  else if (is_dev_null(about) || (S_ISREG(about.st_mode) && about.st_size == 0))
    look.entry.kind = Entry::Kind::Empty;
  else if (!S_ISREG(about.st_mode))
    look.entry.kind = Entry::Kind::Special;
  return look;
}

void list(const std::string& directory, std::vector<Look>& looks, config::Problems& problems) {
  const io::Handle<DIR, ::closedir> open(::opendir(directory.c_str()));
  if (open == nullptr) {
    if (errno != ENOENT)
      problems.push_back(
          problem_of(directory, fmt::format("cannot be listed: {}", std::strerror(errno))));
    return;
  }
  while (const dirent* const found = ::readdir(open.get())) {
    const std::string_view name = found->d_name;
    if (name == "." || name == "..") continue;
    if (auto look = look_at(fmt::format("{}/{}", directory, name)))
      looks.push_back(std::move(*look));
  }
}

config::Problem nothing_there(const Places& places) {
  if (places.directories.empty()) return problem_of(places.main, "does not exist");
  return problem_of(places.main, fmt::format("does not exist, nor does any drop-in (*.yaml in {})",
                                             fmt::join(places.directories, ", ")));
}

// True if there is a main file, be it empty or broken.
bool survey_main(const std::string& path, Survey& into) {
  const std::optional<Look> look = look_at(path);
  if (!look) return false;
  if (look->entry.kind == Entry::Kind::File)
    into.files.push_back({path, look->stamp});
  else if (look->entry.kind != Entry::Kind::Empty)
    into.problems.push_back(problem_of(look->entry));
  return true;
}

}  // namespace

Stamp Stamp::of(const struct stat& about) {
  return {.device = about.st_dev,
          .inode = about.st_ino,
          .size = about.st_size,
          .modified = about.st_mtim.tv_sec * kNanoseconds + about.st_mtim.tv_nsec,
          .changed = about.st_ctim.tv_sec * kNanoseconds + about.st_ctim.tv_nsec};
}

Survey survey(const Places& places) {
  Survey survey;
  const bool has_main = survey_main(places.main, survey);
  std::vector<Look> looks;
  for (const std::string& directory : places.directories) list(directory, looks, survey.problems);

  std::vector<Entry> entries;
  std::map<std::string_view, Stamp> stamps;
  for (const Look& look : looks) {
    entries.push_back(look.entry);
    stamps.emplace(look.entry.path, look.stamp);
  }
  Selection selection = select(entries);
  for (const Entry& entry : selection.entries)
    survey.files.push_back({entry.path, stamps.at(entry.path)});
  std::move(selection.problems.begin(), selection.problems.end(),
            std::back_inserter(survey.problems));
  // As with systemd, drop-ins may stand alone.
  const bool warned_only = std::all_of(survey.problems.begin(), survey.problems.end(),
                                       [](const config::Problem& each) { return each.warning; });
  if (!has_main && survey.files.empty() && warned_only)
    survey.problems.push_back(nothing_there(places));
  return survey;
}

std::optional<std::string> difference(const Survey& before, const Survey& after) {
  const auto& a = before.files;
  const auto& b = after.files;
  const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (differ.first != a.end()) return differ.first->path;
  if (differ.second != b.end()) return differ.second->path;
  // A file that became a problem, or was one.
  const auto& p = before.problems;
  const auto& q = after.problems;
  const auto same = [](const config::Problem& x, const config::Problem& y) {
    return x.file == y.file && x.what == y.what;
  };
  const auto odd = std::mismatch(p.begin(), p.end(), q.begin(), q.end(), same);
  if (odd.first != p.end()) return odd.first->file;
  if (odd.second != q.end()) return odd.second->file;
  return std::nullopt;
}

}  // namespace wsrelay::daemon
