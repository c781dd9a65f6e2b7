// Text with places to fill in: "{{base}}/{{instance}}/recv". Parsed once, at load; expanding cannot
// fail. Knows nothing of what the values mean; whether the result is a topic is for who uses it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace wsrelay::route {

class Template {
 public:
  struct Value {
    std::string_view name;
    std::string_view value;
  };

  Template() = default;
  /// `known` are the names that may stand between {{ and }}. A single brace is itself.
  static Result<Template> parse(std::string_view text, std::span<const std::string_view> known);

  /// Fills in every place; one without a value becomes nothing.
  std::string expand(std::span<const Value> values) const;
  /// Fills in those places now; what remains is for later.
  Template bind(std::span<const Value> values) const;
  bool is_constant() const;

 private:
  struct Piece {
    std::string text;
    bool is_place = false;
  };
  std::vector<Piece> pieces_;
};

}  // namespace wsrelay::route
