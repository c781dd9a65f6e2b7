// ws:// and wss:// addresses (RFC 6455 §3, RFC 3986) and what they become in the request (§4.1,
// §4.2 of the same: Host names the port unless it is the scheme's).
#include <fmt/format.h>

#include "base/url.hpp"
#include "conformance/families.hpp"

namespace wsrelay::conformance {
namespace {

// "plain|secure, host, port, Host field, target".
std::string parts_of(std::string_view text) {
  const auto url = parse_url(text, {"ws", "wss"});
  if (!url) return "refused";
  return fmt::format("{} {} {}; Host: {}; GET {}", url->secure() ? "TLS" : "plain", url->host,
                     url->port, url->authority(), url->target);
}

Vector taken(std::string url, std::string expected) {
  return ask(url, std::move(expected), [url] { return parts_of(url); });
}
Vector refused(std::string name, std::string url) {
  return ask(fmt::format("URL {}", name), "refused", [url] { return parts_of(url); });
}

std::vector<Vector> good() {
  return {
      taken("ws://h", "plain h 80; Host: h; GET /"),
      taken("wss://h", "TLS h 443; Host: h; GET /"),
      taken("ws://h/", "plain h 80; Host: h; GET /"),
      taken("ws://h:80/", "plain h 80; Host: h; GET /"),
      taken("wss://h:443/", "TLS h 443; Host: h; GET /"),
      taken("ws://h:443/", "plain h 443; Host: h:443; GET /"),
      taken("wss://h:80/", "TLS h 80; Host: h:80; GET /"),
      taken("ws://h:8080/", "plain h 8080; Host: h:8080; GET /"),
      taken("ws://h:1/", "plain h 1; Host: h:1; GET /"),
      taken("ws://h:65535/", "plain h 65535; Host: h:65535; GET /"),
      taken("ws://h:/", "plain h 80; Host: h; GET /"),
      taken("ws://h:0080/", "plain h 80; Host: h; GET /"),
      taken("WS://h/", "plain h 80; Host: h; GET /"),
      taken("wSs://H.Example/Path", "TLS h.example 443; Host: h.example; GET /Path"),
      taken("ws://h/a/b/c", "plain h 80; Host: h; GET /a/b/c"),
      taken("ws://h/a//b/", "plain h 80; Host: h; GET /a//b/"),
      taken("ws://h//", "plain h 80; Host: h; GET //"),
      taken("ws://h/?", "plain h 80; Host: h; GET /?"),
      taken("ws://h?", "plain h 80; Host: h; GET /?"),
      taken("ws://h?q", "plain h 80; Host: h; GET /?q"),
      taken("ws://h/p?q=1&r=2", "plain h 80; Host: h; GET /p?q=1&r=2"),
      taken("ws://h/p?q=a/b?c", "plain h 80; Host: h; GET /p?q=a/b?c"),
      taken("ws://h/%41%2F%e2%82%ac", "plain h 80; Host: h; GET /%41%2F%e2%82%ac"),
      taken("ws://h/;a=b,c:d@e!$&'()*+", "plain h 80; Host: h; GET /;a=b,c:d@e!$&'()*+"),
      taken("ws://h/~user/-._", "plain h 80; Host: h; GET /~user/-._"),
      taken("ws://example.com./", "plain example.com 80; Host: example.com; GET /"),
      taken("ws://a.b.c.d.example/", "plain a.b.c.d.example 80; Host: a.b.c.d.example; GET /"),
      taken("ws://my-host/", "plain my-host 80; Host: my-host; GET /"),
      taken("ws://my_host/", "plain my_host 80; Host: my_host; GET /"),
      taken("ws://192.0.2.1/", "plain 192.0.2.1 80; Host: 192.0.2.1; GET /"),
      taken("ws://192.0.2.1:81/", "plain 192.0.2.1 81; Host: 192.0.2.1:81; GET /"),
      taken("ws://[::1]/", "plain ::1 80; Host: [::1]; GET /"),
      taken("wss://[::1]:443/", "TLS ::1 443; Host: [::1]; GET /"),
      taken("wss://[2001:DB8:0:0::1]:9/x", "TLS 2001:db8::1 9; Host: [2001:db8::1]:9; GET /x"),
      taken("ws://[::ffff:192.0.2.1]/",
            "plain ::ffff:192.0.2.1 80; Host: [::ffff:192.0.2.1]; GET /"),
      taken("ws://b\xC3\xBC"
            "cher.example/",
            "plain xn--bcher-kva.example 80; Host: xn--bcher-kva.example; GET /"),
      taken("ws://xn--bcher-kva.example/",
            "plain xn--bcher-kva.example 80; Host: xn--bcher-kva.example; GET /"),
      taken("ws://0.0.0.0/", "plain 0.0.0.0 80; Host: 0.0.0.0; GET /"),
      taken("ws://localhost/", "plain localhost 80; Host: localhost; GET /"),
  };
}

std::vector<Vector> bad() {
  return {
      refused("that is empty", ""),
      refused("without a scheme", "h/path"),
      refused("without a scheme, with slashes", "//h/path"),
      refused("of scheme http", "http://h/"),
      refused("of scheme https", "https://h/"),
      refused("of scheme wsss", "wsss://h/"),
      refused("of an empty scheme", "://h/"),
      refused("with one slash", "ws:/h/"),
      refused("without slashes", "ws:h"),
      refused("with three slashes", "ws:///path"),
      refused("without a host", "ws://"),
      refused("without a host, with a port", "ws://:80/"),
      refused("without a host, with a query", "ws://?q"),
      refused("with a fragment", "ws://h/#f"),
      refused("with an empty fragment", "ws://h/#"),
      refused("with a fragment after a query", "ws://h/?q#f"),
      refused("with a user", "ws://user@h/"),
      refused("with a login", "ws://user:password@h/"),
      refused("with an empty login", "ws://@h/"),
      refused("of port 0", "ws://h:0/"),
      refused("of port 65536", "ws://h:65536/"),
      refused("of a port of twenty digits", "ws://h:10000000000000000080/"),
      refused("of a negative port", "ws://h:-1/"),
      refused("of a port in letters", "ws://h:http/"),
      refused("of two ports", "ws://h:80:80/"),
      refused("with a space in the path", "ws://h/a b"),
      refused("with a space in front", " ws://h/"),
      refused("with a space at the end", "ws://h/ "),
      refused("with a space in the host", "ws://a b/"),
      refused("with a line end", "ws://h/\r\nX: y"),
      refused("with a tab", "ws://h/\t"),
      refused("with a NUL", std::string("ws://h/\0", 8)),
      refused("with a backslash", "ws://h\\path"),
      refused("with a broken escape", "ws://h/%4"),
      refused("with an escape of no hex", "ws://h/%zz"),
      refused("with an escape in the host", "ws://%68/"),
      refused("with angle brackets", "ws://h/<x>"),
      refused("with quotes", "ws://h/\"x\""),
      refused("with braces", "ws://h/{x}"),
      refused("with a bar", "ws://h/a|b"),
      refused("with a caret", "ws://h/^"),
      refused("with a backquote", "ws://h/`"),
      refused("with a path in another script", "ws://h/\xC3\xA9"),
      refused("with a host that is not UTF-8", "ws://\xFF/"),
      refused("with an open bracket", "ws://[::1/"),
      refused("with a closing bracket", "ws://::1]/"),
      refused("of an IPv6 address without brackets", "ws://::1/"),
      refused("of a bad IPv6 address", "ws://[:::1]/"),
      refused("of an IPv6 address with a zone", "ws://[fe80::1%25eth0]/"),
      refused("of an IPv4 address in brackets", "ws://[192.0.2.1]/"),
      refused("of an IPv4 address in short", "ws://127.1/"),
      refused("of an IPv4 address as a number", "ws://2130706433/"),
      refused("of an IPv4 address in hex", "ws://0x7f.0.0.1/"),
      refused("of an IPv4 address past 255", "ws://192.0.2.256/"),
      refused("of a host with an empty label", "ws://a..b/"),
      refused("of a host that begins with a dot", "ws://.a/"),
      refused("of a host that is a dot", "ws://./"),
      refused("of a host with a label of 64 letters", "ws://" + std::string(64, 'a') + "/"),
      refused("longer than 8 KiB", "ws://h/" + std::string(8192, 'a')),
  };
}

}  // namespace

std::vector<Vector> urls() {
  std::vector<Vector> all = good();
  append(all, bad());
  return all;
}

}  // namespace wsrelay::conformance
