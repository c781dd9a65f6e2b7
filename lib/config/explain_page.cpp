#include "config/explain_page.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace wsrelay::config {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::string_view kIndent = "  ";

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

}  // namespace

std::string as_written(std::string_view text) {
  std::string glued = "`";
  for (const char c : text) {
    if (c == ' ')
      glued += kGlue;
    else
      glued += c;
  }
  return glued + '`';
}

void Page::heading(std::string_view text) {
  leave_a_line();
  after_item_ = false;
  text_ += std::string(text) + '\n';
}

void Page::paragraph(std::string_view text) {
  if (text.empty()) return;
  leave_a_line();
  after_item_ = false;
  wrap(text, std::string(kIndent), kIndent);
}

void Page::item(std::string_view mark, std::string_view text) {
  if (!after_item_) leave_a_line();
  after_item_ = true;
  const std::string first = std::string(kIndent) + std::string(mark) + ' ';
  wrap(text, first, std::string(first.size(), ' '));
}

void Page::leave_a_line() {
  if (!text_.empty()) text_ += '\n';
}

void Page::wrap(std::string_view text, std::string first, std::string_view others) {
  std::string line = std::move(first);
  bool begun = false;
  const auto end_line = [&] {
    std::replace_if(line.begin(), line.end(), is_control, ' ');
    text_ += line + '\n';
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    if (begun && characters(line) + 1 + characters(word) > kWidth) {
      end_line();
      line = others;
      begun = false;
    }
    if (begun) line += ' ';
    line += word;
    begun = true;
  }
  end_line();
}

}  // namespace wsrelay::config
