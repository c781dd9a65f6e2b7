#include "config/reading.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsrelay::config {

Reading::At::At(Reading& reading, std::string_view name)
    : reading_(reading), length_(reading.key_.size()) {
  if (length_ > 0 && !name.empty()) reading.key_ += '.';
  reading.key_ += name;
}

Reading::At::At(Reading& reading, std::size_t index)
    : reading_(reading), length_(reading.key_.size()) {
  fmt::format_to(std::back_inserter(reading.key_), "[{}]", index);
}

void Reading::say(Place place, std::string key, std::string what, std::string hint, bool warning) {
  if (counts_[warning ? 1 : 0] >= kMostProblems) {
    ++counts_[warning ? 1 : 0];
    return;
  }
  if (!said_.emplace(place, key, what).second) return;
  ++counts_[warning ? 1 : 0];
  problems_.push_back({.file = file_,
                       .line = place.line,
                       .column = place.column,
                       .key = std::move(key),
                       .what = std::move(what),
                       .hint = std::move(hint),
                       .source = {},
                       .warning = warning});
}

void Reading::problem(const Node& node, std::string what, std::string hint) {
  say(node.place, key_, std::move(what), std::move(hint), false);
}

void Reading::warning(const Node& node, std::string what, std::string hint) {
  say(node.place, key_, std::move(what), std::move(hint), true);
}

void Reading::add(const Flaw& flaw) {
  say(flaw.place, flaw.key, flaw.what, flaw.hint, false);
}

Problems Reading::take(bool complete) {
  std::stable_sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  for (Problem& each : problems_) {
    const Place place{each.line, each.column};
    Source::Shown shown = complete ? source_.show(place) : source_.show_unread(place);
    each.source = std::move(shown.line);
    each.caret = shown.column;
  }
  for (const bool warning : {false, true}) {
    const std::size_t count = counts_[warning ? 1 : 0];
    if (count <= kMostProblems) continue;
    const unsigned last = problems_.back().line;
    problems_.push_back({.file = file_,
                         .line = last,
                         .key = {},
                         .what = fmt::format("… and {} more", count - kMostProblems),
                         .warning = warning});
  }
  return std::move(problems_);
}

}  // namespace wsrelay::config
