#include "base/url_parts.hpp"

#include <fmt/format.h>

namespace wsrelay {

Result<Url> url_from(const UrlParts& parts) {
  if (!parts.uri.empty()) return parse_url(parts.uri, {"ws", "wss"});
  // A host that brings its own port, path or login would come out as something else.
  if (parts.host.find_first_of("/?#@") != std::string::npos)
    return fail(Fault::Local, "the host is not a name");
  const bool bare_v6 = parts.host.find(':') != std::string::npos && !parts.host.starts_with('[');
  std::string text = fmt::format("{}://{}{}{}", parts.secure ? "wss" : "ws", bare_v6 ? "[" : "",
                                 parts.host, bare_v6 ? "]" : "");
  if (parts.port != 0) text += fmt::format(":{}", parts.port);
  if (!parts.target.starts_with('/')) text += '/';
  return parse_url(text + parts.target, {"ws", "wss"});
}

}  // namespace wsrelay
