// Prose on a terminal: headings, paragraphs and items, wrapped at 80 characters. Knows nothing of
// what is said. What could move a terminal's cursor becomes a blank, at which no line is broken.
#pragma once

#include <string>
#include <string_view>

namespace wsrelay::config {

/// A blank that holds two words together: "QoS", "1".
inline constexpr std::string_view kGlue = "\x1F";

/// `text` in backticks: a topic, a path. No line is broken inside.
std::string as_written(std::string_view text);

class Page {
 public:
  void heading(std::string_view text);
  void paragraph(std::string_view text);
  /// `mark` stands before the first line, "-" or "1."; the others are indented as far.
  void item(std::string_view mark, std::string_view text);
  std::string take() { return std::move(text_); }

 private:
  void wrap(std::string_view text, std::string first, std::string_view others);
  void leave_a_line();

  std::string text_;
  bool after_item_ = false;
};

}  // namespace wsrelay::config
