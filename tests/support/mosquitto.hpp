// A real mosquitto on a free port of 127.0.0.1, with a directory and a configuration of its own. It
// dies with its owner and is ended by its own PID.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/handle.hpp"

namespace wsrelay::test {

class Mosquitto {
 public:
  static constexpr const char* kProgram = "/usr/sbin/mosquitto";
  static bool is_installed() { return std::filesystem::exists(kProgram); }

  /// `extra`: further lines of its configuration.
  explicit Mosquitto(const std::string& extra = {}) : port_(free_port()) {
    std::string name =
        (std::filesystem::temp_directory_path() / "wsrelay-mosquitto-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a directory");
    directory_ = name;
    std::ofstream(directory_ + "/mosquitto.conf")
        << "listener " << port_ << " 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
        << "persistence true\npersistence_location " << directory_ << "/\n"
        << (::geteuid() == 0 ? "user root\n" : "") << extra;
    start();
  }
  Mosquitto(const Mosquitto&) = delete;
  Mosquitto& operator=(const Mosquitto&) = delete;
  ~Mosquitto() {
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  void start() {
    const std::string file = directory_ + "/mosquitto.conf";
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const int null = ::open((directory_ + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
      ::dup2(null, 1);
      ::dup2(null, 2);
      ::execl(kProgram, kProgram, "-c", file.c_str(), nullptr);
      ::_exit(127);
    }
    for (int i = 0; i < 500; ++i) {
      if (answers()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("mosquitto does not answer");
  }
  /// SIGTERM: it writes its sessions down first.
  void stop(int signal = SIGTERM) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  std::uint16_t port() const { return port_; }
  const std::string& directory() const { return directory_; }

 private:
  static sockaddr_in address_of(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  static std::uint16_t free_port() {
    const io::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = address_of(0);
    socklen_t size = sizeof(address);
    if (::bind(fd.number(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(fd.number(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
  }
  bool answers() const {
    const io::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = address_of(port_);
    return ::connect(fd.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
           0;
  }

  std::uint16_t port_;
  std::string directory_;
  pid_t pid_ = 0;
};

}  // namespace wsrelay::test
