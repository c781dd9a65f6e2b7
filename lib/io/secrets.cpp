#include "io/secrets.hpp"

#include <algorithm>
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

struct Opened {
  UniqueFd fd;
  struct stat about {};
};

tl::unexpected<Error> refuse(std::string text) {
  return fail(Fault::Local, std::move(text));
}

Result<Opened> open_file(const std::string& path) {
  // Non-blocking: opening a FIFO that nobody writes to would stop the loop.
  Opened file{.fd = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY))};
  if (!file.fd) return fail_errno(Fault::Local, fmt::format("cannot open {}", path), errno);
  if (::fstat(file.fd.number(), &file.about) != 0)
    return fail_errno(Fault::Local, fmt::format("cannot read {}", path), errno);
  if (!S_ISREG(file.about.st_mode)) return refuse(fmt::format("{} is not a regular file", path));
  if (file.about.st_size > kMostBytes)
    return refuse(fmt::format("{} has more than 1 MiB; that is no secret", path));
  return file;
}

// As ssh does with its keys: what others may read is no secret, and what others may write is
// theirs.
Result<Opened> open_private(const std::string& path, const std::vector<uid_t>& owners) {
  auto file = open_file(path);
  if (!file) return file;
  const struct stat& about = file->about;
  if ((about.st_mode & S_IROTH) != 0)
    return refuse(fmt::format("everybody may read {}: chmod o-rwx {}", path, path));
  if ((about.st_mode & S_IWOTH) != 0)
    return refuse(fmt::format("everybody may write {}: chmod o-rwx {}", path, path));
  if ((about.st_mode & S_IWGRP) != 0)
    return refuse(fmt::format("its group may write {}: chmod g-w {}", path, path));
  if (std::find(owners.begin(), owners.end(), about.st_uid) == owners.end())
    return refuse(fmt::format("{} belongs to user {}, who may change it: chown root {}", path,
                              about.st_uid, path));
  return file;
}

Result<Secret> contents(const Opened& file, const std::string& path) {
  std::string bytes(static_cast<std::size_t>(file.about.st_size), '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t count = ::read(file.fd.number(), bytes.data() + filled, bytes.size() - filled);
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

tl::unexpected<Error> not_set(const std::string& name) {
  return refuse(fmt::format("the environment variable {} is not set", name));
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

Result<std::string> Secrets::credential_path(const std::string& name) const {
  if (!is_plain_file_name(name))
    return refuse(fmt::format("'{}' cannot be the name of a credential", name));
  if (directory_.empty())
    return refuse(fmt::format(
        "there are no credentials here, so not {} (LoadCredential={}:… in the unit)", name, name));
  return directory_ + "/" + name;
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
      return not_set(ref.name);
    case SecretRef::Source::File: {
      const auto file = open_private(ref.name, owners_);
      if (!file) return tl::unexpected(file.error());
      return contents(*file, ref.name);
    }
    case SecretRef::Source::Credential: {
      const auto path = credential_path(ref.name);
      if (!path) return tl::unexpected(path.error());
      const auto file = open_file(*path);  // its owner and mode are systemd's to choose
      if (!file) return tl::unexpected(file.error());
      return contents(*file, *path);
    }
    case SecretRef::Source::Joined:
      return read_parts(ref);
  }
  return Secret();
}

Result<void> Secrets::check(const SecretRef& whole) const {
  Result<void> verdict;
  const auto judge = [](const auto& result) {
    return result ? Result<void>() : Result<void>(tl::unexpected(result.error()));
  };
  whole.for_each_part([&](const SecretRef& ref) {
    if (!verdict) return;
    if (ref.source == SecretRef::Source::File) verdict = judge(open_private(ref.name, owners_));
    if (ref.source == SecretRef::Source::Credential)
      verdict = judge(credential_path(ref.name).and_then(open_file));
    if (ref.source == SecretRef::Source::Environment && !environment_.contains(ref.name) &&
        std::getenv(ref.name.c_str()) == nullptr)
      verdict = not_set(ref.name);
  });
  return verdict;
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
