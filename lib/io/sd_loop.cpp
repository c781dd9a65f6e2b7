#include "io/sd_loop.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <systemd/sd-event.h>

#include <fmt/format.h>

namespace wsrelay::io {
namespace {

using Microseconds = std::chrono::duration<std::uint64_t, std::micro>;
constexpr std::uint64_t kAccuracy = 1000;  // µs; 0 would mean sd-event's default of 250 ms

Instant read_clock() {
  return std::chrono::steady_clock::now();
}

// steady_clock is CLOCK_MONOTONIC, sd-event's clock too. Rounded up: a timer is never early.
std::uint64_t as_usec(Instant at) {
  return std::chrono::ceil<Microseconds>(std::max(at.time_since_epoch(), Duration::zero())).count();
}

// No memory or a descriptor closed behind our back: nobody can go on from here.
[[noreturn]] void die(const char* what, int number) {
  fmt::print(stderr, "{}: errno {}\n", what, number);
  std::abort();
}

void must(int rc, const char* what) {
  if (rc < 0) die(what, -rc);
}

}  // namespace

template <>
void SdLoop::Unref<sd_event>::operator()(sd_event* object) const noexcept {
  sd_event_unref(object);
}
template <>
void SdLoop::Unref<sd_event_source>::operator()(sd_event_source* object) const noexcept {
  sd_event_source_disable_unref(object);
}

Result<std::unique_ptr<SdLoop>> SdLoop::open(sd_event* foreign) {
  std::unique_ptr<SdLoop> loop(new SdLoop);
  if (const int rc = loop->attach(foreign); rc < 0)
    return fail_errno(Fault::Local, "cannot set up the event loop", -rc);
  return loop;
}

SdLoop::~SdLoop() = default;

int SdLoop::attach(sd_event* foreign) {
  events_.resize(kEventsPerTurn);
  now_ = read_clock();
  sd_event* event = sd_event_ref(foreign);
  if (event == nullptr)
    if (const int rc = sd_event_new(&event); rc < 0) return rc;
  event_.reset(event);
  epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) return -errno;

