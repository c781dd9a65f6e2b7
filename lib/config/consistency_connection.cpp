// What contradicts itself in how one connection comes about: logins, the proxy, where it leaves,
// what is compared, what is received.
#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/percent.hpp"
#include "config/consistency.hpp"
#include "config/types.hpp"

namespace wsrelay::config {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

bool has_header(const client::Settings& client, std::string_view name) {
  return std::any_of(client.headers.begin(), client.headers.end(),
                     [&](const client::Header& each) { return same_name(each.name, name); });
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

enum class Carrier : std::uint8_t { Http, Socks };

/// What is wrong with a name or a password, or what of it stands in the file itself; empty:
/// nothing.
std::string wrong_with(const SecretRef& ref, bool is_name, Carrier carrier) {
  if (ref.source != SecretRef::Source::Literal) return {};
  const std::string_view text = ref.literal.reveal();
  if (is_name && text.empty()) return "is empty";
  if (carrier == Carrier::Socks)  // RFC 1929 §2: one byte for the length
    return text.size() > 255 ? "is longer than 255 bytes, the most that SOCKS can carry" : "";
  // RFC 7617 §2: a user-id with a colon is invalid, and neither MUST contain control characters.
  if (is_name && text.find(':') != std::string_view::npos)
    return "has a colon, at which HTTP would take the name to end";
  return has_control(text) ? "has a control character, which HTTP does not allow here" : "";
}

void check_login(const client::Login& login, std::string_view path, Carrier carrier,
                 const Whereabouts& where, const Say& say) {
  const Spot user = where.find(fmt::format("{}.user", path));
  const Spot password = where.find(fmt::format("{}.password", path));
  if (login.user.is_given() && !login.password.is_given())
    say.problem(user, "a name without a password", "add password");
  if (login.password.is_given() && !login.user.is_given())
    say.problem(password, "a password without a name", "add user");
  const auto check = [&](const SecretRef& ref, const Spot& spot, bool is_name) {
    ref.for_each_part([&](const SecretRef& part) {
      if (std::string wrong = wrong_with(part, is_name, carrier); !wrong.empty())
        say.problem(spot, std::move(wrong));
    });
  };
  check(login.user, user, true);
  check(login.password, password, false);
}

void check_bearer(const client::Settings& client, const Whereabouts& where, const Say& say) {
  const Spot spot = where.find("auth.bearer");
  if (!client.bearer.is_given()) return;
  if (client.basic.user.is_given() || client.basic.password.is_given())
    say.problem(spot, "contradicts auth.basic", "remove one of the two");
  if (has_header(client, "Authorization"))
    say.problem(spot, "contradicts the Authorization header that stands under headers",
                "remove one of the two");
  client.bearer.for_each_part([&](const SecretRef& part) {
    const std::string_view text = part.literal.reveal();
    const bool word =
        std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (part.source == SecretRef::Source::Literal && (text.empty() || !word))
      say.problem(spot, "a bearer token is one word of visible ASCII",
                  "the token alone, without 'Bearer'");
  });
}

// A name that stands in the url, too, would be sent once only.
void check_query(const client::Settings& client, const Whereabouts& where, const Say& say) {
  const std::string_view target = client.url.target;
  const std::size_t query = target.find('?');
  if (query == std::string_view::npos) return;
  for (const client::QueryField& field : client.query) {
    const std::string written = fmt::format("&{}", percent_encoded(field.name));
    const std::string all = fmt::format("&{}&", target.substr(query + 1));
    if (all.find(written + "=") == std::string::npos &&
        all.find(written + "&") == std::string::npos)
      continue;
    say.problem(where.find("query"),
                fmt::format("{} stands in the url already", in_quotes(field.name)),
                "remove one of the two");
  }
}

void check_headers(const client::Settings& client, const Whereabouts& where, const Say& say) {
  if (client.basic.user.is_given() && has_header(client, "Authorization"))
    say.problem(where.find("auth.basic.user"),
                "contradicts the Authorization header that stands under headers",
                "remove one of the two");
  if (!client.user_agent.empty() && has_header(client, "User-Agent"))
    say.problem(where.find("user_agent"),
                "contradicts the User-Agent header that stands under headers",
                "remove one of the two");
  if (client.proxy && has_header(client, "Proxy-Authorization"))
    say.problem(where.find("headers"), "Proxy-Authorization would go to the server, not the proxy",
                "write user and password below proxy");
  if (client.subprotocol_required && client.subprotocols.empty())
    say.problem(where.find("subprotocol_required"), "no subprotocol is offered",
                "add subprotocols");
}

// A login goes to the proxy in plain text, whatever is behind it.
void check_proxy_login(const Instance& instance, const Whereabouts& where, const Say& say) {
  const client::ProxySettings& proxy = *instance.client.proxy;
  const Url& url = proxy.url;
  const bool has_login = proxy.login.user.is_given() || proxy.login.password.is_given();
  if (url.scheme == "unix" && has_login)
    return say.problem(where.find("proxy.user"), "nobody asks for a login at a unix:// socket",
                       "remove user and password; who may open the socket decides");
  const Carrier carrier = url.scheme == "socks5" ? Carrier::Socks : Carrier::Http;
  check_login(proxy.login, "proxy", carrier, where, say);
  const Reach reach = reach_of(url);
  if (!has_login || url.host.empty() || reach == Reach::Loopback || instance.allow_plaintext)
    return;
  std::string what = fmt::format("the login can be read on the way to {}", url.host);
  if (reach == Reach::Private) return say.warning(where.find("proxy.url"), std::move(what));
  say.problem(where.find("proxy.url"), std::move(what), "set allow_plaintext: true if it may");
}

bool is_v6(std::string_view address) {
  return address.find(':') != std::string_view::npos;
}

// Only the first hop is a connection of ours.
void check_binding(const client::Settings& client, const Whereabouts& where, const Say& say) {
  const io::TcpSettings& tcp = client.tcp;
  const Url& first = client.proxy ? client.proxy->url : client.url;
  if (first.scheme == "unix") {
    for (const auto& [path, value] : {std::pair("tcp.bind_interface", &tcp.bind_interface),
                                      std::pair("tcp.bind_address", &tcp.bind_address)})
      if (!value->empty())
        say.problem(where.find(path), "a unix:// proxy is reached without a network",
                    "remove it, or the proxy");
    return;
  }
  if (tcp.bind_address.empty() || !first.host_is_literal) return;
  if (is_v6(tcp.bind_address) == is_v6(first.host)) return;
  say.problem(where.find("tcp.bind_address"),
              fmt::format("from an IPv{} address there is no way to {}",
                          is_v6(tcp.bind_address) ? 6 : 4, first.host),
              fmt::format("bind an IPv{} address", is_v6(first.host) ? 6 : 4));
}

void check_receiving(const Instance& instance, const Whereabouts& where, const Say& say) {
  using ws::Receiving;
  const Receiving receiving = instance.client.receiving;
  if (receiving != Receiving::Chunks && where.says("limits.chunk"))
    say.warning(where.find("limits.chunk"), "counts for nothing without receive: chunks");
  if (receiving == Receiving::Messages) return;
  for (std::size_t i = 0; i < instance.rules.publish.size(); ++i)
    if (instance.rules.publish[i].retain)
      say.warning(where.find(fmt::format("publish.{}.retain", i)),
                  "of a message in parts the broker would keep the last one only");
}

}  // namespace

void check_connection(const Instance& instance, const Whereabouts& where, const Say& say) {
  check_login(instance.client.basic, "auth.basic", Carrier::Http, where, say);
  check_bearer(instance.client, where, say);
  check_query(instance.client, where, say);
  check_headers(instance.client, where, say);
  if (instance.client.proxy) check_proxy_login(instance, where, say);
  check_binding(instance.client, where, say);
  check_receiving(instance, where, say);
}

}  // namespace wsrelay::config
