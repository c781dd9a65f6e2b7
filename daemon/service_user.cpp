#include "daemon/service_user.hpp"

#include <filesystem>
#include <system_error>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "daemon/drop_ins.hpp"

namespace wsrelay::daemon {
namespace {

constexpr const char* kUser = "wsrelayd";  // of systemd/wsrelayd.sysusers

bool is_the_services(const std::string& file) {
  std::error_code error;
  const auto path = std::filesystem::absolute(file, error).lexically_normal();
  return !error && path.parent_path() == std::filesystem::path(standard_file()).parent_path();
}

}  // namespace

std::optional<std::string> become_service_user(const std::string& file) {
  if (::geteuid() != 0 || file == "-" || !is_the_services(file)) return std::nullopt;
  const passwd* const user = ::getpwnam(kUser);
  if (user == nullptr || ::initgroups(kUser, user->pw_gid) != 0 || ::setgid(user->pw_gid) != 0 ||
      ::setuid(user->pw_uid) != 0)
    return std::nullopt;
  return kUser;
}

}  // namespace wsrelay::daemon