  // Every source means the same: it is time for a turn.
  const auto on_readiness = [](sd_event_source*, int, std::uint32_t, void* self) noexcept {
    static_cast<SdLoop*>(self)->turn();
    return 0;
  };
  const auto on_time = [](sd_event_source*, std::uint64_t, void* self) noexcept {
    static_cast<SdLoop*>(self)->armed_ = Instant::max();
    static_cast<SdLoop*>(self)->turn();
    return 0;
  };
  const auto on_again = [](sd_event_source*, void* self) noexcept {
    static_cast<SdLoop*>(self)->turn();
    return 0;
  };
  sd_event_source* source = nullptr;
  int rc = sd_event_add_io(event, &source, epoll_.number(), EPOLLIN, on_readiness, this);
  if (rc < 0) return rc;
  readiness_.reset(source);
  rc = sd_event_add_time(event, &source, CLOCK_MONOTONIC, 0, kAccuracy, on_time, this);
  if (rc < 0) return rc;
  timer_.reset(source);
  rc = sd_event_source_set_enabled(source, SD_EVENT_OFF);
  if (rc < 0) return rc;
  rc = sd_event_add_defer(event, &source, on_again, this);
  if (rc < 0) return rc;
  again_.reset(source);
  return sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

int SdLoop::run() {
  now_ = read_clock();
  return sd_event_loop(event_.get());
}

bool SdLoop::run_once(Duration at_most) {
  if (sd_event_get_state(event_.get()) == SD_EVENT_FINISHED) return false;
  const auto limit = std::chrono::ceil<Microseconds>(std::max(at_most, Duration::zero())).count();
  return sd_event_run(event_.get(), limit) >= 0 &&
         sd_event_get_state(event_.get()) != SD_EVENT_FINISHED;
}

void SdLoop::exit(int code) {
  must(sd_event_exit(event_.get(), code), "sd_event_exit");
}

bool SdLoop::watchdog(bool feed) {
  return sd_event_set_watchdog(event_.get(), feed ? 1 : 0) > 0;
}

void* SdLoop::seat(Task& task) {
  Seat* seat = nullptr;
  if (free_.empty()) {
    seat = &seats_.emplace_back();
    free_.reserve(seats_.size());  // so that leaving cannot fail
  } else {
    seat = free_.back();
    free_.pop_back();
  }
  seat->task = &task;
  wake_seat(seat);
  return seat;
}

void SdLoop::unseat(void* which) {
  Seat& seat = *static_cast<Seat*>(which);
  unwatch(seat);
  timers_.remove(seat);
  seat.unlink();
  seat.task = nullptr;
  seat.readable = seat.writable = seat.woken = seat.due = false;
  if (running_ == &seat) running_ = nullptr;
  free_.push_back(&seat);
}

void SdLoop::wake_seat(void* which) {
  Seat& seat = *static_cast<Seat*>(which);
  seat.woken = true;
  ready_.push(seat);
  if (!turning_) must(sd_event_source_set_enabled(again_.get(), SD_EVENT_ON), "sd_event defer");
}

void SdLoop::turn() noexcept {
  turning_ = true;
  now_ = read_clock();
  ready_.append(next_turn_);
  collect_events();
  collect_due();
  run_ready();
  turning_ = false;
  rearm();
  if (on_turn_) on_turn_();
}

// No task runs between epoll_wait and the marks, so every pointer is still a seat's.
void SdLoop::collect_events() {
  const int count = epoll_wait(epoll_.number(), events_.data(), kEventsPerTurn, 0);
  for (int i = 0; i < count; ++i) {
    Seat& seat = *static_cast<Seat*>(events_[static_cast<std::size_t>(i)].data.ptr);
    if (seat.task == nullptr) continue;
    const std::uint32_t what = events_[static_cast<std::size_t>(i)].events;
    const bool broken = (what & (EPOLLERR | EPOLLHUP)) != 0;
    seat.readable |= (seat.interest & EPOLLIN) != 0 && (broken || (what & EPOLLIN) != 0);
    seat.writable |= (seat.interest & EPOLLOUT) != 0 && (broken || (what & EPOLLOUT) != 0);
    ready_.push(seat);
  }
}

void SdLoop::collect_due() {
  while (timers_.next_moment() <= now_) {
    Seat& seat = timers_.earliest();
    timers_.remove(seat);
    seat.due = true;
    ready_.push(seat);
  }
}

void SdLoop::run_ready() {
  for (int runs = 0; runs < kRunsPerTurn && !ready_.empty(); ++runs) {
    Seat& seat = ready_.take_first();
    const Turn turn{.now = now_,
                    .readable = std::exchange(seat.readable, false),
                    .writable = std::exchange(seat.writable, false),
                    .woken = std::exchange(seat.woken, false),
                    .due = std::exchange(seat.due, false)};
    running_ = &seat;
    const Wait wait = seat.task->run(turn);
    if (std::exchange(running_, nullptr) == &seat) settle(seat, wait);
  }
}

void SdLoop::settle(Seat& seat, const Wait& wait) {
  const std::uint32_t interest = wait.fd ? (wait.readable ? std::uint32_t{EPOLLIN} : 0U) |
                                               (wait.writable ? std::uint32_t{EPOLLOUT} : 0U)
                                         : 0U;
  if (interest == 0) {
    unwatch(seat);  // not merely an empty mask: a hang-up would be told for ever
  } else {
    watch(seat, wait.fd, interest);
  }
  if (wait.until > now_) {
    timers_.set(seat, wait.until);
  } else {  // in this turn others come first
    timers_.remove(seat);
    seat.due = true;
    next_turn_.push(seat);
  }
}

// Closing a descriptor takes it out of epoll without a word, and its number comes back; hence ADD
// or MOD is decided by {number, birth}, and a wrong guess (EEXIST, ENOENT) is put right.
void SdLoop::watch(Seat& seat, FdId fd, std::uint32_t interest) {
  const bool known = seat.fd == fd;
  if (known && seat.interest == interest) return;
  if (!known) unwatch(seat);
  const auto number = static_cast<std::size_t>(fd.number);
  if (number >= watchers_.size()) watchers_.resize(number + 1, nullptr);
  if (Seat* former = watchers_[number]; former != nullptr && former != &seat) {
    former->fd = {};  // it closed that descriptor; the number is ours now
    former->interest = 0;
  }
  watchers_[number] = &seat;
  seat.fd = fd;
  seat.interest = interest;
  epoll_event event{.events = interest, .data = {.ptr = &seat}};
  int operation = known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (epoll_ctl(epoll_.number(), operation, fd.number, &event) == 0) return;
  if (errno != EEXIST && errno != ENOENT) die("epoll_ctl", errno);
  operation = errno == EEXIST ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (epoll_ctl(epoll_.number(), operation, fd.number, &event) != 0) die("epoll_ctl", errno);
}

void SdLoop::unwatch(Seat& seat) {
  if (!seat.fd) return;
  watchers_[static_cast<std::size_t>(seat.fd.number)] = nullptr;
  // Fails when the descriptor is closed already; then there is nothing left to do.
  epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, seat.fd.number, nullptr);
  seat.fd = {};
  seat.interest = 0;
}

// The timer is moved only when it would be late: most moments are put off before they come, and
// a turn for nothing is cheaper than a new setting on every run.
void SdLoop::rearm() {
  if (timers_.next_moment() < armed_) {
    armed_ = timers_.next_moment();
    must(sd_event_source_set_time(timer_.get(), as_usec(armed_)), "sd_event time");
    must(sd_event_source_set_enabled(timer_.get(), SD_EVENT_ONESHOT), "sd_event time");
  }
  const bool more = !ready_.empty() || !next_turn_.empty();
  must(sd_event_source_set_enabled(again_.get(), more ? SD_EVENT_ON : SD_EVENT_OFF),
       "sd_event defer");
}

}  // namespace wsrelay::io
