// What a dispatch costs with many descriptors registered: SdLoop beside plain sd-event sources, in
// one run, rounds interleaved. A round makes one descriptor ready and dispatches until it was
// served.
//
//   bench_loop [descriptors] [rounds]        (default 10000 20000)
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <systemd/sd-event.h>
#include <vector>

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include "io/sd_loop.hpp"

namespace wsrelay::io {
namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t served = 0;

void ring(const UniqueFd& fd) {
  const std::uint64_t one = 1;
  if (::write(fd.number(), &one, sizeof one) != sizeof one) std::abort();
}
void hush(int number) {
  std::uint64_t count = 0;
  if (::read(number, &count, sizeof count) == sizeof count) ++served;
}

class Bell final : public Task {
 public:
  explicit Bell(Loop& loop)
      : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), registration_(loop.add(*this)) {}
  Wait run(const Turn& turn) override {
    if (turn.readable) hush(fd_.number());
    // A deadline that moves with every run, as that of a connection does.
    return {.fd = fd_.id(), .readable = true, .until = turn.now + std::chrono::seconds(20)};
  }
  const UniqueFd& fd() const { return fd_; }

 private:
  UniqueFd fd_;
  Registration registration_;
};

struct PlainBell {
  UniqueFd fd{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  Handle<sd_event_source, sd_event_source_disable_unref> source;
};

// Descriptors for both kinds and some to spare; fewer when the machine allows fewer.
std::size_t affordable(std::size_t wanted) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t most = (limit.rlim_max - 100) / 2;
  if (most < wanted) fmt::print("note: the limit of open files allows {} descriptors only\n", most);
  return std::min(most, wanted);
}

template <class Ring, class Dispatch>
double microseconds_per_round(std::size_t rounds, std::size_t count, Ring ring_one,
                              Dispatch dispatch) {
  const auto start = Clock::now();
  for (std::size_t i = 0; i < rounds; ++i) {
    const std::uint64_t before = served;
    ring_one(i * 7919 % count);
    while (served == before) dispatch();
  }
  const std::chrono::duration<double, std::micro> took = Clock::now() - start;
  return took.count() / static_cast<double>(rounds);
}

// All are ready at once: what one of them costs when there is much to do.
template <class Ring, class Dispatch>
double microseconds_in_a_burst(std::size_t count, Ring ring_one, Dispatch dispatch) {
  for (std::size_t i = 0; i < count; ++i) ring_one(i);
  const auto start = Clock::now();
  const std::uint64_t before = served;
  while (served < before + count) dispatch();
  const std::chrono::duration<double, std::micro> took = Clock::now() - start;
  return took.count() / static_cast<double>(count);
}

double median(std::vector<double> figures) {
  std::sort(figures.begin(), figures.end());
  return figures[figures.size() / 2];
}

int measure(std::size_t count, std::size_t rounds) {
  const auto loop = SdLoop::open().value();
  std::deque<Bell> bells;
  for (std::size_t i = 0; i < count; ++i) bells.emplace_back(*loop);
  for (int i = 0; i < 1000; ++i) loop->run_once(Duration::zero());

  sd_event* raw = nullptr;
  if (sd_event_new(&raw) < 0) return EXIT_FAILURE;
  const Handle<sd_event, sd_event_unref> event(raw);
  std::deque<PlainBell> plain(count);
  const auto on_ready = [](sd_event_source*, int fd, std::uint32_t, void*) { return hush(fd), 0; };
  for (PlainBell& bell : plain) {
    sd_event_source* source = nullptr;
    if (sd_event_add_io(raw, &source, bell.fd.number(), EPOLLIN, on_ready, nullptr) < 0)
      return EXIT_FAILURE;
    bell.source.reset(source);
  }
  const auto ring_ours = [&](std::size_t i) { ring(bells[i].fd()); };
  const auto turn_ours = [&] { loop->run_once(std::chrono::seconds(1)); };
  const auto ring_plain = [&](std::size_t i) { ring(plain[i].fd); };
  const auto turn_plain = [&] { sd_event_run(raw, 1'000'000); };

  std::vector<double> ours, theirs, ours_burst, theirs_burst;
  for (int i = 0; i < 5; ++i) {
    ours.push_back(microseconds_per_round(rounds / 5, count, ring_ours, turn_ours));
    theirs.push_back(microseconds_per_round(rounds / 5, count, ring_plain, turn_plain));
    ours_burst.push_back(microseconds_in_a_burst(count, ring_ours, turn_ours));
    theirs_burst.push_back(microseconds_in_a_burst(count, ring_plain, turn_plain));
  }
  fmt::print("{} descriptors, µs per dispatch (median of 5)   SdLoop   sd-event sources\n", count);
  fmt::print("  one at a time, with its eventfd write and read  {:6.2f}   {:6.2f}\n", median(ours),
             median(theirs));
  fmt::print("  all at once, with its eventfd read              {:6.2f}   {:6.2f}\n",
             median(ours_burst), median(theirs_burst));
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace wsrelay::io

int main(int argc, char** argv) {
  const std::size_t wanted = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000;
  const std::size_t rounds = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 20'000;
  if (wanted == 0 || rounds < 5) {
    fmt::print(stderr, "usage: {} [descriptors ≥ 1] [rounds ≥ 5]\n", argv[0]);
    return 64;
  }
  return wsrelay::io::measure(wsrelay::io::affordable(wanted), rounds);
}
