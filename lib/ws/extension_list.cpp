#include "ws/extension_list.hpp"

#include "ws/field.hpp"

namespace wsrelay::ws {
namespace {

// Reads from the front of `text_`; a call that fails leaves the reader unusable.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() {
    skip_blanks();
    return text_.empty();
  }
  bool take(char c) {
    skip_blanks();
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::optional<std::string> token() {
    skip_blanks();
    const std::size_t end = text_.find_first_of(" \t,;=\"");
    const std::string_view word = text_.substr(0, end);
    if (!is_token(word)) return std::nullopt;
    text_.remove_prefix(word.size());
    return std::string(word);
  }
  // §9.1: "When using the quoted-string syntax variant, the value after quoted-string unescaping
  // MUST conform to the 'token' ABNF."
  std::optional<std::string> token_or_quoted() {
    if (!take('"')) return token();
    std::string value;
    for (; !text_.empty() && text_.front() != '"'; text_.remove_prefix(1)) {
      if (text_.front() == '\\') text_.remove_prefix(1);
      if (text_.empty()) return std::nullopt;
      value += text_.front();
    }
    if (text_.empty() || !is_token(value)) return std::nullopt;
    text_.remove_prefix(1);
    return value;
  }

 private:
  void skip_blanks() {
    const std::size_t blanks = text_.find_first_not_of(" \t");
    text_.remove_prefix(blanks == std::string_view::npos ? text_.size() : blanks);
  }

  std::string_view text_;
};

std::optional<ExtensionParameter> read_parameter(Reader& reader) {
  auto name = reader.token();
  if (!name) return std::nullopt;
  if (!reader.take('=')) return ExtensionParameter{.name = std::move(*name)};
  auto value = reader.token_or_quoted();
  if (!value) return std::nullopt;
  return ExtensionParameter{.name = std::move(*name), .value = std::move(value)};
}

std::optional<ExtensionChoice> read_choice(Reader& reader) {
  auto name = reader.token();
  if (!name) return std::nullopt;
  ExtensionChoice choice{.name = std::move(*name)};
  while (reader.take(';')) {
    auto parameter = read_parameter(reader);
    if (!parameter) return std::nullopt;
    choice.parameters.push_back(std::move(*parameter));
  }
  return choice;
}

}  // namespace

std::optional<std::vector<ExtensionChoice>> parse_extensions(std::string_view text) {
  Reader reader(text);
  std::vector<ExtensionChoice> choices;
  do {
    // RFC 9110 §5.6.1.2: "A recipient MUST parse and ignore a reasonable number of empty list
    // elements".
    while (reader.take(',')) {
    }
    if (reader.at_end()) break;
    auto choice = read_choice(reader);
    if (!choice) return std::nullopt;
    choices.push_back(std::move(*choice));
  } while (reader.take(','));
  if (!reader.at_end() || choices.empty()) return std::nullopt;
  return choices;
}

std::string print_extensions(const std::vector<ExtensionChoice>& choices) {
  std::string out;
  for (const ExtensionChoice& choice : choices) {
    out += (out.empty() ? "" : ", ") + choice.name;
    for (const ExtensionParameter& parameter : choice.parameters) {
      out += "; " + parameter.name;
      if (parameter.value) out += "=" + *parameter.value;
    }
  }
  return out;
}

}  // namespace wsrelay::ws
