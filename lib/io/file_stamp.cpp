#include "io/file_stamp.hpp"

#include <sys/stat.h>

namespace wsrelay::io {
namespace {

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

FileStamp stamp_of(const std::string& path) {
  struct stat about {};
  if (path.empty() || ::stat(path.c_str(), &about) != 0) return {};
  return {.device = about.st_dev,
          .inode = about.st_ino,
          .size = about.st_size,
          .modified = nanoseconds(about.st_mtim),
          .changed = nanoseconds(about.st_ctim)};
}

}  // namespace wsrelay::io
