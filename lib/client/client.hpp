// One WebSocket connection kept alive: dial, upgrade, converse, rest, again. A Task.
// Knows neither MQTT nor other connections. Messages to send are pulled from the Listener while
// the session is open and its output has room; each is told back: on_sent() when its last byte went
// to the stream, or on_unsent() when the stream broke first.
//
//   Client client(settings, services, listener);  // Resting; the first attempt comes soon
//   client.wake();                                // a message waits
//   client.stop();                                // sends what waits, Close 1001, then Stopped
//
// Destroying a Client drops its connection at once. Everything in Services must outlive it. A
// Client is never destroyed inside one of its own listener calls.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/backoff.hpp"
#include "base/error.hpp"
#include "base/message.hpp"
#include "base/random.hpp"
#include "client/liveness.hpp"
#include "client/settings.hpp"
#include "io/dialer.hpp"
#include "io/secrets.hpp"
#include "io/task.hpp"
#include "ws/session.hpp"

namespace wsrelay::client {

enum class State : std::uint8_t {
  Resolving,
  Connecting,
  Tls,
  Upgrading,
  Ready,
  Closing,
  Resting,
  Stopped,
};
std::string_view name_of(State state);

struct LastClose {
  std::uint16_t code = 1006;
  std::string reason = {};
  bool clean = false;               // both Close frames were seen
  std::string_view by = "network";  // us, server, network
};

/// All that can be asked about a connection: levels, not events.
struct Status {
  State state = State::Resting;
  unsigned attempt = 0;                   // attempts since the last Ready
  Instant next_attempt = Instant::max();  // while Resting
  io::StreamFacts stream = {};
  std::string subprotocol = {};
  std::string extensions = {};
  std::optional<Duration> rtt = {};
  std::optional<LastClose> last_close = {};
  std::optional<Error> last_error = {};
};

struct Services {
  io::Loop& loop;
  io::Dialer& dialer;
  const io::Secrets& secrets;
  Random& random;
};

class Client final : public io::Task {
 public:
  class Listener {
   public:
    virtual void on_state(const Status& status) = 0;
    virtual void on_open(const ws::Opened& opened) = 0;
    virtual void on_message(Message message) = 0;
    virtual void on_close(const LastClose& close) = 0;  // an open session is over, cleanly or not
    virtual void on_error(const Error& error) = 0;      // why an attempt or a session failed
    /// The next message to send, or null: wake() when there is one. Valid until the next call.
    virtual const Message* next_message() = 0;
    virtual void on_sent() = 0;    // the oldest one pulled
    virtual void on_unsent() = 0;  // all that were pulled and not told sent

   protected:
    ~Listener() = default;
  };

  Client(Settings settings, Services services, Listener& listener);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void wake() { registration_.wake(); }
  /// While paused nothing is read (back-pressure); the peer's Pings stay unanswered as long.
  void pause(bool paused);
  /// Ends the conversation; the client connects again afterwards, as after any close.
  void close(ws::CloseCode code, std::string reason);
  void stop();
  /// What may change while connected: ping, delay, write and close time-outs of the next attempt.
  void adjust(const Settings& settings);

  const Status& status() const { return status_; }
  io::Wait run(const io::Turn& turn) override;

 private:
  // One struct per state, owning exactly what exists while the state lasts: to leave it is to
  // close its sockets and to drop its deadlines.
  struct Resting {
    Instant until;
  };
  struct Dialing {
    std::unique_ptr<io::Dial> dial;
  };
  struct Live {  // upgrading, ready, closing
    std::unique_ptr<io::ByteStream> stream;
    ws::Session session;
    std::optional<Liveness> liveness = {};  // from the upgrade on
    std::optional<Instant> opened = {};
    std::optional<LastClose> close = {};
    std::optional<Error> ended = {};
    std::deque<std::uint64_t> ends = {};  // of pulled messages, counted in bytes since the start
    std::uint64_t written = 0;
    std::optional<Instant> stalled = {};  // since when the stream takes no byte of our output
    bool more_to_read = true;             // the stream did not say "wait" last time
    bool want_writable = false;
    bool told_close = false;
  };
  struct Over {};
  using States = std::variant<Resting, Dialing, Live, Over>;
  using Next = std::variant<io::Wait, States>;  // stay and wait, or go there

  Next advance(Resting& resting, const io::Turn& turn);
  Next advance(Dialing& dialing, const io::Turn& turn);
  Next advance(Live& live, const io::Turn& turn);
  Next advance(Over& over, const io::Turn& turn);

  States rest(Error why, Instant now);
  States start_attempt(Instant now);
  States go_live(std::unique_ptr<io::ByteStream> stream, Instant now);
  Result<ws::SessionSettings> session_settings() const;

  Result<bool> pull(Live& live, const io::Turn& turn);
  Result<void> push(Live& live, Instant now);
  void tell(Live& live, ws::Event event, Instant now);
  void queue_messages(Live& live);
  void begin_close(Live& live);
  void set_round_trip(Duration rtt);
  std::optional<Error> keep_alive(Live& live, Instant now);
  States end(Live& live, std::optional<Error> why, Instant now);
  io::Wait wait_for(const Live& live, bool more) const;
  void forget_connection();
  void enter(State state);

  Settings settings_;
  Services services_;
  Listener& listener_;
  Backoff backoff_;
  Status status_;
  States state_;
  bool paused_ = false;
  bool stopping_ = false;
  std::optional<std::pair<ws::CloseCode, std::string>> close_request_;
  Instant now_ = {};
  io::Registration registration_;  // last: leaves the loop first
};

}  // namespace wsrelay::client
