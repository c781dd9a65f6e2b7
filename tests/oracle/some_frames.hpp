// Frames to try, from a seed: what a conversation may look like, and what it may not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "wslay.hpp"

namespace wsrelay::test {

class SomeFrames {
 public:
  explicit SomeFrames(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }
  bool one_in(std::size_t chances) { return below(chances) == 0; }
  template <class List>
  auto any_of(const List& list) {
    return list[below(std::size(list))];
  }

  /// Often short, often at the edges where a length changes its form.
  std::size_t size(std::size_t most) {
    constexpr std::size_t kEdges[] = {0, 1, 124, 125, 126, 127, 128, 255, 256, 65535, 65536};
    if (one_in(3)) return std::min(any_of(kEdges), most);
    return below(one_in(4) ? most + 1 : std::min<std::size_t>(most, 40) + 1);
  }
  std::string bytes(std::size_t size) {
    std::string out(size, '\0');
    random_.fill(std::as_writable_bytes(std::span(out)));
    return out;
  }
  /// UTF-8 of about `size` bytes.
  std::string text(std::size_t size) {
    constexpr std::string_view kPieces[] = {"plain",
                                            "z",
                                            " ",
                                            "\xC3\xA9",
                                            "\xCE\xBA\xCF\x8C",
                                            "\xE6\x97\xA5\xE6\x9C\xAC",
                                            "\xEF\xBF\xBD",
                                            "\xF0\x9F\x98\x80",
                                            "0123456789abcdef0123456789abcdef"};
    std::string out;
    while (out.size() < size) out += any_of(kPieces);
    return out;
  }

  /// Messages in frames, control frames between them and inside; never a Close.
  std::vector<Frame> conversation(std::size_t messages, std::size_t most) {
    std::vector<Frame> out;
    while (messages-- > 0) {
      const bool is_text = one_in(2);
      const std::string payload = is_text ? text(size(most)) : bytes(size(most));
      add_fragments(out, is_text ? 1 : 2, payload);
      if (one_in(4)) out.push_back(control());
    }
    return out;
  }
  Frame control() { return {.opcode = one_in(2) ? 9U : 10U, .payload = bytes(size(125))}; }
  /// Its reason is ASCII: wslay misreads others in pieces (CloseReasonInPieces).
  Frame close() {
    constexpr unsigned kCodes[] = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 3000, 4999};
    const unsigned code = any_of(kCodes);
    std::string payload = {static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    return {.opcode = 8,
            .payload = one_in(3) ? std::string() : payload + std::string(below(60), 'r')};
  }

 private:
  void add_fragments(std::vector<Frame>& out, unsigned opcode, std::string_view payload) {
    // Fewer than would be refused if they were empty (ManyEmptyFragments).
    for (int left = 12; left > 0 && !one_in(2); --left) {
      const std::size_t n = below(payload.size() + 1);
      out.push_back({.opcode = opcode, .fin = false, .payload = std::string(payload.substr(0, n))});
      payload.remove_prefix(n);
      opcode = 0;
      if (one_in(3)) out.push_back(control());
    }
    out.push_back({.opcode = opcode, .payload = std::string(payload)});
  }

  SeededRandom random_;
};

/// Calls `take` with one piece after the other, of sizes that vary in kind, too.
template <class Take>
void in_pieces(std::string_view bytes, SomeFrames& some, Take take) {
  constexpr std::size_t kMost[] = {1, 3, 20, 1000, 100'000};
  const std::size_t most = some.any_of(kMost);
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, 1 + some.below(most));
    take(piece);
    bytes.remove_prefix(piece.size());
  }
}

}  // namespace wsrelay::test
