#include "io/secrets.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "io/handle.hpp"

namespace wsrelay::io {
namespace {

constexpr off_t kMostBytes = 1 << 20;
enum class Readers { Anybody, NotEverybody };

Result<Secret> contents(const UniqueFd& fd, std::size_t size, const std::string& path) {
  std::string bytes(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t count = ::read(fd.number(), bytes.data() + filled, size - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno(Fault::Local, fmt::format("cannot read {}", path), errno);
    if (count == 0) break;  // shortened meanwhile
    filled += static_cast<std::size_t>(count);
  }
  bytes.resize(filled);
  Secret secret(bytes);
  explicit_bzero(bytes.data(), bytes.size());
  return secret;
}

Result<Secret> read_file(const std::string& path, Readers readers) {
  // Non-blocking: opening a FIFO that nobody writes to would stop the loop.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return fail_errno(Fault::Local, fmt::format("cannot open {}", path), errno);
  struct stat about {};
  if (::fstat(fd.number(), &about) != 0)
    return fail_errno(Fault::Local, fmt::format("cannot read {}", path), errno);
  if (!S_ISREG(about.st_mode))
    return fail(Fault::Local, fmt::format("{} is not a regular file", path));
  if (about.st_size > kMostBytes)
    return fail(Fault::Local, fmt::format("{} has more than 1 MiB; that is no secret", path));
  if (readers == Readers::NotEverybody && (about.st_mode & S_IROTH) != 0)
    return fail(Fault::Local, fmt::format("everybody may read {}: chmod o-rwx {}", path, path));
  return contents(fd, static_cast<std::size_t>(about.st_size), path);
}

bool is_plain_file_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.size() <= 255 &&
         name.find('/') == std::string::npos && name.find('\0') == std::string::npos;
}

}  // namespace

void Secrets::take_from_environment(const std::string& name) {
  char* const value = std::getenv(name.c_str());
  if (value == nullptr || environment_.contains(name)) return;
  environment_.emplace(name, Secret(value));
  // Overwritten where it stands: /proc/PID/environ and core dumps show that very memory.
  std::memset(value, 'x', std::strlen(value));
}

Result<Secret> Secrets::read(const SecretRef& ref) const {
  switch (ref.source) {
    case SecretRef::Source::None:
      return Secret();
    case SecretRef::Source::Literal:
      return ref.literal;
    case SecretRef::Source::Environment:
      if (const auto found = environment_.find(ref.name); found != environment_.end())
        return found->second;
      return fail(Fault::Local, fmt::format("the environment variable {} is not set", ref.name));
    case SecretRef::Source::File:
      return read_file(ref.name, Readers::NotEverybody);
    case SecretRef::Source::Credential:
      if (!is_plain_file_name(ref.name))
        return fail(Fault::Local, fmt::format("'{}' cannot be the name of a credential", ref.name));
      if (directory_.empty())
        return fail(Fault::Local,
                    fmt::format("there are no credentials here, so not {} (LoadCredential={}:… in "
                                "the unit)",
                                ref.name, ref.name));
      return read_file(directory_ + "/" + ref.name, Readers::Anybody);
    case SecretRef::Source::Joined:
      return read_parts(ref);
  }
  return Secret();
}

Result<Secret> Secrets::read_parts(const SecretRef& ref) const {
  std::vector<Secret> parts;
  parts.reserve(ref.parts.size());
  for (const SecretRef& each : ref.parts) {
    auto part = read(each);
    if (!part) return part;
    parts.push_back(std::move(*part));
  }
  return Secret::joined(parts);
}

}  // namespace wsrelay::io
