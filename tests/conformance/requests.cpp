// The request that we send (RFC 6455 §4.1), and what settings must not do to it. Questions, not
// conversations: each has one answer.
#include <set>

#include <fmt/format.h>

#include "conformance/families.hpp"
#include "conformance/frames.hpp"
#include "conformance/words.hpp"

namespace wsrelay::conformance {
namespace {

using ws::DeflateSettings;
using ws::SessionSettings;

constexpr Instant kStart = Instant(std::chrono::hours(1));

std::string request_of(SessionSettings settings, std::uint64_t seed = 1) {
  SeededRandom random(seed);
  const ws::Session session(std::move(settings), random, kStart);
  return std::string(as_text(session.output()));
}

/// Line `number` of the request, from 0, without its line end.
std::string line_of(const std::string& request, std::size_t number) {
  std::size_t at = 0;
  while (number-- > 0) at = request.find("\r\n", at) + 2;
  return request.substr(at, request.find("\r\n", at) - at);
}
std::string field_of(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "absent";
  const std::size_t value = at + name.size() + 4;
  return request.substr(value, request.find("\r\n", value) - value);
}
std::string count_of(const std::string& request, std::string_view what) {
  int count = 0;
  for (std::size_t at = 0; (at = request.find(what, at)) != std::string::npos; ++at) ++count;
  return fmt::format("{}", count);
}

SessionSettings plain() {
  return {.host = "server.example:8080", .target = "/chat?room=1"};
}

std::vector<Vector> fields() {
  const auto field = [](const std::string& name) {
    return [name] { return field_of(request_of(plain()), name); };
  };
  return {
      ask("request line", "GET /chat?room=1 HTTP/1.1",
          [] { return line_of(request_of(plain()), 0); }),
      ask("the Host field comes first", "Host: server.example:8080",
          [] { return line_of(request_of(plain()), 1); }),
      ask("Upgrade", "websocket", field("Upgrade")),
      ask("Connection", "Upgrade", field("Connection")),
      ask("Sec-WebSocket-Version", "13", field("Sec-WebSocket-Version")),
      ask("no Origin of its own accord", "absent", field("Origin")),
      ask("no subprotocol unless offered", "absent", field("Sec-WebSocket-Protocol")),
      ask("no extension unless offered", "absent", field("Sec-WebSocket-Extensions")),
      ask("no Content-Length", "absent", field("Content-Length")),
      ask("the head ends the request", "yes",
          [] {
            const std::string request = request_of(plain());
            return request.find("\r\n\r\n") + 4 == request.size() ? "yes" : "no";
          }),
      ask("each line ends in CR LF", "yes",
          [] {
            const std::string request = request_of(plain());
            return count_of(request, "\n") == count_of(request, "\r\n") &&
                           count_of(request, "\r") == count_of(request, "\r\n")
                       ? "yes"
                       : "no";
          }),
      ask("subprotocols in one field, best first", "v2.chat, v1.chat",
          [] {
            SessionSettings settings = plain();
            settings.subprotocols = {"v2.chat", "v1.chat"};
            return field_of(request_of(settings), "Sec-WebSocket-Protocol");
          }),
      ask("headers of the configuration", "https://app.example",
          [] {
            SessionSettings settings = plain();
            settings.headers = {{"Authorization", "Bearer x"}, {"Origin", "https://app.example"}};
            return field_of(request_of(settings), "Origin");
          }),
      ask("one of each of the upgrade's own fields", "1 1 1 1 1",
          [] {
            const std::string request = request_of(plain());
            return fmt::format("{} {} {} {} {}", count_of(request, "\r\nHost: "),
                               count_of(request, "\r\nUpgrade: "),
                               count_of(request, "\r\nConnection: "),
                               count_of(request, "\r\nSec-WebSocket-Key: "),
                               count_of(request, "\r\nSec-WebSocket-Version: "));
          }),
  };
}

// §4.1 item 7: "a nonce consisting of a randomly selected 16-byte value that has been
// base64-encoded. The nonce MUST be selected randomly for each connection."
std::vector<Vector> keys() {
  const auto key = [](std::uint64_t seed) {
    return field_of(request_of(plain(), seed), "Sec-WebSocket-Key");
  };
  return {
      ask("the key is 16 bytes in base64", "1000 of 1000",
          [key] {
            int good = 0;
            for (std::uint64_t seed = 0; seed < 1000; ++seed) {
              const std::string text = key(seed);
              const bool letters = text.find_first_not_of(
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789+/=") == std::string::npos;
              // 16 bytes leave four bits for the last letter before the padding.
              const bool last = std::string_view("AQgw").find(text[21]) != std::string_view::npos;
              good += text.size() == 24 && text.ends_with("==") && letters && last ? 1 : 0;
            }
            return fmt::format("{} of 1000", good);
          }),
      ask("the key is new for each connection", "1000 of 1000",
          [key] {
            std::set<std::string> keys;
            for (std::uint64_t seed = 0; seed < 1000; ++seed) keys.insert(key(seed));
            return fmt::format("{} of 1000", keys.size());
          }),
  };
}

std::vector<Vector> offers() {
  const auto offered = [](DeflateSettings settings) {
    return [settings] {
      SessionSettings session = plain();
      session.deflate = settings;
      return field_of(request_of(session), "Sec-WebSocket-Extensions");
    };
  };
  const std::string d = "permessage-deflate";
  return {
      ask("offer: off", "absent", offered({.offer = DeflateSettings::Offer::Off})),
      ask("offer: frugal",
          d + "; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits, " +
              d + "; client_no_context_takeover; client_max_window_bits",
          offered({})),
      ask("offer: wide", d + "; client_max_window_bits",
          offered({.client_max_window_bits = 15,
                   .server_max_window_bits = 15,
                   .client_context_takeover = true})),
      ask("offer: the server is asked to forget",
          d + "; server_no_context_takeover; client_max_window_bits",
          offered({.server_max_window_bits = 15,
                   .client_context_takeover = true,
                   .server_context_takeover = false})),
      ask("offer: the smallest window of the server",
          d + "; server_max_window_bits=8; client_max_window_bits, " + d +
              "; client_max_window_bits",
          offered({.server_max_window_bits = 8, .client_context_takeover = true})),
      ask("offer: required is offered like any other", d + "; client_max_window_bits",
          offered({.offer = DeflateSettings::Offer::Required,
                   .server_max_window_bits = 15,
                   .client_context_takeover = true})),
  };
}

// A setting that could break out of its line ends the session before it begins.
Vector impossible(std::string name, SessionSettings settings) {
  return ask(std::move(name), "nothing is sent, ended local/upgrading", [settings] {
    SeededRandom random(1);
    ws::Session session(settings, random, kStart);
    std::string told = session.output().empty() ? "nothing is sent" : "something is sent";
    while (const auto event = session.next_event()) told += ", " + event_words(*event).what;
    return told;
  });
}
SessionSettings to(std::string host, std::string target) {
  return {.host = std::move(host), .target = std::move(target)};
}
SessionSettings sending(std::string name, std::string value) {
  return {.host = "h", .headers = {{std::move(name), std::move(value)}}};
}

std::vector<Vector> injections() {
  std::vector<Vector> all = {
      impossible("host with a line end", to("h\r\nX: y", "/")),
      impossible("host with a space", to("h x", "/")),
      impossible("no host", to("", "/")),
      impossible("host that is not ASCII", to("k\xC3\xB6ln", "/")),
      impossible("target with a line end", to("h", "/a\r\nX: y")),
      impossible("target with a space", to("h", "/a b")),
      impossible("target with a NUL", to("h", std::string("/a\0", 3))),
      impossible("target that is no path", to("h", "a")),
      impossible("no target", to("h", "")),
      impossible("target that is not ASCII", to("h", "/\xC3\xA9")),
      impossible("value with CR LF", sending("X", "a\r\nY: b")),
      impossible("value with LF", sending("X", "a\nY: b")),
      impossible("value with CR", sending("X", "a\rY: b")),
      impossible("value with a NUL", sending("X", std::string("a\0b", 3))),
      impossible("name with a colon", sending("X:", "a")),
      impossible("name with a space", sending("X Y", "a")),
      impossible("name with a line end", sending("X\r\nY", "a")),
      impossible("empty name", sending("", "a")),
      impossible("subprotocol with a comma", {.host = "h", .subprotocols = {"a,b"}}),
      impossible("subprotocol with a space", {.host = "h", .subprotocols = {"a b"}}),
      impossible("subprotocol with a line end", {.host = "h", .subprotocols = {"a\r\nX: y"}}),
      impossible("empty subprotocol", {.host = "h", .subprotocols = {""}}),
      impossible("subprotocol in quotes", {.host = "h", .subprotocols = {"\"a\""}}),
      impossible("a subprotocol required, none offered",
                 {.host = "h", .subprotocol_required = true}),
  };
  for (const std::string name :
       {"Host", "upgrade", "CONNECTION", "Sec-WebSocket-Key", "sec-websocket-version",
        "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Sec-WebSocket-Accept",
        "Content-Length", "Transfer-Encoding"})
    all.push_back(
        impossible(fmt::format("header {} of the configuration", name), sending(name, "v")));
  return all;
}

}  // namespace

std::vector<Vector> requests() {
  std::vector<Vector> all = fields();
  append(all, keys());
  append(all, offers());
  append(all, injections());
  return all;
}

}  // namespace wsrelay::conformance
