// One WebSocket connection kept alive: dial, upgrade, converse, rest, again. A Task.
// Knows neither MQTT nor other connections. There are two ways to send: send() into the client's
// own bounded queue; or the Listener is asked for the next message while the session is open and
// its output has room, and each is told back: on_sent() when its last byte went to the stream, or
// on_unsent() when the stream broke first. The own queue goes first.
//
//   Client client(settings, services, listener);  // Resting; the first attempt comes soon
//   client.send({Opcode::Text, true, to_bytes("hello")});
//   client.stop();                                // sends what waits, Close 1001, then Stopped
//
// All calls may come from inside a Listener call, but a Client is never destroyed there. What they
// ask for happens in the client's next run. Destroying a Client drops its connection at once.
// Everything in Services must outlive it. Follows RFC 6455 and RFC 7692; docs/library.md sets each
// call beside its counterpart in ESP-IDF's esp_websocket_client.
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
#include "client/outgoing.hpp"
#include "client/settings.hpp"
#include "client/start_rate.hpp"
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
  Failed,  // a rule said so: start() or new settings begin anew
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
  ws::CompressionCount compression = {};  // since the client was made
  std::optional<LastClose> last_close = {};
  std::optional<Error> last_error = {};
};

struct Services {
  io::Loop& loop;
  io::Dialer& dialer;
  const io::Secrets& secrets;
  Random& random;
  StartRate* starts = nullptr;  // null: no limit
};

class Client final : public io::Task {
 public:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  /// What happens, in words of ESP-IDF: begin, before_connect, header_received, connected, data,
  /// closed and disconnected, error, finish. Override what is of interest.
  class Listener {
   public:
    virtual void on_begin() {}   // the client's first run
    virtual void on_finish() {}  // Stopped or Failed
    virtual void on_state(const Status&) {}
    virtual void on_connecting(unsigned /*attempt*/) {}  // before anything is asked of the network
    virtual void on_headers(int /*status*/, const Fields&) {
    }  // the answer to the upgrade, any status
    virtual void on_open(const ws::Opened&) {}
    virtual void on_message(Message) {}   // Receiving::Messages
    virtual void on_part(MessagePart) {}  // Receiving::Frames, Chunks
    virtual void on_ping(BytesView) {}    // answered already
    virtual void on_pong(BytesView) {}
    virtual void on_close(const LastClose&) {}  // an open session is over, cleanly or not
    virtual void on_error(const Error&) {}  // why an attempt or a session failed; a late pong, too
    /// The next message to send, or null: wake() when there is one. Valid until the next call.
    virtual const Message* next_message() { return nullptr; }
    virtual void on_sent() {}    // the oldest one pulled
    virtual void on_unsent() {}  // all that were pulled and not told sent
    /// Items of send() that are lost: see SendQueue::rewind().
    virtual void on_dropped(std::size_t /*items*/) {}

   protected:
    ~Listener() = default;
  };

  Client(Settings settings, Services services, Listener& listener);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void wake() { registration_.wake(); }
  /// While paused nothing is read (back-pressure); the peer's Pings stay unanswered as long.
  void pause(bool paused);

  /// Begins (again) after abort(), stop() or Failed; ends a rest. Nothing while connected.
  void start();
  /// Sends what waits, then a Close; the client connects again afterwards, as after any close.
  void close(ws::CloseCode code = ws::CloseCode::Normal, std::string reason = {});
  /// The same, and no further attempt: Stopped.
  void stop(ws::CloseCode code = ws::CloseCode::GoingAway, std::string reason = {});
  /// Drops the connection without a word: Stopped.
  void abort();

  /// Queues; see SendQueue for what is refused. Sent when the session is open.
  Result<void> send(Outgoing item);
  bool is_connected() const { return status_.state == State::Ready; }

  /// Ping, rest, rules, write time-out and data limit change at once, a running rest included; the
  /// others count from the next attempt on.
  void adjust(const Settings& settings);
  const Settings& settings() const { return settings_; }

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
