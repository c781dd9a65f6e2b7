#include "ws/extension.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "ws/extension_list.hpp"

namespace wsrelay::ws {
namespace {

constexpr std::string_view kName = "permessage-deflate";
constexpr std::string_view kServerForgets = "server_no_context_takeover";
constexpr std::string_view kClientForgets = "client_no_context_takeover";
constexpr std::string_view kServerBits = "server_max_window_bits";
constexpr std::string_view kClientBits = "client_max_window_bits";
constexpr std::uint8_t kLeastBits = 8;
constexpr std::uint8_t kMostBits = 15;

tl::unexpected<Error> refuse(std::string_view what) {
  return fail(Fault::Protocol, fmt::format("the server {}", what));
}

// §7.1.2.1: "a decimal integer value without leading zeroes between 8 to 15, inclusive".
std::optional<std::uint8_t> window_bits(std::string_view text) {
  for (std::uint8_t bits = kLeastBits; bits <= kMostBits; ++bits)
    if (text == fmt::format("{}", bits)) return bits;
  return std::nullopt;
}

// One parameter of the answer, into `agreed`; false: it cannot stand there.
bool apply(const ExtensionParameter& parameter, DeflateParameters& agreed) {
  if (parameter.name == kServerForgets || parameter.name == kClientForgets) {
    (parameter.name == kServerForgets ? agreed.server_context_takeover
                                      : agreed.client_context_takeover) = false;
    return !parameter.value;
  }
  if (parameter.name != kServerBits && parameter.name != kClientBits) return false;
  const auto bits = parameter.value ? window_bits(*parameter.value) : std::nullopt;
  if (!bits) return false;
  (parameter.name == kServerBits ? agreed.server_max_window_bits : agreed.client_max_window_bits) =
      *bits;
  return true;
}

// §7.1: the client "MUST _Fail the WebSocket Connection_ if" the answer has an unknown parameter,
// one twice, one with an invalid value, or is no answer to an offer. Any window is an answer: to
// the offer that asks for none, "even if the extension negotiation offer being accepted by the
// response didn't include" it (§7.1.2.1); and ours of client_max_window_bits has no value.
Result<DeflateParameters> agree(const std::vector<ExtensionParameter>& answer,
                                const DeflateSettings& offered) {
  DeflateParameters agreed;
  for (auto at = answer.begin(); at != answer.end(); ++at) {
    const auto same = [&](const ExtensionParameter& other) { return other.name == at->name; };
    if (std::any_of(answer.begin(), at, same))
      return refuse("named a parameter of permessage-deflate twice");
    if (!apply(*at, agreed))
      return refuse("answered with an unknown or invalid parameter of permessage-deflate");
  }
  // §7.1.1.1: a server accepts an offer with this parameter "by including" it.
  if (!offered.server_context_takeover && agreed.server_context_takeover)
    return refuse("did not agree to server_no_context_takeover");
  // §7.1.1.2: what we announce holds, "even if the server doesn't include" it in the answer.
  if (!offered.client_context_takeover) agreed.client_context_takeover = false;
  return agreed;
}

// RFC 6455 §9.1: several fields are one list. Nothing: there is no such field.
std::optional<std::string> joined(const Fields& fields) {
  std::optional<std::string> list;
  for (const auto& [name, value] : fields)
    if (same_word(name, "Sec-WebSocket-Extensions"))
      list = list ? fmt::format("{},{}", *list, value) : value;
  return list;
}

}  // namespace

// §7.1.3: the second offer is for servers that cannot limit their window.
std::string extension_offer(const DeflateSettings& settings) {
  if (settings.offer == DeflateSettings::Offer::Off) return {};
  std::string start(kName);
  if (!settings.client_context_takeover) start += fmt::format("; {}", kClientForgets);
  if (!settings.server_context_takeover) start += fmt::format("; {}", kServerForgets);
  const std::string plain = fmt::format("{}; {}", start, kClientBits);
  if (settings.server_max_window_bits >= kMostBits) return plain;
  return fmt::format("{}; {}={}; {}, {}", start, kServerBits, settings.server_max_window_bits,
                     kClientBits, plain);
}

Result<Extensions> agree_on_extensions(const Fields& answer, const DeflateSettings& offered) {
  const auto list = joined(answer);
  const bool required = offered.offer == DeflateSettings::Offer::Required;
  if (!list && required) return refuse("declined permessage-deflate, which is required");
  if (!list) return Extensions{};
  // RFC 6455 §4.1: an extension "not present in the client's handshake": "the client MUST _Fail_".
  if (offered.offer == DeflateSettings::Offer::Off)
    return refuse("chose an extension that was not offered");
  const auto choices = parse_extensions(*list);
  if (!choices) return refuse("sent a malformed Sec-WebSocket-Extensions");
  for (const ExtensionChoice& choice : *choices)
    if (choice.name != kName) return refuse("chose an extension that was not offered");
  if (choices->size() > 1) return refuse("chose permessage-deflate twice");
  const auto agreed = agree(choices->front().parameters, offered);
  if (!agreed) return tl::unexpected(agreed.error());
  return Extensions{.text = print_extensions(*choices), .deflate = *agreed};
}

}  // namespace wsrelay::ws
