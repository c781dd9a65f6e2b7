#include "config/checks.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "base/topic.hpp"
#include "base/url.hpp"
#include "config/slips.hpp"
#include "route/table.hpp"
#include "route/template.hpp"
#include "ws/session.hpp"

namespace wsrelay::config {
namespace {

using Found = std::optional<Objection>;

constexpr std::string_view kNameCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestBase = 256;  // leaves room below it for our own topics
constexpr std::size_t kLongestText = 4096;

bool is_plain_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName &&
         text.find_first_not_of(kNameCharacters) == std::string_view::npos;
}

/// The template with sample values in its places; what is no topic then never is one.
Found check_topic(std::string_view text, std::span<const std::string_view> places,
                  bool (*is_topic)(std::string_view), std::string_view kind) {
  if (text.empty()) return Objection{"is empty", "write a topic like sensors/in"};
  const auto parsed = route::Template::parse(text, places);
  if (!parsed) return Objection{parsed.error().text};
  using Value = route::Template::Value;
  const std::array samples{Value{"base", "wsrelay"}, Value{"instance", "name"},
                           Value{"opcode", "text"}};
  if (is_topic(parsed->expand(samples))) return std::nullopt;
  return Objection{fmt::format("{} is not a topic {}", in_quotes(text), kind)};
}

}  // namespace

Found any_text(std::string_view text) {
  if (text.empty()) return Objection{"is empty", "leave the key out for none"};
  if (text.size() > kLongestText)
    return Objection{fmt::format("is longer than {} bytes", kLongestText)};
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (control) return Objection{"must be one line without control characters"};
  return std::nullopt;
}

Found plain_name(std::string_view text) {
  if (is_plain_name(text)) return std::nullopt;
  if (text.size() > kLongestName &&
      text.find_first_not_of(kNameCharacters) == std::string_view::npos)
    return Objection{fmt::format("is longer than {} characters", kLongestName)};
  std::string hint = hint_for_name(text);
  hint += fmt::format("{}1 to 64 letters, digits, '_' or '-'", hint.empty() ? "" : " ");
  return Objection{fmt::format("{} is not a name", in_quotes(text)), std::move(hint)};
}

Found instance_name(std::string_view text) {
  if (text == "bridge")
    return Objection{"an instance cannot be called 'bridge'",
                     "the daemon's own topics stand there"};
  return plain_name(text);
}

Found client_id(std::string_view text) {
  if (text.size() > 256) return Objection{"is longer than 256 bytes"};
  return any_text(text);
}

Found base_topic(std::string_view text) {
  if (text.size() > kLongestBase)
    return Objection{fmt::format("is longer than {} bytes", kLongestBase)};
  if (!is_topic_name(text) || text.find("{{") != std::string_view::npos)
    return Objection{fmt::format("{} is not a topic", in_quotes(text)),
                     "wildcards cannot be published to"};
  if (text.starts_with('$'))
    return Objection{fmt::format("{} belongs to the broker", in_quotes(text)), "begin without $"};
  if (text.starts_with('/') || text.ends_with('/'))
    return Objection{fmt::format("{} has an empty level", in_quotes(text)),
                     "without / at its ends"};
  return std::nullopt;
}

Found absolute_path(std::string_view text) {
  if (auto wrong = any_text(text)) return wrong;
  if (!text.starts_with('/'))
    return Objection{fmt::format("{} is not an absolute path", in_quotes(text)),
                     "the daemon's working directory is not yours; begin with /"};
  return std::nullopt;
}

Found token_url(std::string_view text) {
  // RFC 7512 §2.3: attributes, each a name and a value, in an alphabet of its own.
  constexpr std::string_view kPunctuation = "-._~%:[]@!$'()*+,=&/;?";
  const std::string_view attributes = text.substr(std::min<std::size_t>(text.find(':') + 1, 7));
  const bool spelled = std::all_of(attributes.begin(), attributes.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kPunctuation.find(c) != std::string_view::npos;
  });
  if (spelled && attributes.find('=') != std::string_view::npos) return std::nullopt;
  return Objection{"is not a pkcs11: URL",
                   "like pkcs11:token=hsm;object=client; p11tool --list-all prints them"};
}

Found host_name(std::string_view text) {
  // What the URL of a server may be named, its certificate may be named.
  const auto url = parse_url(fmt::format("wss://{}", text), {"wss"});
  if (url && url->target == "/" && text.find_first_of("/:?") == std::string_view::npos)
    return std::nullopt;
  return Objection{fmt::format("{} is not a host name", in_quotes(text)),
                   "only the name, no port or path"};
}

Found interface_name(std::string_view text) {
  // What the kernel takes for a name: 15 bytes, no slash, no blank.
  if (!any_text(text) && text.size() <= 15 && text.find_first_of("/ :") == std::string_view::npos)
    return std::nullopt;
  return Objection{fmt::format("{} is not the name of an interface", in_quotes(text)),
                   "up to 15 characters, as 'ip link' prints them"};
}

Found local_address(std::string_view text) {
  const bool v6 = text.find(':') != std::string_view::npos;
  const auto url =
      parse_url(fmt::format("ws://{}{}{}", v6 ? "[" : "", text, v6 ? "]" : ""), {"ws"});
  if (url && url->host_is_literal && text.find_first_of("/?[") == std::string_view::npos)
    return std::nullopt;
  return Objection{fmt::format("{} is not an IP address", in_quotes(text)),
                   "one of this machine's, like 192.0.2.10 or 2001:db8::10"};
}

Found subprotocol(std::string_view text) {
  if (ws::is_subprotocol(text)) return std::nullopt;
  return Objection{fmt::format("{} is not a subprotocol", in_quotes(text)),
                   "a token: letters, digits, '.', '-', '_', '+', no blanks or commas"};
}

Found credential_name(std::string_view text) {
  if (text.empty() || text.size() > 255 || text == "." || text == ".." ||
      text.find('/') != std::string_view::npos || any_text(text))
    return Objection{fmt::format("{} is not the name of a credential", in_quotes(text)),
                     "the NAME of LoadCredential=NAME:…, without /"};
  return std::nullopt;
}

Found variable_name(std::string_view text) {
  constexpr std::string_view kCharacters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  if (text.empty() || text.size() > 255 || (text.front() >= '0' && text.front() <= '9') ||
      text.find_first_not_of(kCharacters) != std::string_view::npos)
    return Objection{fmt::format("{} is not the name of a variable", in_quotes(text)),
                     "letters, digits and '_', without $"};
  return std::nullopt;
}

Found publish_topic(std::string_view text) {
  auto found = check_topic(text, route::kPublishPlaces, is_topic_name, "that can be published to");
  if (found && found->hint.empty() && text.find_first_of("+#") != std::string_view::npos)
    found->hint = "the wildcards + and # are for deliver";
  return found;
}

Found deliver_filter(std::string_view text) {
  auto found = check_topic(text, route::kDeliverPlaces, is_topic_filter, "filter");
  if (found && found->hint.empty() && text.find_first_of("+#") != std::string_view::npos)
    found->hint = "+ and # stand alone in their level, and # at the end";
  return found;
}

}  // namespace wsrelay::config
