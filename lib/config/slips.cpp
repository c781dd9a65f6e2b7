#include "config/slips.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/time.hpp"
#include "config/size.hpp"

namespace wsrelay::config {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kNameCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/// Characters that look like a blank or like nothing, and the marks of texts from right to left.
struct Invisible {
  std::string_view bytes;
  std::string_view name;
};
constexpr std::array kInvisible{
    Invisible{"\xC2\xA0", "U+00A0"},     Invisible{"\xC2\xAD", "U+00AD"},
    Invisible{"\xE2\x80\x8B", "U+200B"}, Invisible{"\xE2\x80\x8C", "U+200C"},
    Invisible{"\xE2\x80\x8D", "U+200D"}, Invisible{"\xE2\x80\x8E", "U+200E"},
    Invisible{"\xE2\x80\x8F", "U+200F"}, Invisible{"\xE2\x80\xA8", "U+2028"},
    Invisible{"\xE2\x80\xA9", "U+2029"}, Invisible{"\xE2\x80\xAA", "U+202A"},
    Invisible{"\xE2\x80\xAC", "U+202C"}, Invisible{"\xE2\x80\xAE", "U+202E"},
    Invisible{"\xE2\x80\xAF", "U+202F"}, Invisible{"\xEF\xBB\xBF", "U+FEFF"}};

const Invisible* invisible_at(std::string_view text) {
  const auto found = std::find_if(kInvisible.begin(), kInvisible.end(), [&](const Invisible& each) {
    return text.starts_with(each.bytes);
  });
  return found == kInvisible.end() ? nullptr : &*found;
}

bool all_in(std::string_view text, std::string_view alphabet) {
  return text.find_first_not_of(alphabet) == std::string_view::npos;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::optional<std::uint64_t> number_from(std::string_view text, int base = 10) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// "1.5 MiB" → 15 tenths of "mib".
struct Quantity {
  std::uint64_t digits;
  std::uint64_t divisor;
  std::string unit;

  /// In the small unit of which `factor` make the large one; nothing if that is not whole.
  std::optional<std::uint64_t> times(std::uint64_t factor) const {
    if (factor == 0 || digits > UINT64_MAX / factor || digits * factor % divisor != 0)
      return std::nullopt;
    return digits * factor / divisor;
  }
};

std::optional<Quantity> quantity_from(std::string_view text) {
  constexpr std::size_t kLongest = 32;
  if (text.size() > kLongest) return std::nullopt;
  const std::size_t whole = std::min(text.find_first_not_of(kDigits), text.size());
  if (whole == 0) return std::nullopt;
  std::string digits(text.substr(0, whole));
  text.remove_prefix(whole);
  std::uint64_t divisor = 1;
  if (text.starts_with('.') || text.starts_with(',')) {
    const std::string_view part =
        text.substr(1, std::min(text.find_first_not_of(kDigits, 1), text.size()) - 1);
    if (part.empty() || part.size() > 6) return std::nullopt;
    for (std::size_t i = 0; i < part.size(); ++i) divisor *= 10;
    digits += part;
    text.remove_prefix(1 + part.size());
  }
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const auto number = number_from(digits);
  if (!number) return std::nullopt;
  return Quantity{*number, divisor, lowered(text)};
}

struct Unit {
  std::string_view words;  // each between blanks
  std::uint64_t factor;
};

std::optional<std::uint64_t> amount(std::string_view text, std::span<const Unit> units) {
  const auto quantity = quantity_from(text);
  if (!quantity || quantity->unit.empty()) return std::nullopt;
  for (const Unit& unit : units)
    if (unit.words.find(fmt::format(" {} ", quantity->unit)) != std::string_view::npos)
      return quantity->times(unit.factor);
  return std::nullopt;
}

}  // namespace

std::string visible(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Invisible* found = invisible_at(text);
    const std::size_t length = found != nullptr ? found->bytes.size() : 1;
    if (found != nullptr)
      out += fmt::format("<{}>", found->name);
    else
      out += text.front();
    text.remove_prefix(length);
  }
  return out;
}

std::string hint_for_text(std::string_view text) {
  for (const std::string_view quote :
       {"\xE2\x80\x9C", "\xE2\x80\x9D", "\xE2\x80\x9E", "\xE2\x80\x98", "\xE2\x80\x99", "\xC2\xAB"})
    if (text.starts_with(quote)) return "use straight quotes, \" or '";
  for (std::size_t at = 0; at < text.size(); ++at)
    if (const Invisible* found = invisible_at(text.substr(at)))
      return fmt::format("there is an invisible character in it, {}", found->name);
  return {};
}

