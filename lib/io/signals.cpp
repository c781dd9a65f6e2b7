#include "io/signals.hpp"

#include <cerrno>
#include <csignal>

#include <sys/signalfd.h>

namespace wsrelay::io {

Result<std::unique_ptr<Signals>> Signals::open(Loop& loop, std::function<void(int)> on_signal) {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&set, number);
  if (const int rc = pthread_sigmask(SIG_BLOCK, &set, nullptr); rc != 0)
    return fail_errno(Fault::Local, "cannot block signals", rc);
  std::signal(SIGPIPE, SIG_IGN);
  UniqueFd fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return fail_errno(Fault::Local, "cannot listen to signals", errno);
  std::unique_ptr<Signals> signals(new Signals(std::move(fd), std::move(on_signal)));
  signals->registration_ = loop.add(*signals);
  return signals;
}

Wait Signals::run(const Turn&) {
  signalfd_siginfo info{};
  while (::read(fd_.number(), &info, sizeof info) == sizeof info)
    on_signal_(static_cast<int>(info.ssi_signo));
  return {.fd = fd_.id(), .readable = true};
}

}  // namespace wsrelay::io
