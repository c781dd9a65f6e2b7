// What ws_probe is to do, and the messages it says: see the top of ws_probe.cpp.
#pragma once

#include <algorithm>
#include <deque>
#include <istream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/random.hpp"

namespace wsrelay::test {

// Characters of one to four bytes, of exactly `size` bytes together.
inline Bytes text_of(std::size_t size) {
  constexpr std::string_view kWords = "a word, größer, 5 €, 😀; ";
  std::string text;
  while (text.size() + kWords.size() <= size) text += kWords;
  return to_bytes(text.append(size - text.size(), '.'));
}

inline Bytes binary_of(std::size_t size, std::size_t period) {
  SeededRandom chance(period);
  Bytes bytes(size);
  chance.fill(std::span(bytes).first(std::min(size, period)));
  for (std::size_t i = period; i < size; ++i) bytes[i] = bytes[i - period];
  return bytes;
}

struct Step {
  std::string verb;
  std::vector<std::size_t> numbers = {};
  std::string word = {};

  std::size_t number(std::size_t index) const {
    return index < numbers.size() ? numbers[index] : 0;
  }
};

inline std::deque<Step> read_script(std::istream& input) {
  std::deque<Step> script;
  for (std::string line; std::getline(input, line);) {
    std::istringstream words(line);
    Step step;
    words >> step.verb;
    for (std::string word; words >> word;) {
      const bool is_number = word.find_first_not_of("0123456789") == std::string::npos;
      if (is_number)
        step.numbers.push_back(std::stoul(word));
      else
        step.word = word;
    }
    script.push_back(std::move(step));
  }
  return script;
}

}  // namespace wsrelay::test
