// One struct mosquitto for one network connection, fenced in: it reaches nothing but the relay's
// socket, never waits, and what it tells in callbacks comes out as events, in order, after the
// call.
//
//   open()                             CONNECT is queued
//   read() / write()                   one step; write() moves everything queued into the socket
//   take_events()                      what it told meanwhile
//   publish() subscribe() …            only after Connack with code 0
//
// libmosquitto closes its socket inside any call; is_gone() after every one, failure() says why.
// Knows no topic's meaning and neither streams nor time.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <mosquitto.h>

#include "base/error.hpp"
#include "base/publication.hpp"
#include "base/secret.hpp"
#include "io/handle.hpp"
#include "mqtt/terms.hpp"

namespace wsrelay::mqtt {

struct Connack {
  int code = 0;
  bool session_present = false;
  Terms terms = {};
};
struct Arrived {
  Publication publication;
  std::vector<std::uint32_t> filters;
  std::uint16_t packet_id = 0;
};
struct Acknowledged {
  std::uint16_t packet_id = 0;
  int reason = 0;
};
struct Subscribed {
  std::uint16_t packet_id = 0;
  std::vector<int> codes;
};
struct Unsubscribed {
  std::uint16_t packet_id = 0;
};
using Event = std::variant<Connack, Arrived, Acknowledged, Subscribed, Unsubscribed>;

/// Needed before any Library; the last one to go cleans up.
class LibraryUse {
 public:
  LibraryUse() { mosquitto_lib_init(); }
  ~LibraryUse() { mosquitto_lib_cleanup(); }
  LibraryUse(const LibraryUse&) = delete;
  LibraryUse& operator=(const LibraryUse&) = delete;
};

class Library {
 public:
  explicit Library(const Login& login);
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  Result<void> open(const std::string& path);
  void read();
  void write();
  bool wants_write() const { return !is_gone() && mosquitto_want_write(handle_.get()); }
  int socket() const { return socket_; }
  std::vector<Event> take_events() { return std::exchange(events_, {}); }

  /// The packet identifier. QoS and retain as the broker's terms allow.
  Result<std::uint16_t> publish(const Publication& publication);
  /// The packet identifier, or the reason code that says why the filters cannot be asked for.
  tl::expected<std::uint16_t, int> subscribe(const std::vector<std::string>& filters, int qos,
                                             std::uint32_t identifier);
  tl::expected<std::uint16_t, int> unsubscribe(const std::vector<std::string>& filters);
  /// The identifier that the next publish() or subscribe() takes: libmosquitto does not look
  /// whether it is still in use.
  std::uint16_t next_packet_id() const { return static_cast<std::uint16_t>(last_id_ % 65535 + 1); }
  void disconnect();

  bool is_gone() const { return socket_ < 0 || mosquitto_socket(handle_.get()) != socket_; }
  /// Why it is gone; the first reason it gave.
  Error failure() const;
  /// The reason code of the broker's DISCONNECT, or 0.
  int disconnect_reason() const { return disconnect_reason_; }

 private:
  using Mosquitto = io::Handle<mosquitto, mosquitto_destroy>;

  void set_callbacks();
  Result<void> set_login();
  void note(int result);
  void on_connect(int code, int flags, const mosquitto_property* list);
  void on_disconnect(int reason);
  void on_message(const mosquitto_message& message, const mosquitto_property* list);

  const Login& login_;
  Mosquitto handle_;
  int socket_ = -1;
  std::uint16_t last_id_ = 0;
  Terms terms_;
  std::vector<Event> events_;
  int refused_ = 0;            // a CONNACK's code
  int disconnect_reason_ = 0;  // a DISCONNECT's
  int result_ = MOSQ_ERR_SUCCESS;
};

}  // namespace wsrelay::mqtt
