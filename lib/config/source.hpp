// The lines of the file, as they may be shown: what holds a secret is blotted out before anybody
// sees it. Two ways to know: a value that was read as a secret is hidden by its place; and where
// nothing was read (the YAML broke off), a line that stands under a telling word is not shown
// beyond its key. Views the text it was given, which must outlive it.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/document.hpp"

namespace wsrelay::config {

/// Does the name sound as if a secret stood behind it? ("pasword", "api_key", "Authorization")
bool sounds_secret(std::string_view name);

/// Is there an address in the text with a login or a query, or with what may be half a login
/// ("wss://user:word")? Often a secret, also where the address is refused.
bool may_hold_login(std::string_view text);

class Source {
 public:
  explicit Source(std::string_view text);

  /// Never show what stands from `begin` to `end`. The file's number in a place does not matter
  /// here.
  void hide(Place begin, Place end);
  bool hides(Place begin) const;

  struct Shown {
    std::string line;
    unsigned column;  // where the caret belongs in `line`
  };
  Shown show(Place place) const;
  /// For places in a file that could not be read to its end.
  Shown show_unread(Place place) const;

 private:
  std::string_view line(unsigned number) const;
  /// The hidden values that touch a line, the rightmost first.
  std::vector<std::pair<Place, Place>> hidden_in(unsigned number) const;
  bool stands_under_a_telling_word(unsigned number) const;

  std::string_view text_;
  std::vector<std::size_t> starts_;           // of each line
  std::set<std::pair<Place, Place>> hidden_;  // begin, end; scalars never overlap
};

}  // namespace wsrelay::config
