// YAML text → a tree of plain nodes that know where they stand. The only pair of files that speaks
// with the YAML library; none of its exceptions leave it.
// Refused here, whatever the keys mean: duplicate keys, anchors, aliases, merge keys, tags, a
// second document, bytes that are not UTF-8, control characters, and everything past the bounds
// below. A syntax error ends the document: what came before it is in the tree, but `complete` is
// false.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace wsrelay::config {

inline constexpr std::size_t kMaxDocumentBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kMaxNodes = 2'000'000;
inline constexpr std::size_t kMaxDepth = 32;

/// A place in a text: line and column count from 1, the column in bytes; files count from 0 in the
/// order in which they were given. Ordered by file first.
struct Place {
  unsigned line = 1;
  unsigned column = 1;
  unsigned file = 0;

  friend bool operator==(const Place&, const Place&) = default;
  friend std::strong_ordering operator<=>(const Place& a, const Place& b) {
    if (a.file != b.file) return a.file <=> b.file;
    if (a.line != b.line) return a.line <=> b.line;
    return a.column <=> b.column;
  }
};

struct Node {
  enum class Kind : unsigned char { Null, Scalar, Sequence, Map, Refused };

  Kind kind = Kind::Null;
  bool quoted = false;
  bool generated = false;  // a copy that for_each made: many share one place
  Place place = {};
  Place end = {};                   // scalars: where the next thing begins
  std::string text = {};            // scalars
  std::vector<Node> children = {};  // sequences: the items; maps: key, value, key, value

  bool is(Kind wanted) const { return kind == wanted; }
  std::size_t entries() const { return children.size() / 2; }
  const Node& key(std::size_t i) const { return children[2 * i]; }
  const Node& value(std::size_t i) const { return children[2 * i + 1]; }
  /// The value of the first entry with that key, or null.
  const Node* find(std::string_view name) const;
};

/// A mistake against YAML or against the bounds, before any key has a meaning.
struct Flaw {
  Place place;
  std::string key;  // only for what has a name
  std::string what;
  std::string hint = {};
};

struct Document {
  Node root = {};  // Null if the text is empty
  std::vector<Flaw> flaws = {};
  bool complete = true;
};

/// `file` is its number in every place.
Document parse_document(std::string_view text, unsigned file = 0);

}  // namespace wsrelay::config
