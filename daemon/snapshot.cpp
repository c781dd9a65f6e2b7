#include "daemon/snapshot.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "io/handle.hpp"

namespace wsrelay::daemon {
namespace {

constexpr std::size_t kMostBytes = 16 * 1024 * 1024;
constexpr std::string_view kTooLarge = "is too large: the configuration may have 16 MiB in all";

Result<std::string> read_all(int fd, std::size_t most) {
  std::string text;
  std::string piece(64 * 1024, '\0');
  for (;;) {
    const ssize_t n = ::read(fd, piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(Fault::Local, "cannot be read", errno);
    if (n == 0) return text;
    text.append(piece, 0, static_cast<std::size_t>(n));
    if (text.size() > most) return fail(Fault::Local, std::string(kTooLarge));
  }
}

std::string cure_of(int error, const std::string& path) {
  if (error != EACCES) return {};
  return fmt::format("this is user {}; for the service: chgrp wsrelayd {} and chmod g+r {}",
                     ::geteuid(), path, path);
}

bool stands_as(const Stamp& stamp, int fd) {
  struct stat about {};
  return ::fstat(fd, &about) == 0 && Stamp::of(about) == stamp;
}

void read_into(Snapshot& snapshot, const Sighting& file, std::size_t most) {
  const io::UniqueFd fd(::open(file.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!fd) {
    const int error = errno;
    if (error == ENOENT) snapshot.unsteady = file.path;
    snapshot.problems.push_back(
        problem_of(file.path, fmt::format("cannot be opened: {}", std::strerror(error)),
                   cure_of(error, file.path)));
    return;
  }
  // What was a regular file a moment ago need not be one now.
  if (!stands_as(file.stamp, fd.number())) {
    snapshot.unsteady = file.path;
    return;
  }
  Result<std::string> text = read_all(fd.number(), most);
  if (!stands_as(file.stamp, fd.number())) snapshot.unsteady = file.path;
  if (text)
    snapshot.files.push_back({file.path, std::move(*text)});
  else
    snapshot.problems.push_back(problem_of(file.path, text.error().text));
}

Snapshot read_once(const Places& places) {
  Snapshot snapshot;
  snapshot.survey = survey(places);
  snapshot.problems = snapshot.survey.problems;
  std::size_t left = kMostBytes;
  for (const Sighting& file : snapshot.survey.files) {
    const std::size_t before = snapshot.files.size();
    read_into(snapshot, file, left);
    if (snapshot.files.size() == before) continue;
    left -= snapshot.files.back().text.size();
    if (file.path != places.main) ++snapshot.drop_ins;
  }
  return snapshot;
}

Snapshot unsettled(const std::string& file) {
  Snapshot snapshot;
  snapshot.problems.push_back(
      problem_of(file, "is being written to", "reload again when it is done"));
  return snapshot;
}

}  // namespace

Snapshot take_snapshot(const Places& places) {
  Snapshot snapshot = read_once(places);
  if (snapshot.unsteady) snapshot = read_once(places);
  if (snapshot.unsteady) return unsettled(*snapshot.unsteady);
  return snapshot;
}

Snapshot snapshot_of_stdin() {
  Snapshot snapshot;
  if (auto text = read_all(STDIN_FILENO, kMostBytes))
    snapshot.files.push_back({"<stdin>", std::move(*text)});
  else
    snapshot.problems.push_back(problem_of("<stdin>", text.error().text));
  return snapshot;
}

void Reading::look() {
  if (settled_) return;
  const bool read = looks_++ > 0;
  std::optional<std::string> moved = snapshot_.unsteady;
  if (read && !moved) moved = difference(snapshot_.survey, survey(places_));
  settled_ = read && !moved;
  if (settled_) return;
  if (looks_ > kMostLooks) {
    snapshot_ = unsettled(*moved);
    settled_ = true;
    return;
  }
  snapshot_ = read_once(places_);
}

}  // namespace wsrelay::daemon
