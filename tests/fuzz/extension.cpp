// Three bytes say what we offer; then the server's Sec-WebSocket-Extensions, a line for each field,
// and after a NUL its Sec-WebSocket-Protocol in the same way. Laws: accepted is exactly what a
// second reading of the grammar and of RFC 7692 §7.1 accepts, nothing that was not offered; what
// was agreed stays within the offer; and, printed, reads as the same.
#include "ws/extension.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "fuzz/extension_grammar.hpp"
#include "fuzz/script.hpp"
#include "ws/extension_list.hpp"
#include "ws/upgrade.hpp"

namespace {

using namespace wsrelay;
using namespace wsrelay::ws;
using fuzz::law;

// §7.1, from the list of all that may be answered.
bool may_be_answered(const std::vector<std::string>& member, const DeflateSettings& offered) {
  static const std::set<std::string> kPossible = [] {
    std::set<std::string> all{"client_no_context_takeover", "server_no_context_takeover"};
    for (int bits = 8; bits <= 15; ++bits)
      for (const std::string side : {"client", "server"})
        all.insert(side + "_max_window_bits=" + std::to_string(bits));
    return all;
  }();
  std::set<std::string> names;
  for (std::size_t i = 1; i < member.size(); ++i)
    if (!kPossible.contains(member[i]) ||
        !names.insert(member[i].substr(0, member[i].find('='))).second)
      return false;
  return member[0] == "permessage-deflate" &&
         (offered.server_context_takeover || names.contains("server_no_context_takeover"));
}

bool extensions_fit(const std::vector<std::string>& fields, const DeflateSettings& offered) {
  if (fields.empty()) return offered.offer != DeflateSettings::Offer::Required;
  if (offered.offer == DeflateSettings::Offer::Off) return false;
  std::string list;
  for (const std::string& field : fields) list += (&field == &fields.front() ? "" : ",") + field;
  const auto members = fuzz::read_extensions(list);
  return members && members->size() == 1 && may_be_answered(members->front(), offered);
}

bool subprotocols_fit(const std::vector<std::string>& fields, const Offered& offered) {
  if (fields.empty()) return !offered.subprotocol_required;
  return fields.size() == 1 && (fields[0] == "chat" || fields[0] == "v2.chat");
}

std::vector<std::string> lines(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t end = 0; !text.empty(); text.remove_prefix(std::min(end + 1, text.size()))) {
    end = std::min(text.find('\n'), text.size());
    out.emplace_back(text.substr(0, end));
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Script script(data, size);
  const unsigned flags = script.byte();
  const Offered offered{
      .subprotocols = {"chat", "v2.chat"},
      .subprotocol_required = (flags & 16) != 0,
      .deflate = {.offer = static_cast<DeflateSettings::Offer>((flags & 3) % 3),
                  .client_max_window_bits = static_cast<std::uint8_t>(9 + script.byte() % 7),
                  .server_max_window_bits = static_cast<std::uint8_t>(8 + script.byte() % 8),
                  .client_context_takeover = (flags & 4) != 0,
                  .server_context_takeover = (flags & 8) != 0}};
  const std::string_view text = as_text(script.rest());
  const std::size_t nul = std::min(text.find('\0'), text.size());
  const auto extensions = lines(text.substr(0, nul));
  const auto subprotocols = lines(text.substr(std::min(nul + 1, text.size())));

  ResponseHead head{.status = 101, .fields = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}}};
  head.fields.emplace_back("Sec-WebSocket-Accept", accept_for("key"));
  for (const auto& each : extensions) head.fields.emplace_back("Sec-WebSocket-Extensions", each);
  for (const auto& each : subprotocols) head.fields.emplace_back("Sec-WebSocket-Protocol", each);
  const auto agreement = judge_answer(head, "key", offered);
  law(agreement.has_value() ==
      (extensions_fit(extensions, offered.deflate) && subprotocols_fit(subprotocols, offered)));
  if (!agreement) return agreement.error().text.empty() ? std::abort(), 0 : 0;

  const auto& [chosen, agreed] = *agreement;
  law(chosen == (subprotocols.empty() ? "" : subprotocols[0]));
  law(agreed.deflate.has_value() == !extensions.empty() && agreed.text.empty() == !agreed.deflate);
  if (!agreed.deflate) return 0;
  law(agree_on_extensions({{"sec-websocket-extensions", agreed.text}}, offered.deflate) == agreed);
  law(offered.deflate.client_context_takeover || !agreed.deflate->client_context_takeover);
  law(offered.deflate.server_context_takeover || !agreed.deflate->server_context_takeover);
  law(print_extensions(*parse_extensions(agreed.text)) == agreed.text);
  return 0;
}
