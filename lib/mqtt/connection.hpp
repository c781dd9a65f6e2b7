// One network connection to the broker: its stream, a libmosquitto of its own, and the relay
// between the two. Moves bytes, keeps the connection alive (PINGREQ), and hands out what
// libmosquitto told. Knows nothing of lanes, filters and attempts; whoever owns it is a Task.
//
//   receive(turn)        stream → relay → libmosquitto; then take_events(), then look at the error
//   publish() subscribe() … on library(); each leaves with the next send()
//   send(turn)           libmosquitto → relay → stream
//   wait()               what to wait for
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/byte_stream.hpp"
#include "io/task.hpp"
#include "mqtt/library.hpp"
#include "mqtt/relay.hpp"
#include "mqtt/relay_socket.hpp"
#include "mqtt/terms.hpp"

namespace wsrelay::mqtt {

class Connection {
 public:
  /// Relay bytes that may wait for the stream before publishing pauses.
  static constexpr std::size_t kMostPending = 256 * 1024;

  static Result<std::unique_ptr<Connection>> open(std::unique_ptr<io::ByteStream> stream,
                                                  Login login, const std::string& directory,
                                                  std::size_t max_packet, Instant now);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<void> receive(const io::Turn& turn);
  Result<void> send(const io::Turn& turn);
  std::vector<Event> take_events();
  /// The answer to CONNECT, if it has come; the events behind it stay.
  Result<std::optional<Connack>> take_connack();
  /// libmosquitto's packets into the relay, so that pending() counts them.
  Result<void> collect();
  io::Wait wait(Instant now) const;

  Library& library() { return library_; }
  const Library& library() const { return library_; }
  Relay& relay() { return relay_; }
  const Login& login() const { return login_; }
  std::size_t pending() const { return relay_.to_broker().size(); }
  std::string remote() const { return stream_->facts().remote; }
  void set_keepalive(Duration keepalive) { keepalive_ = keepalive; }

  /// No more bytes from us. What still comes is read and dropped until the broker ends the stream.
  void shut() { stream_->shut(); }
  /// True when the broker has ended the stream.
  bool ended();

 private:
  Connection(std::unique_ptr<io::ByteStream> stream, Login login, RelaySocket socket,
             std::size_t max_packet, Instant now);
  Result<void> progress_of_reading(const io::Turn& turn);
  Result<void> read_stream(Instant now);
  Result<void> feed_library();
  Result<void> write_stream(Instant now);
  Result<void> keep_alive(Instant now);
  Instant ping_at() const;

  std::unique_ptr<io::ByteStream> stream_;
  Login login_;
  RelaySocket socket_;
  Relay relay_;
  Library library_;
  std::vector<Event> events_;
  std::optional<Error> broken_;  // receive()'s; it is told for ever
  Bytes buffer_;
  Duration keepalive_;
  Instant received_at_;
  Instant sent_at_;
  std::optional<Instant> ping_sent_at_;
  bool unread_ = true;    // the stream may have more for us
  bool unfed_ = false;    // libmosquitto has not read everything
  bool blocked_ = false;  // the stream takes nothing now
  io::Progress read_wants_ = {};
  io::Progress write_wants_ = {};
};

}  // namespace wsrelay::mqtt
