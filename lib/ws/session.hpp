// One conversation by RFC 6455, client side, as a value: bytes and time in; events and bytes out.
// Knows neither sockets nor clocks, topics nor logs. It never returns an error for bytes: a
// violation becomes a Close frame in output(), Ended with the error, and silence (§7.1.7).
// A violation, or the server's Close, that comes while events wait to be told ends the session at
// the next call of 1 (deadline() says: now). Until then it is open, so that an answer to those
// events still goes out before our Close; but what the server sends is ignored already.
//
//   1. what the world did   receive, receive_eof, tick         } after a call of 1 or 2,
//   2. what we want         send, ping, close                  } empty 3 and 4
//   3. what it means        next_event until nothing
//   4. what to do about it  output / output_taken; deadline: when to tick next; is_finished: drop
//   the stream
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/message.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "ws/close_code.hpp"
#include "ws/deflate_settings.hpp"
#include "ws/opcode.hpp"

namespace wsrelay::ws {

/// What the server's data is told as.
enum class Receiving : std::uint8_t {
  Messages,  // Received; a message larger than max_message ends the session (1009)
  Frames,    // ReceivedPart for each frame; max_message is a frame's
  Chunks,    // ReceivedPart for each `chunk` bytes of a frame and for its rest; of any size, in any
             // number of frames
};

struct SessionSettings {
  std::string host;          // the Host field, "example.com:8080"
  std::string target = "/";  // path and query
  std::vector<std::pair<std::string, std::string>> headers =
      {};                                      // checked: see is_header_name/value
  std::vector<std::string> subprotocols = {};  // offered, best first
  bool subprotocol_required = false;           // a server that chooses none is refused
  DeflateSettings deflate = {.offer = DeflateSettings::Offer::Off};
  Receiving receiving = Receiving::Messages;
  std::size_t chunk = 16 * 1024;                        // bytes, at least 1
  std::size_t max_message = 1024 * 1024;                // bytes; past it 1009
  std::uint64_t max_frames = 4096;                      // of one message; past it 1008
  Duration upgrade_timeout = std::chrono::seconds(10);  // absolute, drip-proof
  Duration close_timeout = std::chrono::seconds(5);
};

/// What may change while a session lives; each as in SessionSettings.
struct SessionLimits {
  std::size_t chunk = 16 * 1024;
  std::size_t max_message = 1024 * 1024;
  std::uint64_t max_frames = 4096;
  Duration close_timeout = std::chrono::seconds(5);
};

/// The upgrade succeeded.
struct Opened {
  std::string subprotocol;                                   // empty: none
  std::string extensions;                                    // as negotiated; empty: none
  std::vector<std::pair<std::string, std::string>> headers;  // the answer's, as they came
};
/// The server answered, but not with 101. Told before Ended, which carries the error.
struct Refused {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  // of what Content-Length announced, at most 200 bytes; untrusted
};
struct Received {
  Message message;
};
struct ReceivedPart {
  MessagePart part;
};
struct PingReceived {  // our Pong is in output(), or will be: see pongs.hpp
  Bytes payload;
};
struct PongReceived {
  Bytes payload;
};
/// The closing handshake's end, or its beginning by the server; once per session, before Ended.
struct Closed {
  std::uint16_t code = 1005;  // the server's, 1005 if it gave none
  std::string reason = {};
  bool by_us = false;  // our Close went first
};
/// The last event, told as soon as both Closes are exchanged. It does not wait for the server's end
/// of stream: whoever owns the stream flushes output(), may half-close and give the server a moment
/// to close first (§7.1.1), and takes a reset after this event as that end. `error` is set unless
/// both sides closed cleanly, or close() came before the upgrade's end:
///   Http (a status other than 101), Protocol, TooLarge (close_code: the one we sent), Timeout, Tcp
///   (the stream ended: 1006 in a conversation), Local (a setting that cannot stand in a request).
///   Its phase is upgrading; ready; or closing, after our Close.
struct Ended {
  std::optional<Error> error = {};
};
using Event = std::variant<Opened, Refused, Received, ReceivedPart, PingReceived, PongReceived,
                           Closed, Ended>;

class Session {
 public:
  /// The upgrade request is in output() at once. `random` must outlive the session.
  Session(SessionSettings settings, Random& random, Instant now);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  /// How many bytes were taken: at least one, if there was one. Fewer than all only if so much came
  /// out of decompression that others must have their turn first: give the rest again, before
  /// anything newer.
  std::size_t receive(BytesView bytes, Instant now);
  void receive_eof(Instant now);
  void tick(Instant now);  // late or spurious: no harm

  /// Only while is_open() and not in_parts(). The frame is in output() at once, whole, compressed
  /// if that was agreed and makes it smaller.
  void send(const Message& message);
  /// A message in frames of the caller's: the first is Text or Binary, the others Continuation, the
  /// last has `fin`. An error (Local) for a frame that cannot stand here; then nothing was sent.
  /// Frames go uncompressed. send() must wait for the end of such a message: see in_parts().
  Result<void> send_part(Opcode opcode, BytesView payload, bool fin);
  bool in_parts() const;         // a message was begun by send_part() and has no end yet
  void ping(BytesView payload);  // at most 125 bytes
  void pong(BytesView payload);  // unsolicited (§5.5.3); at most 125 bytes
  /// Starts the closing handshake; before the upgrade's end it just ends. `reason`: UTF-8, cut to
  /// 123 bytes.
  void close(CloseCode code, std::string_view reason, Instant now);

  /// Counts from the next message on, or the next frame where those are told; the time from the
  /// next close() on.
  void adjust(const SessionLimits& limits);

  std::optional<Event> next_event();

  BytesView output() const;
  void output_taken(std::size_t bytes);
  Instant deadline() const;

  CompressionCount compression() const;

  bool is_open() const;     // upgraded, and nobody has closed: send() is allowed
  bool is_closing() const;  // a Close went out, or came in and was told
  bool is_finished()
      const;  // Ended was told or waits in next_event; flush output() and drop the stream

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// RFC 9110 §5.1 token; and not one that the upgrade itself owns (Host, Upgrade, Connection,
/// Sec-WebSocket-*).
bool is_header_name(std::string_view name);
/// No control characters but tab: nothing that could end the line.
bool is_header_value(std::string_view value);
/// RFC 6455 §4.1: a subprotocol is a token.
bool is_subprotocol(std::string_view name);

}  // namespace wsrelay::ws
