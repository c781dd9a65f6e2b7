#include "base/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <idn2.h>
#include <memory>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <uriparser/Uri.h>

namespace wsrelay {
namespace {

struct Scheme {
  std::string_view name;
  std::uint16_t port;
};
constexpr std::array kSchemes{Scheme{"ws", 80},       Scheme{"wss", 443}, Scheme{"mqtt", 1883},
                              Scheme{"mqtts", 8883},  Scheme{"http", 80}, Scheme{"https", 443},
                              Scheme{"socks5", 1080}, Scheme{"unix", 0}};
constexpr std::size_t kLongestUrl = 8192;

std::uint16_t default_port(std::string_view scheme) {
  for (const Scheme& known : kSchemes)
    if (known.name == scheme) return known.port;
  return 0;
}

auto refuse(std::string text) {
  return fail(Fault::Local, std::move(text));
}

std::string text_of(const UriTextRangeA& range) {
  return range.first == nullptr ? std::string() : std::string(range.first, range.afterLast);
}

struct FreeUri {
  void operator()(UriUriA* uri) const { uriFreeUriMembersA(uri); }
};

bool is_ipv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}
// One spelling for one address (RFC 5952); a comparison of Urls is one of text.
std::string canonical_ipv6(const std::string& host) {
  in6_addr address{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_pton(AF_INET6, host.c_str(), &address) != 1 ||
      inet_ntop(AF_INET6, &address, text.data(), text.size()) == nullptr)
    return host;
  return text.data();
}

// "127.1", "0x7f.1" and "2130706433" resolve on some systems and match no certificate on any.
bool looks_numeric(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return !last.empty() &&
         (std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; }) ||
          last.starts_with("0x"));
}

Result<std::string> ascii_host(std::string host) {
  if (host.ends_with('.')) host.pop_back();  // a certificate never has it
  if (host.empty()) return refuse("the host is missing");
  if (host.starts_with('.') || host.ends_with('.') || host.find("..") != std::string::npos)
    return refuse("the host has an empty label, two dots with nothing between them");
  if (host.find('%') != std::string::npos) return refuse("escapes in the host are not allowed");
  char* ascii = nullptr;
  const int rc = idn2_to_ascii_8z(host.c_str(), &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  const std::unique_ptr<char, decltype(&idn2_free)> owned(ascii, &idn2_free);
  if (rc != IDN2_OK) return refuse(fmt::format("the host is not a name: {}", idn2_strerror(rc)));
  std::string lower(ascii);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

Result<std::uint16_t> port_of(const std::string& text, std::string_view scheme) {
  if (text.empty()) return default_port(scheme);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0 || number > 65535)
    return refuse("the port must be between 1 and 65535");
  return static_cast<std::uint16_t>(number);
}

// uriparser takes ASCII only; a host in another script is put into IDNA form first.
Result<std::string> with_ascii_host(std::string_view text, std::size_t host_at) {
  const std::size_t host_end = std::min(text.find_first_of(":/?#", host_at), text.size());
  const std::string_view host = text.substr(host_at, host_end - host_at);
  const bool ascii = std::all_of(host.begin(), host.end(), [](char c) { return (c & 0x80) == 0; });
  if (ascii) return std::string(text);
  auto converted = ascii_host(std::string(host));
  if (!converted) return tl::unexpected(converted.error());
  return fmt::format("{}{}{}", text.substr(0, host_at), *converted, text.substr(host_end));
}

std::string target_of(const UriUriA& uri) {
  std::string target;
  for (const UriPathSegmentA* segment = uri.pathHead; segment != nullptr; segment = segment->next) {
    target += '/';
    target += text_of(segment->text);
  }
  if (target.empty()) target += '/';
  if (uri.query.first != nullptr) target.append("?").append(text_of(uri.query));
  return target;
}

Result<Url> parse_unix(std::string_view rest) {
  if (!rest.starts_with('/'))
    return refuse("a unix: address needs an absolute path, unix:///run/…");
  if (rest.size() > 107) return refuse("a socket's path has at most 107 bytes");
  if (rest.find('\0') != std::string_view::npos) return refuse("a path has no NUL");
  return Url{.scheme = "unix", .host = {}, .port = 0, .target = std::string(rest)};
}

Reach reach_of_ipv4(std::uint32_t address) {
  if (address >> 24 == 127) return Reach::Loopback;
  const bool near = address >> 24 == 10 || address >> 20 == 0xAC1 || address >> 16 == 0xC0A8 ||
                    address >> 16 == 0xA9FE;
  return near ? Reach::Private : Reach::Anywhere;
}

Reach reach_of_ipv6(const in6_addr& address) {
  if (IN6_IS_ADDR_V4MAPPED(&address)) {  // the kernel connects to the IPv4 address inside
    std::uint32_t inside = 0;
    std::memcpy(&inside, &address.s6_addr[12], sizeof(inside));
    return reach_of_ipv4(ntohl(inside));
  }
  if (IN6_IS_ADDR_LOOPBACK(&address)) return Reach::Loopback;
  const bool near = IN6_IS_ADDR_LINKLOCAL(&address) || (address.s6_addr[0] & 0xFE) == 0xFC;
  return near ? Reach::Private : Reach::Anywhere;
}

}  // namespace

