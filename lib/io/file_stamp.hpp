// What a file was like, asked without opening it: equal stamps, and it has not been changed or
// replaced since. What is not there, or is no path, has a stamp of its own.
#pragma once

#include <cstdint>
#include <string>

namespace wsrelay::io {

struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;  // 0: not there
  std::int64_t size = 0;
  std::int64_t modified = 0;  // nanoseconds
  std::int64_t changed = 0;   // its mode and owner, too

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

FileStamp stamp_of(const std::string& path);

}  // namespace wsrelay::io
