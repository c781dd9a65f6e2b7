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

Reading::Reading(std::span<const File> files, const Surroundings* surroundings)
    : surroundings_(surroundings) {
  for (const File& file : files) texts_.push_back({file, Source(file.text)});
}

// ---- what is wrong

void Reading::say(Place place, std::string key, std::string what, std::string hint, bool warning) {
  if (counts_[warning ? 1 : 0] >= kMostProblems) {
    ++counts_[warning ? 1 : 0];
    return;
  }
  if (!known_.emplace(place, key, what).second) return;
  ++counts_[warning ? 1 : 0];
  said_.push_back({place,
                   {.file = texts_[place.file].file.name,
                    .line = place.line,
                    .column = place.column,
                    .key = std::move(key),
                    .what = std::move(what),
                    .hint = std::move(hint),
                    .source = {},
                    .warning = warning}});
}

// Of forty instances that came out of one block, the first speaks for all.
void Reading::say(const Node& node, std::string what, std::string hint, bool warning) {
  if (node.generated && !generated_.emplace(node.place, warning).second) return;
  say(node.place, key_, std::move(what), std::move(hint), warning);
}

void Reading::problem(const Node& node, std::string what, std::string hint) {
  say(node, std::move(what), std::move(hint), false);
}

void Reading::warning(const Node& node, std::string what, std::string hint) {
  say(node, std::move(what), std::move(hint), true);
}

void Reading::add(const Flaw& flaw) {
  say(flaw.place, flaw.key, flaw.what, flaw.hint, false);
}

void Reading::object(const Node& node, std::optional<Objection> objection) {
  if (objection)
    say(node, std::move(objection->what), std::move(objection->hint), !surroundings_->strict());
}

void Reading::look_at(const SecretRef& ref, const Node& node) {
  if (surroundings_ != nullptr) object(node, surroundings_->objection_to(ref));
}

void Reading::look_at(const std::string& file, const Node& node) {
  if (surroundings_ != nullptr) object(node, surroundings_->objection_to_file(file));
}

void Reading::broke_off(unsigned file) {
  texts_[file].complete = false;
}

bool Reading::is_complete() const {
  return std::all_of(texts_.begin(), texts_.end(), [](const Text& each) { return each.complete; });
}

// ---- what must not be shown

void Reading::hide(const Node& value) {
  if (value.is(Node::Kind::Scalar)) texts_[value.place.file].source.hide(value.place, value.end);
  const bool map = value.is(Node::Kind::Map);
  for (std::size_t i = map ? 1 : 0; i < value.children.size(); i += map ? 2 : 1)
    hide(value.children[i]);
}

bool Reading::hides(const Node& scalar) const {
  return texts_[scalar.place.file].source.hides(scalar.place);
}

// ---- all that was said

void Reading::show(Said& said) const {
  const Text& text = texts_[said.place.file];
  Source::Shown shown =
      text.complete ? text.source.show(said.place) : text.source.show_unread(said.place);
  said.problem.source = std::move(shown.line);
  said.problem.caret = shown.column;
}

Problems Reading::take() {
  std::stable_sort(said_.begin(), said_.end(),
                   [](const Said& a, const Said& b) { return a.place < b.place; });
  Problems all;
  for (Said& each : said_) {
    show(each);
    all.push_back(std::move(each.problem));
  }
  for (const bool warning : {false, true}) {
    const std::size_t count = counts_[warning ? 1 : 0];
    if (count <= kMostProblems) continue;
    const Problem last = all.back();
    all.push_back({.file = last.file,
                   .line = last.line,
                   .key = {},
                   .what = fmt::format("… and {} more", count - kMostProblems),
                   .warning = warning});
  }
  return all;
}

}  // namespace wsrelay::config
