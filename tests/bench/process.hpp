// The processes the bench starts: the broker, the daemon, the direct clients. Each dies with us,
// and is ended by its own PID. CPU is user + system of all its threads, from the kernel's clock of
// that process; memory is VmRSS of /proc/PID/status.
#pragma once

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.hpp"
#include "io/handle.hpp"

namespace wsrelay::bench {

class Child {
 public:
  /// stderr goes to `log`; stdout too, unless it is read by line().
  Child(const std::vector<std::string>& command, const std::string& log) : log_(log) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw Trouble("no pipe");
    out_ = io::UniqueFd(ends[0]);
    const io::UniqueFd child_end(ends[1]);
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ < 0) throw Trouble("cannot fork");
    if (pid_ == 0) become(arguments.data(), ends[1], log.c_str());
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { stop(SIGTERM, 8 * kSecond); }

  /// Ends it by force if it does not end within `patience`.
  void stop(int signal, Nanoseconds patience) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal);
    if (!wait_until(now() + patience, [&] { return has_ended(); })) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    pid_ = 0;
  }

  /// The next line of its stdout, or nothing at the deadline or its end.
  std::string line(Nanoseconds deadline) {
    for (;;) {
      if (const auto end = text_.find('\n'); end != std::string::npos) {
        std::string line = text_.substr(0, end);
        text_.erase(0, end + 1);
        return line;
      }
      pollfd wait{.fd = out_.number(), .events = POLLIN, .revents = 0};
      const Nanoseconds left = deadline - now();
      if (left <= 0 || ::poll(&wait, 1, static_cast<int>(left / kMillisecond) + 1) <= 0) return {};
      char piece[512];
      const ssize_t n = ::read(out_.number(), piece, sizeof piece);
      if (n <= 0) return {};
      text_.append(piece, static_cast<std::size_t>(n));
    }
  }

  Nanoseconds cpu() const {
    clockid_t clock{};
    if (::clock_getcpuclockid(pid_, &clock) != 0) throw Trouble("a child is gone; see " + log_);
    return read_clock(clock);
  }
  double resident_kib() const {
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    for (std::string word; status >> word;)
      if (double kib = 0; word == "VmRSS:" && status >> kib) return kib;
    throw Trouble("a child is gone; see " + log_);
  }
  bool alive() { return pid_ > 0 && !has_ended(); }

 private:
  [[noreturn]] static void become(char* const* arguments, int out, const char* log) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(out, STDOUT_FILENO);
    const int file = ::open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file >= 0) ::dup2(file, STDERR_FILENO);
    ::execv(arguments[0], arguments);
    ::_exit(127);
  }
  bool has_ended() {
    if (::waitpid(pid_, nullptr, WNOHANG) != pid_) return false;
    pid_ = 0;
    return true;
  }

  std::string log_;
  std::string text_;
  io::UniqueFd out_;
  pid_t pid_ = 0;
};

/// A directory of ours that goes away with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    path_ = (std::filesystem::temp_directory_path() / "wsrelay-bench-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr) throw Trouble("cannot make " + path_);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string in(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(in(name)) << text;
    return in(name);
  }

 private:
  std::string path_;
};

inline sockaddr_in loopback(unsigned port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A listening socket on a free loopback port.
inline io::UniqueFd listen_on_loopback(unsigned& port) {
  io::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(fd.number(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(fd.number(), 4096) != 0 ||
      ::getsockname(fd.number(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw Trouble("cannot listen on 127.0.0.1");
  port = ntohs(address.sin_port);
  return fd;
}

inline void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace wsrelay::bench
