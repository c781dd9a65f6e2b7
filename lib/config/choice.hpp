// The type of settings that are one of a few words: how it is read, and what is said when the word
// is none of them. See field.hpp for the two calls of a type.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/suggest.hpp"
#include "config/types.hpp"

namespace wsrelay::config {

/// One of a few words. A word with an objection is known, but refused.
template <class E>
struct Choice {
  struct Word {
    std::string_view name;
    E value;
    std::string_view objection = {};
    std::string_view hint = {};
  };
  std::vector<Word> all;

  /// V: E, or what takes one.
  template <class V>
  void read(const Node& node, V& value, Reading& reading) const {
    const std::string words = list();
    const std::string* text = scalar(node, words, reading);
    if (text == nullptr) return;
    for (const Word& word : all) {
      if (word.name != *text) continue;
      if (!word.objection.empty())
        return reading.problem(node, std::string(word.objection), std::string(word.hint));
      value = word.value;
      return;
    }
    const auto meant = nearest(*text, allowed());
    reading.problem(node, in_quotes(*text) + " is not " + words,
                    meant ? "did you mean '" + std::string(*meant) + "'?" : std::string());
  }
  Outline outline(E initial) const {
    Outline leaf{.words = list(), .schema = enum_schema(allowed())};
    for (const Word& word : all)
      if (word.value == initial && word.objection.empty()) leaf.initial = word.name;
    return leaf;
  }

 private:
  std::vector<std::string_view> allowed() const {
    std::vector<std::string_view> names;
    for (const Word& word : all)
      if (word.objection.empty()) names.push_back(word.name);
    return names;
  }
  std::string list() const {
    std::string text;
    const auto names = allowed();
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
      text += names[i];
    }
    return text;
  }
};

}  // namespace wsrelay::config
