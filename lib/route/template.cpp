#include "route/template.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsrelay::route {
namespace {

const Template::Value* find(std::span<const Template::Value> values, std::string_view name) {
  const auto at = std::find_if(values.begin(), values.end(),
                               [&](const Template::Value& each) { return each.name == name; });
  return at == values.end() ? nullptr : &*at;
}

}  // namespace

Result<Template> Template::parse(std::string_view text, std::span<const std::string_view> known) {
  Template result;
  while (!text.empty()) {
    const std::size_t open = text.find("{{");
    if (open != 0) result.pieces_.push_back({std::string(text.substr(0, open)), false});
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find("}}", open);
    if (close == std::string_view::npos) return fail(Fault::Local, "'{{' is never closed by '}}'");
    const std::string_view name = text.substr(open + 2, close - open - 2);
    if (std::find(known.begin(), known.end(), name) == known.end())
      return fail(Fault::Local, fmt::format("there is no {{{{{}}}}}; known are {{{{{}}}}}", name,
                                            fmt::join(known, "}} {{")));
    result.pieces_.push_back({std::string(name), true});
    text.remove_prefix(close + 2);
  }
  return result;
}

std::string Template::expand(std::span<const Value> values) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    if (!piece.is_place) {
      out += piece.text;
    } else if (const Value* value = find(values, piece.text)) {
      out += value->value;
    }
  }
  return out;
}

Template Template::bind(std::span<const Value> values) const {
  Template bound;
  for (const Piece& piece : pieces_) {
    const Value* value = piece.is_place ? find(values, piece.text) : nullptr;
    const bool is_place = piece.is_place && value == nullptr;
    std::string text = value != nullptr ? std::string(value->value) : piece.text;
    if (!is_place && !bound.pieces_.empty() && !bound.pieces_.back().is_place)
      bound.pieces_.back().text += text;
    else
      bound.pieces_.push_back({std::move(text), is_place});
  }
  return bound;
}

bool Template::is_constant() const {
  return std::none_of(pieces_.begin(), pieces_.end(),
                      [](const Piece& each) { return each.is_place; });
}

}  // namespace wsrelay::route
