#include "ws/upgrade.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/digest.hpp"

namespace wsrelay::ws {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // §1.3

tl::unexpected<Error> refuse(std::string_view what) {
  return fail(Fault::Protocol, fmt::format("bad upgrade answer: {}", what));
}

// A target or host: visible ASCII, so that it can end neither its word nor its line.
bool is_word(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

std::optional<std::string> wrong_setting(const SessionSettings& settings) {
  if (!is_word(settings.host)) return "the host is not a word of visible ASCII";
  if (!is_word(settings.target) || settings.target.front() != '/')
    return "the target is not a path of visible ASCII";
  for (const auto& [name, value] : settings.headers) {
    if (!is_header_name(name)) return "a header name is no token or belongs to the upgrade itself";
    if (!is_header_value(value))
      return fmt::format("the value of header {} has a control character", name);
  }
  for (const std::string& subprotocol : settings.subprotocols)
    if (!is_subprotocol(subprotocol)) return "a subprotocol is no token";
  if (settings.subprotocol_required && settings.subprotocols.empty())
    return "a subprotocol is required, but none is offered";
  const DeflateSettings& deflate = settings.deflate;
  if (deflate.client_max_window_bits < 9 || deflate.client_max_window_bits > 15 ||
      deflate.server_max_window_bits < 8 || deflate.server_max_window_bits > 15)
    return "a window of permessage-deflate is out of range";
  return std::nullopt;
}

// The one value of a field that may stand only once; null if absent. Error: it stands twice.
Result<const std::string*> only_value(const Fields& fields, std::string_view name) {
  const std::string* found = nullptr;
  for (const auto& [each, value] : fields) {
    if (!same_word(each, name)) continue;
    if (found != nullptr) return refuse(fmt::format("{} stands twice", name));
    found = &value;
  }
  return found;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string out(text.substr(0, limit));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

// Where a redirect points, without path and query: those tend to carry tokens.
std::string origin_of(std::string_view location) {
  const std::size_t scheme_end = location.find("://");
  if (scheme_end == std::string_view::npos) return {};
  const std::string_view origin = location.substr(0, location.find_first_of("/?#", scheme_end + 3));
  return origin.find('@') == std::string_view::npos ? printable(origin, 200) : std::string();
}

Error refused_by_status(const ResponseHead& head) {
  Error error{.fault = Fault::Http, .text = {}, .http_status = head.status};
  error.text = fmt::format("the server answered {}", head.status);
  if (!head.reason.empty()) error.text += " " + printable(head.reason, 64);
  if (head.status / 100 != 3) return error;
  for (const auto& [name, value] : head.fields)
    if (same_word(name, "Location"))
      if (const std::string origin = origin_of(value); !origin.empty())
        error.text += fmt::format(" (to {}; redirects are not followed)", origin);
  return error;
}

// RFC 9110 §8.6 and RFC 9112 §6.1: a 101 has no body. A server that announces one means something
// else by the bytes that follow. Zero length announces nothing.
bool announces_body(const Fields& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const auto& field) {
    return same_word(field.first, "Transfer-Encoding") ||
           (same_word(field.first, "Content-Length") && field.second != "0");
  });
}

// §4.1 items 2 and 3: Upgrade is exactly "websocket", Connection has the token "upgrade".
Result<bool> check_switch(const ResponseHead& head) {
  const auto upgrade = only_value(head.fields, "Upgrade");
  if (!upgrade) return tl::unexpected(upgrade.error());
  if (*upgrade == nullptr) return refuse("no Upgrade");
  if (!same_word(**upgrade, "websocket")) return refuse("Upgrade is not websocket");
  const bool connection =
      std::any_of(head.fields.begin(), head.fields.end(), [](const auto& field) {
        return same_word(field.first, "Connection") && list_contains(field.second, "upgrade");
      });
  if (!connection) return refuse("Connection does not say upgrade");
  if (announces_body(head.fields)) return refuse("it announces a body");
  return true;
}

// §4.1 item 6: what was not offered must not be chosen; choosing none is the server's right, and
// ours to do without it.
Result<std::string> chosen_subprotocol(const Fields& fields, const Offered& offered) {
  const auto chosen = only_value(fields, "Sec-WebSocket-Protocol");
  if (!chosen) return tl::unexpected(chosen.error());
  if (*chosen == nullptr && offered.subprotocol_required)
    return refuse("no subprotocol, and one is required");
  if (*chosen == nullptr) return std::string();
  const auto& names = offered.subprotocols;
  if (std::find(names.begin(), names.end(), **chosen) == names.end())
    return refuse("a subprotocol that was not offered");
  return **chosen;
}

}  // namespace

std::string new_upgrade_key(Random& random) {
  std::array<std::byte, 16> nonce{};
  random.fill(nonce);
  return base64(nonce);
}

std::string accept_for(std::string_view key) {
  std::string text(key);
  text += kGuid;
  return base64(sha1(as_bytes(text)));
}

Result<std::string> upgrade_request(const SessionSettings& settings, std::string_view key) {
  if (const auto wrong = wrong_setting(settings)) return fail(Fault::Local, *wrong);
  std::string out = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: {}\r\nSec-WebSocket-Version: 13\r\n",
      settings.target, settings.host, key);
  if (!settings.subprotocols.empty())
    out += fmt::format("Sec-WebSocket-Protocol: {}\r\n", fmt::join(settings.subprotocols, ", "));
  if (const std::string offer = extension_offer(settings.deflate); !offer.empty())
    out += fmt::format("Sec-WebSocket-Extensions: {}\r\n", offer);
  for (const auto& [name, value] : settings.headers) out += fmt::format("{}: {}\r\n", name, value);
  return out += "\r\n";
}

Result<Agreement> judge_answer(const ResponseHead& head, std::string_view key,
                               const Offered& offered) {
  if (head.status != 101) return tl::unexpected(refused_by_status(head));
  if (head.minor_version < 1) return refuse("HTTP/1.0 cannot upgrade");
  if (const auto fine = check_switch(head); !fine) return tl::unexpected(fine.error());
  const auto accept = only_value(head.fields, "Sec-WebSocket-Accept");
  if (!accept) return tl::unexpected(accept.error());
  if (*accept == nullptr) return refuse("no Sec-WebSocket-Accept");
  if (**accept != accept_for(key)) return refuse("Sec-WebSocket-Accept does not match our key");
  auto subprotocol = chosen_subprotocol(head.fields, offered);
  if (!subprotocol) return tl::unexpected(subprotocol.error());
  auto extensions = agree_on_extensions(head.fields, offered.deflate);
  if (!extensions) return tl::unexpected(extensions.error());
  return Agreement{.subprotocol = std::move(*subprotocol), .extensions = std::move(*extensions)};
}

}  // namespace wsrelay::ws
