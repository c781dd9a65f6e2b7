// One WebSocket connection kept alive: dial, upgrade, converse, rest, again. A Task.
// Knows neither MQTT nor other connections. Messages to send are pulled from the Listener while
// the session is open and its output has room; what was pulled is told back by on_sent() when its
// last byte went to the stream, or on_unsent() when the stream broke first.
//
//   Client client(settings, loop, dialer, secrets, random, listener);   // state Resting, first attempt soon
//   client.wake();            // a message waits
//   client.stop(now);         // Close 1001, then Stopped; or destroy it: the stream just drops
#pragma once

#include <cstdint>
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
  bool clean = false;      // both Close frames were seen
  std::string_view by = "network";  // us, server, network
};

/// Everything that can be asked about a connection; levels, not events.
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

class Client final : public io::Task {
 public:
  class Listener {
   public:
    virtual void on_state(const Status& status) = 0;
    virtual void on_open(const ws::Opened& opened) = 0;
    virtual void on_message(Message message) = 0;
    virtual void on_close(const LastClose& close) = 0;  // the session is over, cleanly or not
    virtual void on_error(const Error& error) = 0;      // why the attempt or session failed
    /// The next message to send, or null; wake() when there is one again. Valid until the next call.
    virtual const Message* next_message() = 0;
    virtual void on_sent() = 0;    // the oldest one pulled
    virtual void on_unsent() = 0;  // all that were pulled and not told sent

   protected:
    ~Listener() = default;
  };

  /// All references must outlive the client.
  Client(Settings settings, io::Loop& loop, io::Dialer& dialer, const io::Secrets& secrets,
         Random& random, Listener& listener);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void wake();
  /// While paused nothing is read (back-pressure); the peer's Pings stay unanswered as long.
  void pause(bool paused);
  /// Ends the conversation with this code; the client reconnects afterwards as after any close.
  void close(ws::CloseCode code, std::string_view reason);
  /// The same with 1001, for good. on_state says Stopped at the end.
  void stop();

  const Status& status() const { return status_; }
  io::Wait run(const io::Turn& turn) override;

 private:
  // One struct per state, owning exactly what exists while the state lasts.
  struct Resting {
    Instant until;
  };
  struct Dialing {
    std::unique_ptr<io::Dial> dial;
  };
  struct Live;  // upgrading, ready, closing: a stream and a session
  struct Over {};
};

}  // namespace wsrelay::client
