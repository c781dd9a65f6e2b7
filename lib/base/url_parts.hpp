// A WebSocket address that comes in parts. A URI, where there is one, wins over all of them.
#pragma once

#include <string>

#include "base/url.hpp"

namespace wsrelay {

struct UrlParts {
  std::string uri = {};      // ws://… or wss://…; the other parts then count for nothing
  bool secure = false;       // wss
  std::string host = {};     // a name or an IP literal, IPv6 with or without brackets
  std::uint16_t port = 0;    // 0: the scheme's, 80 or 443
  std::string target = "/";  // path and query
};

/// As parse_url(): the same checks, the same errors.
Result<Url> url_from(const UrlParts& parts);

}  // namespace wsrelay
