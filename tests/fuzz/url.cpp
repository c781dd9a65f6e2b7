// Any text as an address, and, divided at the first NUL, as the host and the target of one, and as
// an address and a reference found there. Laws: it is refused with a sentence, or it prints as
// itself; a host holds nothing that could end it; what is printed for people holds nothing of the
// query but its names; a reference means what RFC 3986 says by the letter.
#include "base/url.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/url_parts.hpp"
#include "fuzz/reference_oracle.hpp"
#include "fuzz/script.hpp"

namespace {

using namespace wsrelay;
using fuzz::law;

bool holds_any(std::string_view text, std::string_view unfit) {
  return std::any_of(text.begin(), text.end(), [&](char c) {
    return (c >= 0 && c <= ' ') || c == 0x7F || unfit.find(c) != std::string_view::npos;
  });
}

std::vector<std::string_view> pairs(std::string_view query) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t end = query.find('&');
    out.push_back(query.substr(0, end));
    if (end == std::string_view::npos) return out;
    query.remove_prefix(end + 1);
  }
}

void check_redacted(const std::string& whole, const std::string& redacted) {
  const std::size_t query = whole.find('?');
  if (query == std::string::npos) return law(redacted == whole);
  law(redacted.substr(0, query + 1) == whole.substr(0, query + 1));
  const auto was = pairs(std::string_view(whole).substr(query + 1));
  const auto is = pairs(std::string_view(redacted).substr(query + 1));
  for (std::size_t i = 0; i < is.size(); ++i) {
    const std::size_t equals = is[i].find('=');
    law(is[i].empty() || is[i].ends_with("…"));
    if (equals == std::string_view::npos) continue;
    law(is[i].substr(equals + 1) == "…" && was[i].starts_with(is[i].substr(0, equals + 1)));
  }
}

void check(const Url& url) {
  const auto again = parse_url(url.text(), {url.scheme});
  law(again && *again == url);
  (void)reach_of(url);
  if (url.scheme == "unix") return law(url.redacted() == url.text());
  law(!url.host.empty() && url.port != 0 && !holds_any(url.host, "/@?#[]\\%"));
  law(url.target.starts_with('/') && !holds_any(url.target, "#"));
  check_redacted(url.text(), url.redacted());
}

void judge(const Result<Url>& url) {
  if (url)
    check(*url);
  else
    law(!url.error().text.empty());
}

void check_parts(std::string_view host, std::string_view target) {
  const UrlParts parts{.secure = host.size() % 2 == 0,
                       .host = std::string(host),
                       .port = static_cast<std::uint16_t>(target.size() % 3),
                       .target = std::string(target)};
  const auto url = url_from(parts);
  judge(url);
  law(!url || (url->secure() == parts.secure && (parts.port == 0 || url->port == parts.port)));
}

void check_reference(std::string_view where, std::string_view reference) {
  const auto base = parse_url(where, {"ws", "wss"});
  if (!base) return;
  const auto found = resolve(*base, reference, {"ws", "wss", "http"});
  judge(found);
  if (!found) return;
  const auto meant =
      parse_url(fuzz::meant(base->text(), std::string(reference)), {"ws", "wss", "http"});
  law(meant && *meant == *found);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  judge(parse_url(text, {"ws", "wss", "mqtt", "mqtts", "http", "socks5", "unix"}));
  const std::size_t nul = text.find('\0');
  if (nul == std::string_view::npos) return 0;
  check_parts(text.substr(0, nul), text.substr(nul + 1));
  check_reference(text.substr(0, nul), text.substr(nul + 1));
  return 0;
}
