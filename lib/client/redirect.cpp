#include "client/redirect.hpp"

#include <fmt/format.h>

#include "ws/field.hpp"

namespace wsrelay::client {
namespace {

constexpr unsigned kMostHops = 5;

bool same_origin(const Url& a, const Url& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

Result<Url> location(const Hop& from, const ws::Fields& fields) {
  const std::string* found = nullptr;
  for (const auto& field : fields) {
    if (!ws::same_word(field.first, "Location")) continue;
    if (found != nullptr) return fail(Fault::Http, "the server names two places to go to");
    found = &field.second;
  }
  if (found == nullptr) return fail(Fault::Http, "the server does not say where to go");
  const std::string_view reference = ws::trimmed(*found);
  auto url =
      resolve(from.url, reference.substr(0, reference.find('#')), {"ws", "wss", "http", "https"});
  if (!url)
    return fail(Fault::Http,
                fmt::format("the server's Location is of no use: {}", url.error().text));
  if (url->scheme == "http") url->scheme = "ws";
  if (url->scheme == "https") url->scheme = "wss";
  if (from.url.secure() && !url->secure())
    return fail(Fault::Http, fmt::format("from wss to ws, which is refused: {}", url->redacted()));
  return url;
}

}  // namespace

bool is_redirect(int status) {
  return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

Result<Hop> follow(const Hop& from, int status, const ws::Fields& fields) {
  auto url = from.followed < kMostHops
                 ? location(from, fields)
                 : fail(Fault::Http, fmt::format("after {} others", from.followed));
  if (!url)
    return tl::unexpected<Error>(
        Error{.fault = Fault::Http,
              .text = fmt::format("redirected ({}): {}", status, url.error().text),
              .phase = "upgrading",
              .http_status = status});
  const bool foreign = from.foreign || !same_origin(from.url, *url);
  return Hop{.url = std::move(*url), .followed = from.followed + 1, .foreign = foreign};
}

}  // namespace wsrelay::client
