#include "ws/refusal.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "ws/field.hpp"

namespace wsrelay::ws {
namespace {

// Content-Length = 1*DIGIT; more than `most` is all the same to us. Nothing: it is no number.
std::optional<std::size_t> length_up_to(std::size_t most, std::string_view digits) {
  std::size_t length = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    length = std::min(most, 10 * length + static_cast<std::size_t>(c - '0'));
  }
  return digits.empty() ? std::nullopt : std::optional(length);
}

// RFC 9112 §6.3: no body after 1xx, 204 and 304; Transfer-Encoding overrides Content-Length; a
// repeated or invalid Content-Length frames nothing.
std::size_t body_worth_waiting_for(const ResponseHead& head) {
  if (head.status / 100 == 1 || head.status == 204 || head.status == 304) return 0;
  std::optional<std::size_t> length;
  for (const auto& [name, value] : head.fields) {
    if (same_word(name, "Transfer-Encoding")) return 0;
    if (!same_word(name, "Content-Length")) continue;
    if (length) return 0;
    length = length_up_to(Refusal::kMaxBody, value);
    if (!length) return 0;
  }
  return length.value_or(0);
}

}  // namespace

Refusal::Refusal(ResponseHead head, Error error)
    : error_(std::move(error)), wanted_(body_worth_waiting_for(head)) {
  refused_.status = head.status;
  refused_.headers = std::move(head.fields);
}

void Refusal::read(BytesView& input) {
  const std::size_t n = std::min(input.size(), wanted_ - refused_.body.size());
  refused_.body += as_text(input.first(n));
  input = input.subspan(n);
}

}  // namespace wsrelay::ws
