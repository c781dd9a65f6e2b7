// Which files make up the configuration: the main file, then drop-ins, chosen and ordered as
// systemd chooses its own. The drop-ins of all directories are sorted together by file name; of
// equal names the weightiest directory's counts; an empty file or a link to /dev/null masks the
// lighter ones. What comes later in the order lies over what comes earlier. Opens nothing:
// daemon/survey looks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.hpp"

namespace wsrelay::daemon {

/// Where to look.
struct Places {
  std::string main;
  std::vector<std::string> directories;  // of drop-ins, the weightiest last
};

/// "/etc/wsrelayd/wsrelayd.yaml"
std::string standard_file();

/// The standard file has four directories: conf.d/ under /usr/lib/wsrelayd,
/// /usr/local/lib/wsrelayd, /run/wsrelayd and beside it. DIR/NAME.yaml has DIR/NAME.conf.d/, and a
/// file called otherwise none.
Places places_of(const std::string& main);

/// What stands in a directory of drop-ins under one name.
struct Entry {
  enum class Kind : std::uint8_t { File, Empty, Directory, Dangling, Special, Hidden };
  std::string path;
  Kind kind = Kind::File;  // links followed; Empty: also /dev/null; Hidden: it cannot be looked at
  int error = 0;           // Hidden: why, an errno
  std::string_view name() const { return std::string_view(path).substr(path.rfind('/') + 1); }
};

struct Selection {
  std::vector<Entry> entries;  // Kind::File only, in the order in which they count
  config::Problems problems;   // of single files; warnings, where one is only passed over
};

/// `entries` of all directories, those of a weightier directory after those of a lighter one.
Selection select(const std::vector<Entry>& entries);

/// A file that cannot be read, as a problem without a line.
config::Problem problem_of(const std::string& file, std::string what, std::string hint = {});
/// What is wrong with an entry that is no file; nothing to say (an empty text) of File and Empty.
config::Problem problem_of(const Entry& entry);

}  // namespace wsrelay::daemon
