// The addresses that people write: ws:// wss:// mqtt:// mqtts:// unix://, and http:// socks5:// for
// proxies (https:// stands in redirects), parsed once and never again (RFC 3986, RFC 6455 §3).
// Userinfo and fragments are refused; hosts are lower-case ASCII (IDNA) without brackets or
// trailing dot; the port is always there.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace wsrelay {

struct Url {
  std::string scheme;
  std::string host;  // empty for unix:
  std::uint16_t port = 0;
  std::string target = "/";  // path and query as they go on the wire; the socket's path for unix:
  bool host_is_literal = false;  // an IPv4 or IPv6 address: no SNI, IP SANs

  bool secure() const { return scheme == "wss" || scheme == "mqtts"; }
  /// "host:port" or "[v6]:port" with the port left out where it is the scheme's: the Host field.
  std::string authority() const;
  /// The same with the port always there.
  std::string endpoint() const;
  std::string text() const;
  /// For logs and documents: query values replaced by "…" (they tend to be tokens).
  std::string redacted() const;

  friend bool operator==(const Url&, const Url&) = default;
};

/// The error's text says what is wrong, without repeating what may be a secret.
Result<Url> parse_url(std::string_view text, std::initializer_list<std::string_view> schemes);

/// What `reference` means where it was found, at `base` (RFC 3986 §5.2): an address of its own, or
/// "//host/path", "/path", "path", "?query".
Result<Url> resolve(const Url& base, std::string_view reference,
                    std::initializer_list<std::string_view> schemes);

/// How far away a host is, judged by its spelling alone: may plain text go there?
enum class Reach : std::uint8_t { Loopback, Private, Anywhere };
Reach reach_of(const Url& url);

}  // namespace wsrelay
