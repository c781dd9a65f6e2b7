// The life of a Broker: one type per state, owning what exists while the state lasts; one
// advance() per state; every failure goes through rest().
//
//   Resting → Dialing → Greeting → Serving → Resting …      stop(): Serving → Leaving → Stopped
//                                                         change(): Serving → Leaving → Dialing
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <variant>

#include "mqtt/broker.hpp"
#include "mqtt/online.hpp"
#include "mqtt/version_choice.hpp"

namespace wsrelay::mqtt {

class Broker::Life {
 public:
  Life(Settings settings, Wiring wiring, io::Dialer& dialer, const io::Secrets& secrets,
       Random& random, Listener& listener);

  io::Wait run(const io::Turn& turn);
  void want(std::vector<Filter> filters) { subscriptions_.want(std::move(filters)); }
  void acknowledge(std::uint64_t token);
  void change(Settings settings, Instant deadline);
  void stop(Instant deadline) { stop_at_ = deadline; }
  const BrokerStatus& status() const { return status_; }

  io::Registration registration;

 private:
  struct Resting {
    Instant until;
    Instant since = Instant::min();
  };
  struct Dialing {
    Login login;
    std::unique_ptr<io::Dial> dial;
  };
  struct Greeting {  // CONNECT is out, CONNACK is not here
    std::unique_ptr<Connection> connection;
    Instant deadline;
  };
  struct Serving {
    std::unique_ptr<Online> online;
  };
  struct Leaving {  // DISCONNECT is on its way
    std::unique_ptr<Connection> connection;
    Instant deadline;
    bool shut = false;
  };
  struct Stopped {};
  using State = std::variant<Resting, Dialing, Greeting, Serving, Leaving, Stopped>;
  using Next = std::variant<io::Wait, State>;  // stay and wait, or go there

  Next advance(Resting& resting, const io::Turn& turn);
  Next advance(Dialing& dialing, const io::Turn& turn);
  Next advance(Greeting& greeting, const io::Turn& turn);
  Next advance(Serving& serving, const io::Turn& turn);
  Next advance(Leaving& leaving, const io::Turn& turn);
  Next advance(Stopped& stopped, const io::Turn& turn);

  State dial(Instant now);
  State begin_anew(Instant now);
  State after_leaving(Instant now);
  Result<Login> login() const;
  State serve(Greeting& greeting, const Connack& connack, Instant now);
  State refused(const Connack& connack, Error why, Instant now);
  State lost(Serving& serving, Error why, Instant now);
  State leave(Serving& serving, Instant now);
  State rest(Error why, Instant now);
  State rest_for(Error why, Duration span, Instant now);
  State stopped();
  void enter(BrokerState state);
  bool is_leaving() const { return stop_at_ || change_at_; }
  Instant leave_at() const { return stop_at_.value_or(change_at_.value_or(Instant::max())); }

  Settings settings_;
  Wiring wiring_;
  Publication will_;  // as this broker takes it
  io::Dialer& dialer_;
  const io::Secrets& secrets_;
  Random& random_;
  Listener& listener_;

  LibraryUse library_;
  BrokerStatus status_;
  Backoff backoff_;
  VersionChoice version_;
  Subscriptions subscriptions_;
  std::optional<Instant> stop_at_;
  std::optional<Instant> change_at_;  // settings_ are not those of the connection any more
  bool elsewhere_ = false;            // what is known of the broker is not true of the next one
  bool redrawing_ = false;            // how long to rest has changed
  std::deque<Instant> takeovers_;
  std::uint32_t connections_ = 0;
  State state_ = Resting{Instant::min()};
};

}  // namespace wsrelay::mqtt
