#include "ws/close_payload.hpp"

#include "base/utf8.hpp"
#include "ws/close_code.hpp"

namespace wsrelay::ws {
namespace {

constexpr std::size_t kMaxReason = 123;

constexpr bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

tl::expected<CloseStatus, Violation> read_close(BytesView payload) {
  const auto refuse = [](CloseCode code, std::string_view text) {
    return tl::unexpected<Violation>(Violation{code, text});
  };
  if (payload.empty()) return CloseStatus{};
  // §5.5.1: "the first two bytes of the body MUST be a 2-byte unsigned integer".
  if (payload.size() == 1) return refuse(CloseCode::ProtocolError, "Close with half a code");
  const auto code = static_cast<std::uint16_t>(static_cast<unsigned>(payload[0]) << 8 |
                                               static_cast<unsigned>(payload[1]));
  if (!may_travel(code)) return refuse(CloseCode::ProtocolError, "Close with a reserved code");
  const BytesView reason = payload.subspan(2);
  if (!is_utf8(reason)) return refuse(CloseCode::InvalidPayload, "Close reason is not UTF-8");
  return CloseStatus{.code = code, .reason = std::string(as_text(reason))};
}

Bytes write_close(std::uint16_t code, std::string_view reason) {
  if (!may_travel(code)) return {};
  Bytes payload = {static_cast<std::byte>(code >> 8), static_cast<std::byte>(code & 0xFF)};
  if (!is_utf8(as_bytes(reason))) return payload;
  std::size_t size = reason.size();
  if (size > kMaxReason)
    for (size = kMaxReason; continues_character(reason[size]);) --size;
  const BytesView kept = as_bytes(reason.substr(0, size));
  payload.insert(payload.end(), kept.begin(), kept.end());
  return payload;
}

}  // namespace wsrelay::ws
