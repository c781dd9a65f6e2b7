// From a topic to the filters that match it, whatever their number: a trie by topic level
// (MQTT 5.0 §4.7). Holds opaque numbers. Matching costs levels × branches, not filters.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wsrelay::route {

class Matcher {
 public:
  Matcher();
  ~Matcher();
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;

  void add(std::string_view filter, std::uint32_t number);
  void remove(std::string_view filter, std::uint32_t number);
  /// Appends the numbers of all filters that match `topic`.
  void match(std::string_view topic, std::vector<std::uint32_t>& found) const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

}  // namespace wsrelay::route