std::string hint_for_group(const Node& node) {
  if (node.is(Node::Kind::Sequence)) {
    const bool groups =
        !node.children.empty() && std::all_of(node.children.begin(), node.children.end(),
                                              [](const Node& each) { return each.entries() > 0; });
    return groups ? "write the same without the dashes" : "";
  }
  const std::string_view text = node.text;
  if (text.find(" = ") != std::string_view::npos) return "write 'key: value', not 'key = value'";
  if (text.find("://") != std::string_view::npos && text.find("://") == text.find(':'))
    return "an address needs its key: {url: …}";
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && colon > 0 &&
      all_in(text.substr(0, colon), kNameCharacters) && colon + 1 < text.size())
    return "a blank belongs after the colon of a key";
  return {};
}

std::string hint_for_number(std::string_view text) {
  std::string plain(text.substr(0, 32));
  std::erase_if(plain, [](char c) { return c == '_' || c == ' ' || c == '\''; });
  if (plain.size() < text.size() && text.size() <= 32 && !plain.empty() && all_in(plain, kDigits))
    return fmt::format("write {}", plain);
  for (const auto& [prefix, base] : {std::pair("0x", 16), std::pair("0o", 8), std::pair("0b", 2)})
    if (plain.starts_with(prefix))
      if (const auto number = number_from(std::string_view(plain).substr(2), base))
        return fmt::format("write {}", *number);
  constexpr Unit kThousands[] = {{" k ", 1000},    {" m ", 1'000'000}, {" e3 ", 1000},
                                 {" e4 ", 10'000}, {" e5 ", 100'000},  {" e6 ", 1'000'000}};
  if (const auto number = amount(text, kThousands)) return fmt::format("write {}", *number);
  if (const auto quantity = quantity_from(text); quantity && quantity->divisor > 1)
    return "write a whole number";
  return {};
}

std::string hint_for_span(std::string_view text) {
  constexpr Unit kUnits[] = {{" ms msec msecs millis millisecond milliseconds ", 1},
                             {" s sec secs second seconds ", 1000},
                             {" m min mins minute minutes ", 60'000},
                             {" h hr hrs hour hours ", 3'600'000},
                             {" d day days ", 86'400'000},
                             {" w wk week weeks ", 604'800'000}};
  const auto span = amount(text, kUnits);
  constexpr std::uint64_t kLongest = 3'650ULL * 86'400'000;
  if (!span || *span == 0 || *span > kLongest) return {};
  return fmt::format("did you mean {}?", print_duration(std::chrono::milliseconds(*span)));
}

std::string hint_for_size(std::string_view text) {
  constexpr Unit kUnits[] = {{" b byte bytes ", 1},
                             {" k kb kib ", 1ULL << 10},
                             {" m mb mib ", 1ULL << 20},
                             {" g gb gib ", 1ULL << 30}};
  const auto size = amount(text, kUnits);
  if (!size || *size == 0 || *size > (1ULL << 40)) return {};
  return fmt::format("did you mean {}?", print_size(*size));
}

std::string hint_for_name(std::string_view text) {
  std::string name;
  if (text.find('{') != std::string_view::npos) return {};
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return {};
    if (kNameCharacters.find(c) != std::string_view::npos)
      name += c;
    else if (!name.empty() && name.back() != '-')
      name += '-';
  }
  while (name.ends_with('-')) name.pop_back();
  if (name.empty() || name.size() > 64) return {};
  return fmt::format("did you mean '{}'?", name);
}

std::string hint_for_characters(std::string_view address) {
  for (std::size_t at = 0; at < address.size(); ++at) {
    const char c = address[at];
    if (c == ' ') return "write %20 for a blank";
    if (c == '\\') return "write / for \\";
    if (c == '{' || c == '}') return "write %7B and %7D for { and }";
    if (static_cast<unsigned char>(c) >= 0x80)
      return "write letters beyond ASCII with %, as a browser copies them";
    const std::string_view code = address.substr(at + 1, 2);
    if (c == '%' && (code.size() < 2 || !number_from(code, 16))) return "write %25 for a %";
  }
  return {};
}

}  // namespace wsrelay::config
