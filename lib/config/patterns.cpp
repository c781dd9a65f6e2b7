#include "config/patterns.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/json.hpp"
#include "config/checks.hpp"

namespace wsrelay::config {
namespace {

constexpr std::string_view kText = R"("string")";
constexpr std::string_view kId = R"(["string","integer","boolean"])";
constexpr std::string_view kWord = R"(["string","number","boolean"])";

struct Row {
  Check check;
  std::string_view types;
  std::size_t longest;
  std::string pattern;
};

constexpr std::string_view kOctet = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
constexpr std::string_view kIpv6 =
    R"((?=[^\]/]*::|([^:\]/]+:){7}[^:\]/]+($|\])|([^:\]/]+:){6}[^:\]/]+\.[^:\]/]+($|\]))[0-9A-Fa-f:.]+)";
constexpr std::string_view kPort =
    R"((:(?!0)([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])?)?)";
// Ends where the host ends: no empty label, no '-' at the edge of one, and the last is no number.
constexpr std::string_view kName =
    R"((?!\.|[^/?#]*\.\.|([^/?#]*\.)?-|[^/?#]*-([.:/?#]|$)|([^/?#:]*\.)?(0x[^./?#:]*|[0-9]+)\.?([:/?#]|$)))"
    R"([^\u0000-\u0020"#%/:<>?@\[\\\]\^`{|}\u007f]+)";

std::string ipv4() {
  return fmt::format(R"({0}(\.{0}){{3}})", kOctet);
}

/// A topic's level; C0 and DEL are left out everywhere.
std::string level(std::string_view places) {
  return fmt::format(R"(([^{{/+#\u0000-\u001f\u007f]|\{{(?!\{{)|\{{\{{({})\}}\}}))", places);
}

const std::vector<Row>& rows() {
  static const std::vector<Row> all = [] {
    const std::string text = R"(^[^\u0000-\u001f\u007f]+$)";
    const std::string sent = level("base|instance|opcode"), asked = level("base|instance");
    return std::vector<Row>{
        {any_text, kWord, 4096, text},
        {client_id, kWord, 256, text},
        {plain_name, kId, 64, "^[A-Za-z0-9_-]+$"},
        {base_topic, kWord, 256,
         R"(^(?!\$|/|.*\{\{)[^+#\u0000-\u001f\u007f]*[^/+#\u0000-\u001f\u007f]$)"},
        {absolute_path, kText, 4096, R"(^/[^\u0000-\u001f\u007f]*$)"},
        {token_url, kText, 4096, R"(^pkcs11:(?=.*=)[A-Za-z0-9._~%:@!$'()*+,&/;?=\[\]-]*$)"},
        {host_name, R"(["string","boolean"])", 253, fmt::format("^({}|{})$", ipv4(), kName)},
        {interface_name, kWord, 15, R"(^[^/ :\u0000-\u001f\u007f]+$)"},
        {local_address, kText, 45, fmt::format("^({}|{})$", ipv4(), kIpv6)},
        {subprotocol, kWord, 4096, "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},
        {credential_name, kWord, 255, R"(^(?!\.\.?$)[^/\u0000-\u001f\u007f]+$)"},
        {variable_name, R"(["string","boolean"])", 255, "^[A-Za-z_][A-Za-z0-9_]*$"},
        {publish_topic, kWord, 65535, fmt::format("^({}|/)+$", sent)},
        {deliver_filter, kWord, 65535,
         fmt::format(R"(^(#|(\+|{0}+|(?=/))(/(\+|{0}*))*?(/#)?)$)", asked)},
    };
  }();
  return all;
}

}  // namespace

std::string schema_of(Check check) {
  const auto row = std::find_if(rows().begin(), rows().end(),
                                [&](const Row& each) { return each.check == check; });
  if (row == rows().end()) return R"({"type":"string"})";
  return fmt::format(R"({{"type":{},"minLength":1,"maxLength":{},"pattern":{}}})", row->types,
                     row->longest, json_quoted(row->pattern));
}

std::string schema_of(Address::Of of) {
  constexpr std::string_view kTarget =
      R"(([/?]([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?)";
  const std::string host = fmt::format(R"((\[{}\]|{}|{}){})", kIpv6, ipv4(), kName, kPort);
  const std::string socket = any_case("unix") + ":///.{0,106}";
  const auto pattern = [&] {
    switch (of) {
      case Address::Of::Server:
        return fmt::format("^{}[Ss]?://{}{}$", any_case("ws"), host, kTarget);
      case Address::Of::Broker:
        return fmt::format("^({}[Ss]?://{}/?|{})$", any_case("mqtt"), host, socket);
      case Address::Of::Proxy:
        break;
    }
    return fmt::format("^(({}|{}5)://{}/?|{})$", any_case("http"), any_case("socks"), host, socket);
  }();
  return fmt::format(R"({{"type":"string","maxLength":8192,"pattern":{}}})", json_quoted(pattern));
}

std::string schema_of(SecretText text) {
  const auto character = [&] {  // but {
    switch (text) {
      case SecretText::Any:
        return R"([^{])";
      case SecretText::Field:
        return R"([^{\u0000-\u0008\u000a-\u001f\u007f])";
      case SecretText::Word:
        break;
    }
    return R"([!-z|}~])";
  }();
  const std::string pattern =
      fmt::format(R"(^({}|\{{(?!\{{)|\{{\{{secret:[A-Za-z0-9_-]{{1,64}}\}}\}}){}$)", character,
                  text == SecretText::Word ? '+' : '*');
  return fmt::format(R"({{"type":{},"pattern":{}}})", kWord, json_quoted(pattern));
}

std::string schema_of_header_names() {
  std::string own;
  for (const std::string_view word :
       {"host", "upgrade", "connection", "content-length", "transfer-encoding"})
    own += fmt::format("{}{}", own.empty() ? "" : "|", any_case(word));
  const std::string pattern =
      fmt::format(R"(^(?!({})$|{})[!#$%&'*+.^_`|~0-9A-Za-z-]+$)", own, any_case("sec-websocket-"));
  return fmt::format(R"({{"pattern":{}}})", json_quoted(pattern));
}

std::string schema_of_instance_names() {
  constexpr std::string_view kPattern =
      R"(^(?!bridge$)([A-Za-z0-9_-]{1,64}|([A-Za-z0-9_-]*\{\{each(\.[^{}]+)?\}\})+[A-Za-z0-9_-]*)$)";
  return fmt::format(R"({{"pattern":{}}})", json_quoted(kPattern));
}

std::string any_case(std::string_view word) {
  std::string out;
  for (const char c : word) {
    const bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';
    const char other = static_cast<char>(c ^ 0x20);
    if (lower || upper)
      out += {'[', upper ? c : other, upper ? other : c, ']'};
    else
      out += c;
  }
  return out;
}

}  // namespace wsrelay::config
