// What one WebSocket connection needs to know. A plain value: equal settings mean the running
// connection may stay. Defaults are the product's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/backoff.hpp"
#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "base/url.hpp"
#include "io/tcp_settings.hpp"
#include "io/tls_settings.hpp"
#include "ws/deflate_settings.hpp"
#include "ws/session.hpp"

namespace wsrelay::client {

struct Header {
  std::string name;
  SecretRef value;  // read anew for each attempt

  friend bool operator==(const Header&, const Header&) = default;
};

/// A part of the url's query: appended to it, percent-encoded, and never shown.
struct QueryField {
  std::string name;
  SecretRef value;  // read anew for each attempt

  friend bool operator==(const QueryField&, const QueryField&) = default;
};

/// A name and a password, read anew for each attempt. No user: no login.
struct Login {
  SecretRef user = {};
  SecretRef password = {};

  friend bool operator==(const Login&, const Login&) = default;
};

struct ProxySettings {
  Url url;  // http:// socks5:// unix:// — see io/proxy
  Login login = {};

  friend bool operator==(const ProxySettings&, const ProxySettings&) = default;
};

struct Ping {
  enum class OnTimeout : std::uint8_t { Reconnect, Warn };
  Duration interval = std::chrono::seconds(20);  // 0: none
  Duration timeout = std::chrono::seconds(20);
  OnTimeout on_timeout = OnTimeout::Reconnect;

  friend bool operator==(const Ping&, const Ping&) = default;
};

/// A connection on which the server says nothing, although it answers Pings.
struct Data {
  Duration after = Duration::max();  // without a data frame for this long: reconnect. max(): never

  friend bool operator==(const Data&, const Data&) = default;
};

struct Timeouts {
  Duration dns = std::chrono::seconds(10);
  Duration connect = std::chrono::seconds(10);
  Duration proxy = std::chrono::seconds(10);
  Duration tls = std::chrono::seconds(10);
  Duration upgrade = std::chrono::seconds(10);
  Duration write = std::chrono::seconds(20);  // bytes wait and the peer takes none of them
  Duration close = std::chrono::seconds(5);

  friend bool operator==(const Timeouts&, const Timeouts&) = default;
};

struct Limits {
  std::size_t max_message = 1024 * 1024;  // bytes, received; a frame's where frames are told
  std::size_t max_frames = 4096;          // of one message, received
  std::size_t chunk = 16 * 1024;          // bytes, where chunks are told

  friend bool operator==(const Limits&, const Limits&) = default;
};

/// From `first` to `last`, both included.
struct CodeRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;

  friend bool operator==(const CodeRange&, const CodeRange&) = default;
};

/// What to do after a certain kind of end. A rule applies if each list that is not empty holds what
/// happened, and at least one is not empty. The first rule that applies decides.
struct ReconnectRule {
  enum class Action : std::uint8_t {
    Wait,     // rest for `delay`, or as usual
    Fail,     // no further attempt before start(), or other settings
    Refresh,  // the next attempt comes at once with credentials read anew; the one after rests
  };
  std::vector<CodeRange> close = {};  // the server's close code; 1006: it gave none
  std::vector<CodeRange> http = {};   // the status of a refused upgrade
  std::vector<Fault> faults = {};
  std::vector<std::string> phases = {};  // where it happened: resolving … ready, closing
  Action action = Action::Wait;
  std::optional<Duration> delay = {};  // Wait only; ±10 % at random

  friend bool operator==(const ReconnectRule&, const ReconnectRule&) = default;
};

struct Reconnect {
  bool enabled = true;         // false: one attempt, then Failed; start() begins anew
  bool on_clean_close = true;  // false: a clean Close by the server ends it (Failed)
  Delay delay = {};
  Duration max_retry_after = std::chrono::hours(1);  // a server may ask for this much at most
  std::vector<ReconnectRule> rules = {};

  friend bool operator==(const Reconnect&, const Reconnect&) = default;
};

struct Settings {
  Url url = {};
  std::vector<Header> headers = {};
  std::vector<QueryField> query = {};
  SecretRef bearer = {};        // Authorization: Bearer …, unless `headers` has one
  Login basic = {};             // Authorization: Basic …, unless there is one of the two
  std::string user_agent = {};  // empty: "wsrelayd/" and the version
  std::vector<std::string> subprotocols = {};
  bool subprotocol_required = false;
  bool follow_redirects = false;  // at most 5 in a row; never from wss to ws
  ws::DeflateSettings deflate = {};
  ws::Receiving receiving = ws::Receiving::Messages;
  std::optional<ProxySettings> proxy = {};
  io::TcpSettings tcp = {};
  io::TlsSettings tls = {};
  Ping ping = {};
  Data data = {};
  Reconnect reconnect = {};
  Timeouts timeouts = {};
  Limits limits = {};

  friend bool operator==(const Settings&, const Settings&) = default;
};

/// Whether Client::adjust() alone does not make a running connection one with the settings of
/// `now`.
bool needs_new_connection(const Settings& before, const Settings& now);

}  // namespace wsrelay::client
