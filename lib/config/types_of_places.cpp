// The types whose values say where something is: addresses, and keys in files or tokens.
#include <initializer_list>

#include <fmt/format.h>

#include "config/checks.hpp"
#include "config/patterns.hpp"
#include "config/slips.hpp"
#include "config/source.hpp"
#include "config/types.hpp"

namespace wsrelay::config {
namespace {

using Of = Address::Of;

template <class Use>
auto with_schemes(Of of, Use use) {
  using Schemes = std::initializer_list<std::string_view>;
  switch (of) {
    case Of::Server:
      return use(Schemes{"ws", "wss"});
    case Of::Broker:
      return use(Schemes{"mqtt", "mqtts", "unix"});
    case Of::Proxy:
      break;
  }
  return use(Schemes{"http", "socks5", "unix"});
}

std::string schemes_joined(Of of, std::string_view separator) {
  return with_schemes(
      of, [&](auto schemes) { return fmt::format("{}", fmt::join(schemes, separator)); });
}

bool may_hold_secret(std::string_view address) {
  if (address.find_first_of("@?") != std::string_view::npos) return true;
  if (address.find("//") == std::string_view::npos) return address.find(':') != address.rfind(':');
  return may_hold_login(address);
}

bool has_scheme(std::string_view text, std::string_view scheme) {
  return text.starts_with(fmt::format("{}://", scheme));
}

/// For an address that begins with none: "example.com", "wss//example.com", "wss:/example.com".
std::string hint_for_scheme(Of of, std::string_view text) {
  if (text.empty() || text.find("://") != std::string_view::npos) return {};
  std::string_view likely = of == Of::Server ? "wss" : of == Of::Broker ? "mqtt" : "http";
  with_schemes(of, [&](auto schemes) {
    for (const std::string_view scheme : schemes)
      if (text.starts_with(fmt::format("{}/", scheme)) ||
          text.starts_with(fmt::format("{}:", scheme)))
        likely = scheme;
    return 0;
  });
  return fmt::format("did you mean {}://…?", likely);
}

// What people write who know the same thing by another word.
std::string hint_for(Of of, std::string_view text) {
  struct Habit {
    Of of;
    std::string_view written;
    std::string_view hint;
  };
  static constexpr Habit kHabits[] = {
      {Of::Server, "http", "did you mean ws://?"},
      {Of::Server, "https", "did you mean wss://?"},
      {Of::Broker, "tcp", "did you mean mqtt://?"},
      {Of::Broker, "ssl", "did you mean mqtts://?"},
      {Of::Proxy, "https", "a proxy is spoken to in plain text; TLS to the server goes through it"},
      {Of::Proxy, "socks", "did you mean socks5://?"},
      {Of::Proxy, "socks5h", "socks5:// it is: names are always resolved at the proxy"},
      {Of::Proxy, "socks4", "only version 5 is spoken, socks5://"},
  };
  for (const Habit& habit : kHabits)
    if (habit.of == of && has_scheme(text, habit.written)) return std::string(habit.hint);
  if (of == Of::Proxy && text.find('@') != std::string_view::npos)
    return "write user and password below proxy";
  if (std::string slip = hint_for_text(text); !slip.empty()) return slip;
  if (std::string scheme = hint_for_scheme(of, text); !scheme.empty()) return scheme;
  return hint_for_characters(text);
}

/// A broker and a proxy are a host and a port, and a host is what names or numbers can be.
std::optional<Objection> objection_to(Of of, const Url& url) {
  if (url.scheme != "unix" && url.host.find_first_of("*!$&'()+,;=") != std::string::npos)
    return Objection{fmt::format("{} is not the name of a host", in_quotes(url.host))};
  if (of == Of::Server || url.scheme == "unix" || url.target == "/") return std::nullopt;
  return Objection{
      of == Of::Broker ? "an MQTT address has no path" : "a proxy's address has no path",
      "end it after the host and port"};
}

constexpr std::string_view kKeyWords = "an absolute path or a pkcs11: URL";

}  // namespace

void Address::read(const Node& node, Url& value, Reading& reading) const {
  const std::string words =
      fmt::format("an address that begins with {}://", schemes_joined(of, ":// or "));
  const std::string* text = scalar(node, words, reading);
  if (text == nullptr) return;
  if (may_hold_secret(*text)) reading.hide(node);
  if (of == Of::Broker && (has_scheme(*text, "ws") || has_scheme(*text, "wss")))
    return reading.problem(node, "MQTT over WebSocket does not exist in this version",
                           "use mqtt://, mqtts:// or unix://");
  const auto url = with_schemes(of, [&](auto schemes) { return parse_url(*text, schemes); });
  if (!url) return reading.problem(node, url.error().text, hint_for(of, *text));
  if (auto objection = objection_to(of, *url))
    return reading.problem(node, std::move(objection->what), std::move(objection->hint));
  value = *url;
}

Outline Address::outline(const Url& initial) const {
  std::string written = initial.host.empty() ? std::string() : initial.text();
  if (initial.target == "/" && written.ends_with('/')) written.pop_back();
  return {.words = fmt::format("an address, {}://…", schemes_joined(of, "://…, ")),
          .initial = written,
          .schema = schema_of(of)};
}

void FilePath::read(const Node& node, std::string& value, Reading& reading) const {
  std::string path;
  Text{"an absolute path", absolute_path}.read(node, path, reading);
  if (path.empty()) return;
  reading.look_at(path, node);
  value = std::move(path);
}

Outline FilePath::outline(const std::string& initial) const {
  return Text{"an absolute path", absolute_path}.outline(initial);
}

void KeyMaterial::read(const Node& node, std::string& value, Reading& reading) const {
  if (!node.is(Node::Kind::Scalar) || !node.text.starts_with("pkcs11:")) {
    std::string path;
    Text{kKeyWords, absolute_path}.read(node, path, reading);
    if (path.empty()) return;
    reading.look_at(path, node);
    value = std::move(path);
    return;
  }
  // RFC 7512 §2.4: the PIN itself may stand in the URL.
  if (node.text.find("pin-value=") != std::string::npos) {
    reading.hide(node);
    reading.warning(node, "this PIN can be read by whoever reads the file",
                    "better ?pin-source=file:/…, a file that only the daemon may read");
  }
  Text{kKeyWords, token_url}.read(node, value, reading);
}

Outline KeyMaterial::outline(const std::string& initial) const {
  Outline leaf = Text{kKeyWords, absolute_path}.outline(initial);
  leaf.schema = fmt::format(R"({{"anyOf":[{},{}]}})", leaf.schema, schema_of(token_url));
  return leaf;
}

}  // namespace wsrelay::config
