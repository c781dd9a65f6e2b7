#include "io/http_connect.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/digest.hpp"

namespace wsrelay::io {
namespace {

constexpr std::size_t kMostReason = 64;

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; });
}

// RFC 7617 §2: "a user-id containing a colon character is invalid", and neither part may have
// control characters.
Result<Secret> basic_credentials(const Proxy& proxy) {
  if (proxy.user.reveal().find(':') != std::string_view::npos)
    return fail(Fault::Local, "the user name has a colon, which Basic credentials cannot carry");
  if (has_control(proxy.user.reveal()) || has_control(proxy.password.reveal()))
    return fail(Fault::Local,
                "the login has a control character (a line end?), which Basic credentials cannot "
                "carry");
  std::string both;
  both.reserve(proxy.user.reveal().size() + 1 + proxy.password.reveal().size());
  both.append(proxy.user.reveal()).append(":").append(proxy.password.reveal());
  const Secret login(std::move(both));
  return Secret(base64(as_bytes(login.reveal())));
}

bool is_word(std::string_view host) {
  return !host.empty() &&
         std::all_of(host.begin(), host.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

std::string printable(std::string_view text) {
  std::string out(text.substr(0, kMostReason));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

}  // namespace

Result<HttpConnect> HttpConnect::begin(const Proxy& proxy, const Url& destination) {
  if (!is_word(destination.host))
    return fail(Fault::Local, "the host is not a word of visible ASCII");
  // RFC 9110 §9.3.6: "There is no default port; a client MUST send the port number".
  std::string endpoint = destination.endpoint();
  std::string request = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", endpoint);
  const bool has_login = !proxy.user.empty();
  if (has_login) {
    const auto credentials = basic_credentials(proxy);
    if (!credentials) return tl::unexpected(credentials.error());
    constexpr std::string_view kField = "Proxy-Authorization: Basic ";
    // At once, so that no copy is left behind where the string grew.
    request.reserve(request.size() + kField.size() + credentials->reveal().size() + 4);
    request.append(kField).append(credentials->reveal()).append("\r\n");
  }
  request += "\r\n";
  return HttpConnect(std::move(endpoint), Secret(std::move(request)), has_login);
}

Result<void> HttpConnect::receive(BytesView bytes) {
  follow_ending(bytes);
  auto complete = parser_.read(bytes);
  if (!complete) {
    complete.error().fault = Fault::Proxy;
    return tl::unexpected(complete.error());
  }
  return *complete ? judge(parser_.take()) : Result<void>();
}

void HttpConnect::follow_ending(BytesView bytes) {
  constexpr std::string_view kEnding = "\r\n\r\n";
  for (const char each : as_text(bytes))
    ending_ = each == kEnding[ending_] ? ending_ + 1 : each == '\r' ? 1 : 0;
}

Result<void> HttpConnect::judge(const ws::ResponseHead& head) {
  ending_ = 0;
  // RFC 9110 §15.2: 1xx may come before the answer. A 101 is one: nobody asked to switch.
  if (head.status / 100 == 1 && head.status != 101) {
    if (++interim_ <= kMostInterim) return {};
    return fail(Fault::Proxy, "bad HTTP response: more than 5 interim responses");
  }
  // RFC 9110 §9.3.6: any 2xx is the tunnel, which begins right after the head; "a client MUST
  // ignore any Content-Length or Transfer-Encoding header fields" in it.
  agreed_ = head.status / 100 == 2;
  if (agreed_) return {};
  Error error{.fault = Fault::Proxy, .text = {}, .http_status = head.status};
  error.text = fmt::format("no tunnel to {}: {}", destination_, head.status);
  if (!head.reason.empty()) error.text += " " + printable(head.reason);
  if (head.status == 407) error.text += has_login_ ? " (for our login)" : " (it wants a login)";
  return tl::unexpected(std::move(error));
}

}  // namespace wsrelay::io
