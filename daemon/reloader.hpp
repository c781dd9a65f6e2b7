// Reads the configuration anew, beside the loop: until its files stand still, then all of it is
// checked and compared with what runs. Knows neither the bridge nor the service manager. One at a
// time:
//
//   reloader.request(running)  …  host.on_read(reread)  …  reloader.finished(old)
//
// A request in between is kept: after finished() wants_more() says so, and the host asks again.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "config/plan.hpp"
#include "daemon/snapshot.hpp"
#include "io/task.hpp"
#include "io/worker.hpp"

namespace wsrelay::daemon {

/// What came of it.
struct Reread {
  std::shared_ptr<const config::Config> config;  // none: refused, nothing changes
  config::Plan plan = {};                        // from what runs to this
  std::string problem = {};                      // the first, and how many more
  std::vector<std::string> errors = {};          // one line each
  std::vector<std::string> warnings = {};
};

class Reloader final : private io::Task {
 public:
  class Host {
   public:
    virtual void on_read(const Reread& reread) = 0;

   protected:
    ~Host() = default;
  };

  /// What stays the same at every reload.
  struct Given {
    std::string file;
    std::string name;       // --name, or empty
    std::string client_id;  // for a configuration without one; a new name comes with a restart
  };

  Reloader(io::Loop& loop, Given given, Host& host)
      : given_(std::move(given)), host_(host), worker_(loop, 1), registration_(loop.add(*this)) {}

  /// Kept for later while another is under way.
  void request(std::shared_ptr<const config::Config> running);
  /// What was read is in force, or refused. `old` is taken apart on the worker: ten thousand
  /// instances are a long list.
  void finished(std::shared_ptr<const config::Config> old);
  bool wants_more() const { return again_; }

 private:
  struct Job;
  struct Idle {};
  struct Looking {
    std::shared_ptr<Job> job;  // the worker's, until the ticket says done
    io::Worker::Ticket ticket;
  };
  struct Pausing {
    std::shared_ptr<Job> job;
    Instant until;
  };
  struct Told {};  // the host makes use of it

  io::Wait run(const io::Turn& turn) override;
  void look(std::shared_ptr<Job> job);

  Given given_;
  Host& host_;
  io::Worker worker_;
  std::variant<Idle, Looking, Pausing, Told> state_;
  bool again_ = false;
  io::Worker::Ticket disposal_;
  io::Registration registration_;
};

}  // namespace wsrelay::daemon
