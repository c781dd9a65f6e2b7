#include "daemon/config_file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "config/load.hpp"
#include "io/handle.hpp"

namespace wsrelay::daemon {
namespace {

constexpr std::size_t kMaxFile = 16 * 1024 * 1024;

Result<std::string> read_file(const std::string& name) {
  const io::UniqueFd fd(::open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return fail_errno(Fault::Local, "cannot be opened", errno);
  struct stat status {};
  if (fstat(fd.number(), &status) != 0) return fail_errno(Fault::Local, "cannot be read", errno);
  if (!S_ISREG(status.st_mode)) return fail(Fault::Local, "is not a regular file");
  std::string text;
  std::string piece(64 * 1024, '\0');
  for (;;) {
    const ssize_t n = ::read(fd.number(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(Fault::Local, "cannot be read", errno);
    if (n == 0) return text;
    text.append(piece, 0, static_cast<std::size_t>(n));
    if (text.size() > kMaxFile) return fail(Fault::Local, "is larger than 16 MiB");
  }
}

}  // namespace

Checked check_config(const std::string& file) {
  Checked checked;
  const auto text = read_file(file);
  if (!text) {
    checked.first_problem = fmt::format("{}: {}", file, text.error().text);
    checked.problems = checked.first_problem + "\n";
    return checked;
  }
  config::Loaded loaded = config::load(*text, file);
  for (const config::Problem& problem : loaded.problems) {
    const std::string said = problem.text();
    checked.problems += said + "\n";
    if (!problem.warning && checked.first_problem.empty())
      checked.first_problem = said.substr(0, said.find('\n'));
  }
  checked.config = std::move(loaded.config);
  return checked;
}

}  // namespace wsrelay::daemon
