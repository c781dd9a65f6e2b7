#include "daemon/reloader.hpp"

#include "daemon/checked.hpp"
#include "daemon/surroundings.hpp"

namespace wsrelay::daemon {

// One look, and, if all stood still, the rest: on the worker, which owns all that it touches.
struct Reloader::Job {
  Reading reading;
  Given given;
  std::shared_ptr<const config::Config> running;
  Reread reread = {};

  void work() {
    reading.look();
    if (reading.again()) return;
    const Surroundings surroundings(Surroundings::Use::Reload);
    Checked checked = check(reading.take(), given.name, &surroundings);
    reread.problem = checked.first_problem();
    reread.errors = checked.lines(false);
    reread.warnings = checked.lines(true);
    if (checked.ok()) {
      reread.config = runnable(std::move(checked), given.client_id);
      reread.plan = config::plan(*running, *reread.config);
    }
    running = nullptr;
  }
};

void Reloader::request(std::shared_ptr<const config::Config> running) {
  again_ = !std::holds_alternative<Idle>(state_);
  if (again_) return;  // that one may have read the files before they changed
  look(std::make_shared<Job>(Job{Reading(places_of(given_.file)), given_, std::move(running)}));
}

void Reloader::look(std::shared_ptr<Job> job) {
  io::Worker::Ticket ticket = worker_.submit([job] { job->work(); }, registration_);
  state_ = Looking{std::move(job), std::move(ticket)};
}

io::Wait Reloader::run(const io::Turn& turn) {
  if (auto* const looking = std::get_if<Looking>(&state_); looking && looking->ticket.is_done()) {
    const std::shared_ptr<Job> job = std::move(looking->job);
    if (!job->reading.again()) {
      state_ = Told{};
      host_.on_read(job->reread);
      return {};
    }
    state_ = Pausing{job, after(turn.now, Reading::kPause)};
  }
  if (auto* const pausing = std::get_if<Pausing>(&state_)) {
    if (turn.now < pausing->until) return {.until = pausing->until};
    look(std::exchange(pausing->job, nullptr));
  }
  return {};
}

void Reloader::finished(std::shared_ptr<const config::Config> old) {
  state_ = Idle{};
  if (old != nullptr) disposal_ = worker_.submit([old = std::move(old)] {}, registration_);
}

}  // namespace wsrelay::daemon
