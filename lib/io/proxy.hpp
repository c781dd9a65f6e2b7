// The detour that a connection takes to its server; then TLS and WebSocket go through as if there
// were none. Names are resolved at the proxy, never here. A plain value.
//   http://host:port    CONNECT (RFC 9110 §9.3.6), with Basic credentials
//   socks5://host:port  RFC 1928, with user and password (RFC 1929)
//   unix:///path        a socket on this machine that leads to the server
// A server at a unix: URL is on this machine itself; the way there takes no proxy.
#pragma once

#include <cstdint>

#include "base/secret.hpp"
#include "base/url.hpp"

namespace wsrelay::io {

struct Proxy {
  Url url;
  Secret user = {};  // empty: no login
  Secret password = {};
};

}  // namespace wsrelay::io
