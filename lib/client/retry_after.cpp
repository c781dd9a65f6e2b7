#include "client/retry_after.hpp"

#include <charconv>
#include <string_view>

#include "base/http_date.hpp"
#include "ws/field.hpp"

namespace wsrelay::client {
namespace {

constexpr std::chrono::hours kLongest{24 * 366};

// A field that may stand once; said twice, nobody knows which one is meant.
std::optional<std::string_view> only_field(const ws::Fields& fields, std::string_view name) {
  std::optional<std::string_view> found;
  for (const auto& field : fields) {
    if (!ws::same_word(field.first, name)) continue;
    if (found) return std::nullopt;
    found = ws::trimmed(field.second);
  }
  return found;
}

// delay-seconds = 1*DIGIT; without the digits nothing is negative and nothing has a fraction.
std::optional<Duration> parse_seconds(std::string_view text) {
  const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos;
  std::int32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || !digits || error != std::errc{}) return std::nullopt;
  return std::chrono::seconds(seconds);
}

std::optional<Duration> until_date(std::string_view text, const ws::Fields& fields) {
  const auto sent = only_field(fields, "Date");
  if (!sent) return std::nullopt;
  const auto now = parse_http_date(*sent);
  const auto then = parse_http_date(text);
  // Before it becomes a Duration: that holds 292 years, and these are dates of anybody's choice.
  if (!now || !then || *then <= *now || *then - *now > kLongest) return std::nullopt;
  return *then - *now;
}

}  // namespace

std::optional<Duration> retry_after(const ws::Fields& fields) {
  const auto text = only_field(fields, "Retry-After");
  if (!text) return std::nullopt;
  auto span = parse_seconds(*text);
  if (!span) span = until_date(*text, fields);
  if (!span || *span <= Duration::zero() || *span > kLongest) return std::nullopt;
  return span;
}

}  // namespace wsrelay::client
