// Any text: refused, or an address that prints as itself, with nothing in it that could end a line.
#include "base/url.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto url = wsrelay::parse_url(text, {"ws", "wss", "mqtt", "mqtts", "unix"});
  if (!url) return url.error().text.empty() ? std::abort(), 0 : 0;
  const auto again = wsrelay::parse_url(url->text(), {url->scheme});
  if (!again || *again != *url) std::abort();
  (void)wsrelay::reach_of(*url);
  (void)url->redacted();
  if (url->scheme == "unix") return 0;
  const auto unfit = [](char c) { return c <= 0x20 || c == 0x7F; };
  if (std::any_of(url->target.begin(), url->target.end(), unfit)) std::abort();
  if (std::any_of(url->host.begin(), url->host.end(), unfit)) std::abort();
  return 0;
}
