// How a setting is declared: a field is a name, the member it fills, a type that can read and
// describe it, what a reload does, and one sentence. A record is the fields of one struct; a record
// is itself a type, and so is a list of records.
//
// A type is a value with two calls:
//   void read(const Node&, V& value, Reading&) const   says problems; leaves `value` alone on those
//   Outline outline(const V& initial) const            shape, words, initial, schema, children
// and, where values are compared part by part, a third:
//   void compare(const V& before, const V& now, Comparison&) const
#pragma once

#include <functional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "config/comparison.hpp"
#include "config/document.hpp"
#include "config/outline.hpp"
#include "config/reading.hpp"

namespace wsrelay::config {

template <class S>
struct Field {
  std::string_view name;
  Reload reload;
  std::string_view sentence;
  std::string_view example;
  bool required;
  std::string_view since;
  std::function<void(const Node&, S&, Reading&)> read;
  std::function<Outline(S)> outline;
  std::function<void(const S&, const S&, Comparison&)> compare;
};

struct FieldNotes {
  std::string_view example = {};
  bool required = false;
  std::string_view since = {};  // empty: as what it stands in, at the top 0.1
};

/// Whether values of this type are compared part by part.
template <class Type, class V>
concept Compares = requires(const Type& type, const V& value, Comparison& comparison) {
  type.compare(value, value, comparison);
};

/// `at` leads from the struct to the member: [](Mqtt& m) -> auto& { return m.broker.keepalive; }
template <class S, class Member, class Type>
Field<S> field(std::string_view name, Member& (*at)(S&), Type type, Reload reload,
               std::string_view sentence, FieldNotes notes = {}) {
  return {.name = name,
          .reload = reload,
          .sentence = sentence,
          .example = notes.example,
          .required = notes.required,
          .since = notes.since,
          .read = [=](const Node& node, S& into,
                      Reading& reading) { type.read(node, at(into), reading); },
          .outline = [=](S initial) { return type.outline(at(initial)); },
          .compare =
              [=](const S& before, const S& now, Comparison& comparison) {
                // `at` only leads there; nothing is written through it here.
                // A group of the struct's own members is not equal or unequal as a whole.
                static_assert(Compares<Type, Member> || !std::is_same_v<S, Member>);
                const Member& old_value = at(const_cast<S&>(before));
                const Member& new_value = at(const_cast<S&>(now));
                if constexpr (Compares<Type, Member>)
                  type.compare(old_value, new_value, comparison);
                else if (!(old_value == new_value))
                  comparison.differs(reload);
              }};
}

/// Calls `each(number of the name in `names`, or npos)` and says what a map's keys allow to say.
void read_keys(const Node& map, const std::vector<std::string_view>& names, Reading& reading,
               const std::function<void(std::size_t field, const Node& value)>& each);
/// True if `node` is a map; says so if it is neither that nor empty.
bool is_group(const Node& node, Reading& reading);
void say_missing(const Node& where, std::string_view name, Reading& reading);

template <class S>
struct Record {
  std::vector<Field<S>> fields;

  void read(const Node& node, S& value, Reading& reading) const {
    if (!is_group(node, reading)) return;
    std::vector<std::string_view> names;
    for (const Field<S>& each : fields) names.push_back(each.name);
    std::vector<const Node*> given(fields.size());
    read_keys(node, names, reading, [&](std::size_t i, const Node& found) { given[i] = &found; });
    // In the table's order, not the file's: what others inherit from is read before them.
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (given[i] == nullptr) continue;
      const Reading::At at(reading, fields[i].name);
      fields[i].read(*given[i], value, reading);
    }
  }

  void compare(const S& before, const S& now, Comparison& comparison) const {
    for (const Field<S>& each : fields) {
      const Comparison::At at(comparison, each.name);
      each.compare(before, now, comparison);
    }
  }

  /// Says at `where` which required fields `node` lacks.
  void require(const Node& where, const Node& node, Reading& reading) const {
    for (const Field<S>& each : fields)
      if (each.required && node.find(each.name) == nullptr) say_missing(where, each.name, reading);
  }

  Outline outline(const S& initial) const {
    Outline whole{.shape = Outline::Shape::Group};
    for (const Field<S>& each : fields) {
      Outline part = each.outline(initial);
      part.name = each.name;
      part.sentence = each.sentence;
      part.reload = each.reload;
      part.required = each.required;
      part.since = each.since;
      part.example = each.example;
      whole.children.push_back(std::move(part));
    }
    return whole;
  }
};

/// A sequence of groups. A list that is given replaces the default and what was inherited.
template <class S>
struct List {
  Record<S> record;
  std::string_view initial;  // as it would be written

  void read(const Node& node, std::vector<S>& value, Reading& reading) const {
    if (node.is(Node::Kind::Refused)) return;
    if (!node.is(Node::Kind::Sequence))
      return reading.problem(node, "must be a list",
                             "write [] for none, or lines that begin with '- '");
    value.clear();
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      const Reading::At at(reading, i);
      const Node& item = node.children[i];
      record.read(item, value.emplace_back(), reading);
      if (item.is(Node::Kind::Map)) record.require(item, item, reading);
    }
  }

  Outline outline(const std::vector<S>&) const {
    Outline whole = record.outline(S{});
    whole.shape = Outline::Shape::List;
    whole.initial = initial;
    return whole;
  }
};

}  // namespace wsrelay::config
