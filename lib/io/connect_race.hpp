// Several addresses, one connection: a TcpAttempt per candidate, started as the Race says; the
// first that stands wins and the others are closed. Each candidate is a Task of its own, for a task
// waits for one descriptor; it wakes the owner, who calls advance().
#pragma once

#include <list>
#include <memory>
#include <vector>

#include "io/happy_eyeballs.hpp"
#include "io/task.hpp"
#include "io/tcp_stream.hpp"

namespace wsrelay::io {

class ConnectRace {
 public:
  /// `loop`, `owner` and `settings` must outlive the race. `addresses` in the order to try; those
  /// that no socket with the settings' bind_address could reach are left out.
  ConnectRace(Loop& loop, const Registration& owner, const std::vector<Address>& addresses,
              const TcpSettings& settings, Instant now);

  /// The stream, null while under way, or — when all have failed — an error naming each address.
  Result<std::unique_ptr<ByteStream>> advance(Instant now);
  /// When advance() has something to start.
  Instant next_moment() const { return race_.next_moment(); }
  /// "192.0.2.1:443, [2001:db8::1]:443": those under way, for the text of a timeout.
  std::string under_way() const;

 private:
  struct Candidate final : Task {
    Candidate(Loop& loop, const Registration& racer, std::size_t which, TcpAttempt started)
        : index(which), attempt(std::move(started)), owner(racer), registration(loop.add(*this)) {}
    Wait run(const Turn& turn) override;
    std::size_t index;
    TcpAttempt attempt;
    const Registration& owner;
    Registration registration;
  };

  void start_due(Instant now);
  void fail_one(const Error& error);
  Error lost() const;

  Loop& loop_;
  const Registration& owner_;
  const TcpSettings& settings_;
  std::vector<Address> addresses_;
  Race race_;
  std::list<Candidate> candidates_;
  std::vector<Error> errors_;
};

}  // namespace wsrelay::io
