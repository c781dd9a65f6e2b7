#include "config/secret_text.hpp"

#include <vector>

#include <fmt/format.h>

#include "config/checks.hpp"
#include "config/suggest.hpp"

namespace wsrelay::config {
namespace {

using From = SecretRef::Source;

constexpr std::string_view kOpen = "{{", kClose = "}}", kPrefix = "secret:";
constexpr std::size_t kMostPlaces = 16;  // each may be a file of a mebibyte
constexpr std::string_view kRemedy =
    "write {{secret:NAME}}; a text that has {{ in it goes into a file of its own";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

Objection no_such_secret(std::string_view name, const NamedSecrets& named) {
  std::vector<std::string_view> known;
  for (const auto& each : named) known.push_back(each.first);
  const auto meant = nearest(name, known);
  return {fmt::format("there is no secret {}", in_quotes(name)),
          meant ? fmt::format("did you mean '{}'?", *meant) : "name it under secrets"};
}

/// What stands between the braces. Not repeated, unless it is plain that it is a name.
Objection no_such_place(std::string_view place, const NamedSecrets& named) {
  std::string_view name = trimmed(place);
  if (name.starts_with(kPrefix)) name = trimmed(name.substr(kPrefix.size()));
  const bool known = named.contains(std::string(name));
  return {"only a named secret can stand between {{ and }}",
          known ? fmt::format("did you mean {{{{secret:{}}}}}?", name) : std::string(kRemedy)};
}

tl::expected<SecretRef, Objection> place(std::string_view text, const NamedSecrets& named) {
  if (!text.starts_with(kPrefix) || plain_name(text.substr(kPrefix.size())))
    return tl::unexpected(no_such_place(text, named));
  const std::string name(text.substr(kPrefix.size()));
  const auto found = named.find(name);
  if (found == named.end()) return tl::unexpected(no_such_secret(name, named));
  return found->second;
}

SecretRef literal(std::string_view text) {
  return {.source = From::Literal, .literal = Secret(std::string(text))};
}

}  // namespace

tl::expected<SecretRef, Objection> secret_text(std::string_view text, const NamedSecrets& named) {
  SecretRef whole{.source = From::Joined};
  std::size_t places = 0;
  for (std::size_t open = text.find(kOpen); open != std::string_view::npos;
       open = text.find(kOpen)) {
    const std::size_t close = text.find(kClose, open);
    if (close == std::string_view::npos)
      return tl::unexpected(Objection{"'{{' is never closed by '}}'", std::string(kRemedy)});
    if (++places > kMostPlaces)
      return tl::unexpected(Objection{fmt::format("has more than {} places", kMostPlaces),
                                      "put the whole text into a file"});
    auto secret = place(text.substr(open + kOpen.size(), close - open - kOpen.size()), named);
    if (!secret) return secret;
    if (open > 0) whole.parts.push_back(literal(text.substr(0, open)));
    whole.parts.push_back(std::move(*secret));
    text.remove_prefix(close + kClose.size());
  }
  if (whole.parts.empty()) return literal(text);
  if (!text.empty()) whole.parts.push_back(literal(text));
  return whole.parts.size() == 1 ? std::move(whole.parts.front()) : std::move(whole);
}

}  // namespace wsrelay::config
