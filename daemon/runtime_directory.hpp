// A private directory for the sockets of this process: the service manager's (RUNTIME_DIRECTORY) or
// one of our own under TMPDIR, mode 0700, removed at the end.
#pragma once

#include <string>

#include "base/error.hpp"

namespace wsrelay::daemon {

class RuntimeDirectory {
 public:
  static Result<RuntimeDirectory> open();
  RuntimeDirectory(RuntimeDirectory&& other) noexcept;
  RuntimeDirectory& operator=(RuntimeDirectory&&) = delete;
  ~RuntimeDirectory();
  const std::string& path() const { return path_; }

 private:
  RuntimeDirectory(std::string path, bool ours) : path_(std::move(path)), ours_(ours) {}
  std::string path_;
  bool ours_;
};

}  // namespace wsrelay::daemon
