// Groups of settings that may also be written as one word. See field.hpp for the two calls of a
// type; a group's outline says in `words` what may stand in its place.
#pragma once

#include <optional>

#include <fmt/format.h>

#include "config/choice.hpp"
#include "config/field.hpp"

namespace wsrelay::config {

/// `deflate: off` means `deflate: {offer: off}`.
template <class S, class E>
struct ShortForm {
  Record<S> record;
  Choice<E> word;
  E& (*at)(S&);

  void read(const Node& node, S& value, Reading& reading) const {
    if (node.is(Node::Kind::Scalar)) return word.read(node, at(value), reading);
    record.read(node, value, reading);
  }
  void compare(const S& before, const S& now, Comparison& comparison) const {
    record.compare(before, now, comparison);
  }
  Outline outline(S initial) const {
    Outline whole = record.outline(initial);
    const Outline alone = word.outline(at(initial));
    whole.words = fmt::format("{}, or a group", alone.words);
    whole.initial = alone.initial;
    whole.schema = alone.schema;
    return whole;
  }
};

/// A group that need not be there; `none` takes away what was inherited.
template <class S>
struct OptionalGroup {
  Record<S> record;

  void read(const Node& node, std::optional<S>& value, Reading& reading) const {
    if (node.is(Node::Kind::Scalar) && node.text == "none") return value.reset();
    if (node.is(Node::Kind::Scalar)) reading.hide(node);  // an address, perhaps with a login
    if (!is_group(node, reading)) return;
    if (!value) record.require(node, node, reading);
    record.read(node, value ? *value : value.emplace(), reading);
  }
  Outline outline(const std::optional<S>&) const {
    Outline whole = record.outline(S{});
    whole.words = "none, or a group";
    whole.initial = "none";
    whole.schema = enum_schema({"none"});
    return whole;
  }
};

}  // namespace wsrelay::config
