#include "daemon/runtime_directory.hpp"

#include <cerrno>
#include <cstdlib>
#include <utility>

#include <unistd.h>

namespace wsrelay::daemon {

Result<RuntimeDirectory> RuntimeDirectory::open() {
  if (const char* given = std::getenv("RUNTIME_DIRECTORY"); given != nullptr && *given != '\0') {
    const std::string all = given;  // several are separated by ':'
    return RuntimeDirectory(all.substr(0, all.find(':')), false);
  }
  const char* parent = std::getenv("TMPDIR");
  std::string path = std::string(parent != nullptr && *parent != '\0' ? parent : "/tmp");
  path += "/wsrelayd-XXXXXX";
  if (mkdtemp(path.data()) == nullptr)
    return fail_errno(Fault::Local, "cannot make a directory " + path, errno);
  return RuntimeDirectory(std::move(path), true);
}

RuntimeDirectory::RuntimeDirectory(RuntimeDirectory&& other) noexcept
    : path_(std::move(other.path_)), ours_(std::exchange(other.ours_, false)) {}

RuntimeDirectory::~RuntimeDirectory() {
  if (ours_) ::rmdir(path_.c_str());
}

}  // namespace wsrelay::daemon
