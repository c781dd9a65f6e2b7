#include "io/worker.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include <sys/eventfd.h>

namespace wsrelay::io {

struct Worker::Job {
  std::function<void()> work;
  const Registration* owner = nullptr;  // loop's thread only, like `done`
  bool done = false;
  std::atomic<bool> dropped = false;
};

// What the threads hold on to; it outlives the Worker as long as one of them is still busy.
struct Worker::Shared {
  std::mutex mutex;
  std::condition_variable work_or_stop, thread_left;
  std::deque<std::shared_ptr<Job>> waiting;
  std::vector<std::shared_ptr<Job>> finished;
  unsigned most_threads = 1, threads = 0, idle = 0;
  bool stopping = false;
  UniqueFd bell{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};

  void ring() const {
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then the bell rings already.
    [[maybe_unused]] const auto written = ::write(bell.number(), &one, sizeof one);
  }
  void serve() {
    std::unique_lock lock(mutex);
    for (;;) {
      ++idle;
      work_or_stop.wait(lock, [this] { return stopping || !waiting.empty(); });
      --idle;
      if (stopping) break;
      const std::shared_ptr<Job> job = std::move(waiting.front());
      waiting.pop_front();
      if (job->dropped) continue;
      lock.unlock();
      job->work();
      job->work = nullptr;  // what it held is released here, not on the loop
      lock.lock();
      finished.push_back(job);
      ring();
    }
    --threads;
    thread_left.notify_all();
  }
};

Worker::Ticket& Worker::Ticket::operator=(Ticket&& other) noexcept {
  std::swap(job_, other.job_);
  return *this;
}

Worker::Ticket::~Ticket() {
  if (job_ == nullptr) return;
  job_->owner = nullptr;
  job_->dropped = true;
}

bool Worker::Ticket::is_done() const {
  return job_ != nullptr && job_->done;
}

Worker::Worker(Loop& loop, unsigned threads) : shared_(std::make_shared<Shared>()) {
  if (!shared_->bell) {  // no descriptor left at start-up: nothing would ever be answered
    std::perror("eventfd");
    std::abort();
  }
  shared_->most_threads = std::max(threads, 1U);
  registration_ = loop.add(*this);
}

Worker::~Worker() {
  std::unique_lock lock(shared_->mutex);
  shared_->stopping = true;
  shared_->waiting.clear();
  shared_->work_or_stop.notify_all();
  shared_->thread_left.wait_for(lock, kPatience, [this] { return shared_->threads == 0; });
}

Worker::Ticket Worker::submit(std::function<void()> work, const Registration& owner) {
  auto job = std::make_shared<Job>();
  job->work = std::move(work);
  job->owner = &owner;
  const std::lock_guard lock(shared_->mutex);
  // Dropped ones do not pile up behind threads that are stuck.
  std::erase_if(shared_->waiting, [](const auto& each) { return each->dropped.load(); });
  shared_->waiting.push_back(job);
  if (shared_->idle < shared_->waiting.size() && shared_->threads < shared_->most_threads)
    start_thread();
  shared_->work_or_stop.notify_one();
  return Ticket(std::move(job));
}

// Detached, for a blocked getaddrinfo cannot be interrupted and nobody may wait for it.
void Worker::start_thread() {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::thread([shared = shared_] { shared->serve(); }).detach();
    ++shared_->threads;
  } catch (const std::system_error&) {
    // No thread to be had: the others take the job, or the next submission tries again.
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

std::size_t Worker::waiting() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->waiting.size();
}

Wait Worker::run(const Turn&) {
  std::uint64_t rings = 0;
  [[maybe_unused]] const auto got = ::read(shared_->bell.number(), &rings, sizeof rings);
  std::vector<std::shared_ptr<Job>> finished;
  {
    const std::lock_guard lock(shared_->mutex);
    finished.swap(shared_->finished);
  }
  for (const auto& job : finished) {
    job->done = true;
    if (job->owner != nullptr) job->owner->wake();
  }
  return {.fd = shared_->bell.id(), .readable = true};
}

}  // namespace wsrelay::io