Result<Url> parse_url(std::string_view text, std::initializer_list<std::string_view> schemes) {
  if (text.size() > kLongestUrl) return refuse("the address is longer than 8192 bytes");
  const std::size_t colon = text.find("://");
  std::string scheme(text.substr(0, colon == std::string_view::npos ? 0 : colon));
  for (char& c : scheme)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (std::find(schemes.begin(), schemes.end(), scheme) == schemes.end())
    return refuse(fmt::format("the address must begin with {}://", fmt::join(schemes, ":// or ")));
  if (scheme == "unix") return parse_unix(text.substr(colon + 3));

  const auto ascii = with_ascii_host(text, colon + 3);
  if (!ascii) return tl::unexpected(ascii.error());
  UriUriA uri{};
  const char* at = nullptr;
  if (uriParseSingleUriExA(&uri, ascii->data(), ascii->data() + ascii->size(), &at) != URI_SUCCESS)
    return refuse(fmt::format("character {} does not belong into an address",
                              at == nullptr ? 1 : at - ascii->data() + 1));
  const std::unique_ptr<UriUriA, FreeUri> owned(&uri);
  if (uri.userInfo.first != nullptr)
    return refuse("a login does not belong into the address; logs would show it");
  // RFC 6455 §3: fragment identifiers MUST NOT be used on these URIs.
  if (uri.fragment.first != nullptr)
    return refuse("a fragment (#…) does not belong into the address");

  Url url{.scheme = scheme, .host = {}, .port = 0};
  const bool bracketed = uri.hostData.ip6 != nullptr;
  auto host = bracketed ? Result<std::string>(canonical_ipv6(text_of(uri.hostText)))
                        : ascii_host(text_of(uri.hostText));
  if (!host) return tl::unexpected(host.error());
  url.host = std::move(*host);
  url.host_is_literal = bracketed || is_ipv4(url.host);
  if (!url.host_is_literal && looks_numeric(url.host))
    return refuse("write an IPv4 address in full, four numbers between 0 and 255");
  const auto port = port_of(text_of(uri.portText), scheme);
  if (!port) return tl::unexpected(port.error());
  url.port = *port;
  url.target = target_of(uri);
  return url;
}

std::string Url::authority() const {
  std::string text = endpoint();
  if (port == default_port(scheme)) text.resize(text.rfind(':'));
  return text;
}

std::string Url::endpoint() const {
  const bool v6 = host.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::string Url::text() const {
  if (scheme == "unix") return "unix://" + target;
  const bool knows_paths = scheme == "ws" || scheme == "wss";  // a broker or a proxy does not
  const bool bare = !knows_paths && target == "/";
  return fmt::format("{}://{}{}", scheme, authority(), bare ? std::string() : target);
}

std::string Url::redacted() const {
  const std::string whole = text();
  const std::size_t query = whole.find('?');
  if (scheme == "unix" || query == std::string::npos) return whole;
  std::string out = whole.substr(0, query + 1);
  std::string_view rest = std::string_view(whole).substr(query + 1);
  for (bool first = true; !rest.empty(); first = false) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    if (!first) out += '&';
    // A query without '=' may itself be the token.
    if (pair.find('=') != std::string_view::npos) out += pair.substr(0, pair.find('=') + 1);
    out += "…";
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
  }
  return out;
}

Reach reach_of(const Url& url) {
  if (url.scheme == "unix" || url.host == "localhost" || url.host.ends_with(".localhost"))
    return Reach::Loopback;
  in_addr v4{};
  if (inet_pton(AF_INET, url.host.c_str(), &v4) == 1) return reach_of_ipv4(ntohl(v4.s_addr));
  in6_addr v6{};
  if (inet_pton(AF_INET6, url.host.c_str(), &v6) == 1) return reach_of_ipv6(v6);
  return url.host.ends_with(".local") ? Reach::Private : Reach::Anywhere;
}

}  // namespace wsrelay
