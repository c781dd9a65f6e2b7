// Work that blocks, done beside the loop: a few threads behind one descriptor. The only place with
// threads; what comes back, comes back as an ordinary run on the loop's thread.
//
//   ticket_ = worker.submit([answer] { answer->… = slow(); }, registration_);   // answer: a
//   shared_ptr … run(): if (ticket_.is_done()) use(*answer);
//
// `work` must own all it touches and throw nothing: its ticket may be dropped (it is forgotten; if
// it had not begun, it never begins) and even the Worker may be gone before it ends. Threads start
// when first needed and block all signals. `owner` must outlive the ticket.
#pragma once

#include <functional>
#include <memory>

#include "base/error.hpp"
#include "io/task.hpp"

namespace wsrelay::io {

class Worker final : public Task {
  struct Job;
  struct Shared;

 public:
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&&) noexcept = default;
    Ticket& operator=(Ticket&& other) noexcept;
    ~Ticket();
    /// The work is done and what it wrote may be read.
    bool is_done() const;

   private:
    friend class Worker;
    explicit Ticket(std::shared_ptr<Job> job) : job_(std::move(job)) {}
    std::shared_ptr<Job> job_;
  };

  Worker(Loop& loop, unsigned threads);
  /// Waits at most `kPatience` for work that has begun; what lasts longer ends by itself, unseen.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  [[nodiscard]] Ticket submit(std::function<void()> work, const Registration& owner);
  /// Submitted and not yet begun.
  std::size_t waiting() const;

  Wait run(const Turn& turn) override;

  static constexpr Duration kPatience = std::chrono::milliseconds(200);

 private:
  void start_thread();

  std::shared_ptr<Shared> shared_;
  Registration registration_;
};

}  // namespace wsrelay::io
