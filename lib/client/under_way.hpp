// What was handed to a session and has not wholly left: in order, each with the place of its last
// byte in the stream of bytes. A value; owns no memory until first used.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace wsrelay::client {

enum class Source : std::uint8_t { Queue, Listener };

class UnderWay {
 public:
  void add(Source source, std::uint64_t end) { items_.push_back({end, source}); }

  /// The oldest, if its last byte is among the first `written`; then it is forgotten.
  std::optional<Source> take(std::uint64_t written) {
    if (left_ == items_.size() || items_[left_].end > written) return std::nullopt;
    const Source source = items_[left_++].source;
    if (left_ == items_.size() || left_ == kMostLeft) {
      items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(left_));
      left_ = 0;
    }
    return source;
  }
  bool any_of(Source source) const {
    return std::any_of(items_.begin() + static_cast<std::ptrdiff_t>(left_), items_.end(),
                       [&](const Item& item) { return item.source == source; });
  }

 private:
  static constexpr std::size_t kMostLeft = 256;
  struct Item {
    std::uint64_t end;
    Source source;
  };
  std::vector<Item> items_;
  std::size_t left_ = 0;  // of them, from the front
};

}  // namespace wsrelay::client
