#include "daemon/surroundings.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "io/handle.hpp"

namespace wsrelay::daemon {
namespace {

bool has(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

std::string credentials_directory() {
  return has("CREDENTIALS_DIRECTORY") ? std::getenv("CREDENTIALS_DIRECTORY") : "";
}

template <class Look>
std::optional<config::Objection> once(
    std::map<std::string, std::optional<config::Objection>>& known, const std::string& path,
    Look look) {
  if (const auto found = known.find(path); found != known.end()) return found->second;
  return known.emplace(path, look()).first->second;
}

std::optional<config::Objection> open_and_see(const std::string& path) {
  const io::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!fd) return config::Objection{fmt::format("cannot open {}: {}", path, std::strerror(errno))};
  struct stat about {};
  if (::fstat(fd.number(), &about) != 0 || !S_ISREG(about.st_mode))
    return config::Objection{fmt::format("{} is not a regular file", path)};
  return std::nullopt;
}

}  // namespace

Surroundings::Surroundings(Use use) : use_(use), secrets_(credentials_directory()) {}

// systemd gives every process of a service an INVOCATION_ID, that of ExecReload= among them.
bool Surroundings::may_judge(const SecretRef& ref) const {
  if (ref.source == SecretRef::Source::Credential) return has("CREDENTIALS_DIRECTORY");
  return ref.source != SecretRef::Source::Environment || use_ != Use::Check || has("INVOCATION_ID");
}

std::optional<config::Objection> Surroundings::judge(const SecretRef& ref) const {
  if (ref.source == SecretRef::Source::Environment && has(ref.name.c_str())) return std::nullopt;
  const auto usable = secrets_.check(ref);
  if (usable) return std::nullopt;
  return config::Objection{usable.error().text};
}

std::optional<config::Objection> Surroundings::objection_to(const SecretRef& ref) const {
  for (const SecretRef& part : ref.parts)
    if (auto objection = objection_to(part)) return objection;
  if (!may_judge(ref)) return std::nullopt;
  if (ref.source != SecretRef::Source::File) return judge(ref);
  return once(secret_files_, ref.name, [&] { return judge(ref); });
}

std::optional<config::Objection> Surroundings::objection_to_file(const std::string& path) const {
  return once(files_, path, [&] { return open_and_see(path); });
}

}  // namespace wsrelay::daemon
