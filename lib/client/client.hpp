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
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/backoff.hpp"
#include "base/error.hpp"
#include "base/message.hpp"
#include "base/random.hpp"
#include "client/outgoing.hpp"
#include "client/settings.hpp"
#include "client/start_rate.hpp"
#include "client/status.hpp"
#include "io/dialer.hpp"
#include "io/secrets.hpp"
#include "io/task.hpp"
#include "ws/session.hpp"

namespace wsrelay::client {

struct Ending;
struct Hop;
class Farewell;

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
    virtual void on_begin() {}  // the client's first run, and the first after start()
    /// Stopped or Failed. After a violation the server may still be reading our Close: a client
    /// that lives for another second lets it come to the end.
    virtual void on_finish() {}
    virtual void on_state(const Status&) {}
    /// Before secrets are read and the network is asked; what adjust() changes here counts.
    virtual void on_connecting(unsigned /*attempt*/) {}
    /// The answer to the upgrade, whatever its status.
    virtual void on_headers(int /*status*/, const Fields&) {}
    virtual void on_open(const ws::Opened&) {}  // is_connected() from here on
    virtual void on_message(Message) {}         // Receiving::Messages
    virtual void on_part(MessagePart) {}        // Receiving::Frames, Chunks
    virtual void on_ping(BytesView) {}          // answered already
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
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void wake() { registration_.wake(); }
  /// While paused nothing is read (back-pressure); the peer's Pings stay unanswered as long.
  void pause(bool paused);

  /// Begins (again) after abort(), stop() or Failed; ends a rest. Nothing while connected.
  void start();
  /// Sends what waits, then a Close; the client connects again afterwards, as after any close.
  /// With a code that may not travel (1005) it is a Close without one.
  void close(ws::CloseCode code = ws::CloseCode::Normal, std::string reason = {});
  /// The same, and no further attempt: Stopped.
  void stop(ws::CloseCode code = ws::CloseCode::GoingAway, std::string reason = {});
  /// Drops the connection without a word: Stopped.
  void abort();

  /// Queues; see SendQueue for what is refused. Sent when the session is open.
  Result<void> send(Outgoing item);
  bool is_connected() const { return shared_.status.state == State::Ready; }

  /// Ping, rest, rules and data limit change at once, a running rest included; limits from the next
  /// message on, time limits from the next phase on, but for write, which changes at once. The
  /// others count from the next attempt on: see needs_new_connection().
  void adjust(const Settings& settings);
  const Settings& settings() const { return shared_.settings; }

  const Status& status() const { return shared_.status; }
  io::Wait run(const io::Turn& turn) override;

 private:
  class Live;      // upgrading, ready, closing
  struct Parting;  // how that ended

  struct Goodbye {  // close() or stop()
    ws::CloseCode code;
    std::string reason;
    bool for_good;
    Instant asked;
  };
  // What a client and its conversation have in common.
  struct Shared {
    Settings settings;
    Listener& listener;
    Status status = {};
    SendQueue queue = SendQueue(SendQueue::Bounds());
    std::optional<Goodbye> goodbye = {};
    bool paused = false;

    void enter(State state);
    bool is_stopping() const { return goodbye && goodbye->for_good; }
  };

  // One type per state, owning exactly what exists while the state lasts: to leave it is to close
  // its sockets and to drop its deadlines.
  struct Resting {
    Instant until;
    Instant since;
    std::unique_ptr<Ending> why;  // null: no attempt has ended yet
    bool booked = false;          // only waits for its turn (StartRate)
  };
  struct Dialing {
    std::unique_ptr<io::Dial> dial;
    std::unique_ptr<ws::SessionSettings> session;
  };
  struct Over {
    State state;
  };
  using States = std::variant<Resting, Dialing, std::unique_ptr<Live>, Over>;
  using Next = std::variant<io::Wait, States>;  // stay and wait, or go there

  Next advance(Resting& resting, const io::Turn& turn);
  Next advance(Dialing& dialing, const io::Turn& turn);
  Next advance(std::unique_ptr<Live>& live, const io::Turn& turn);
  Next advance(Over& over, const io::Turn& turn);

  Live* live();
  bool is_leaving() const { return aborting_ || shared_.is_stopping(); }
  States start_attempt(bool booked, Instant now);
  Hop& current_hop();
  States rest(Ending why, Instant now);
  States rest_on(Resting resting);
  States reconsider(Resting& resting, Instant now);
  States leave(Parting end, Instant now);
  io::Wait beside_farewell(io::Wait wait) const;

  Shared shared_;
  Services services_;
  Backoff backoff_;
  States state_;
  std::unique_ptr<Hop> hop_;            // of the attempt under way
  std::unique_ptr<Farewell> farewell_;  // to the connection before
  bool begun_ = false;
  bool aborting_ = false;
  bool starting_ = false;
  bool reconsidering_ = false;     // the settings of the rest under way have changed
  bool refreshed_ = false;         // that rest came of a Refresh
  io::Registration registration_;  // last: leaves the loop first
};

}  // namespace wsrelay::client
