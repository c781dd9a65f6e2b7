#include "config/document.hpp"

#include <algorithm>
#include <istream>
#include <optional>
#include <streambuf>
#include <unordered_set>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "config/breaks.hpp"

namespace wsrelay::config {
namespace {

// Thrown through the YAML parser to stop it; caught in parse_document.
struct Stop {
  Flaw flaw;
};

Place place_of(const YAML::Mark& mark, unsigned file) {
  return {static_cast<unsigned>(mark.line) + 1, static_cast<unsigned>(mark.column) + 1, file};
}

/// Puts the parser's events together. The open containers are a path of pointers into the tree:
/// a container's children only grow while it is the innermost one, so the pointers stay good.
class Builder final : public YAML::EventHandler {
 public:
  Builder(Document& document, unsigned file) : document_(document), file_(file) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(Node::Kind::Null, mark, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    add(Node::Kind::Refused, mark, 0);
    flaw(mark, "aliases (*name) are not allowed", "write the value out, or put it under defaults:");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node& node = add(Node::Kind::Scalar, mark, anchor);
    node.text = value;
    node.quoted = tag == "!";  // "?" is a plain scalar, "!" a quoted one
    if (node.quoted) last_quoted_ = node.place;
    if (tag != "?" && tag != "!") refuse_tag(mark);
    last_scalar_ = &node;
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::Sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { path_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::Map, mark, tag, anchor);
  }
  void OnMapEnd() override {
    check_keys(*path_.back());
    path_.pop_back();
  }

  void finish(Place end) {
    if (last_scalar_ != nullptr) last_scalar_->end = end;
  }
  Place last_quoted() const { return last_quoted_; }

 private:
  void flaw(const YAML::Mark& mark, std::string what, std::string hint) {
    document_.flaws.push_back({place_of(mark, file_), {}, std::move(what), std::move(hint)});
  }
  void refuse_tag(const YAML::Mark& mark) {
    flaw(mark, "tags (!name) are not allowed", "what a value means is decided by its key");
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    Node& node = add(kind, mark, anchor);
    if (tag != "?" && !tag.empty()) refuse_tag(mark);
    path_.push_back(&node);
    if (path_.size() > kMaxDepth)
      throw Stop{{node.place, {}, fmt::format("more than {} levels deep", kMaxDepth), {}}};
  }

  Node& add(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    const Place place = place_of(mark, file_);
    if (++nodes_ > kMaxNodes)
      throw Stop{{place,
                  {},
                  fmt::format("more than {} values", kMaxNodes),
                  "split the instances over several daemons"}};
    finish(place);
    last_scalar_ = nullptr;
    if (anchor != 0)
      flaw(mark, "anchors (&name) are not allowed",
           "write the value out, or put it under defaults:");
    Node* node = &document_.root;
    if (!path_.empty()) node = &path_.back()->children.emplace_back();
    node->kind = kind;
    node->place = node->end = place;
    // An empty value stands nowhere; its key is where people look.
    if (kind == Node::Kind::Null && !path_.empty() && path_.back()->is(Node::Kind::Map)) {
      const auto& siblings = path_.back()->children;
      if (siblings.size() % 2 == 0) node->place = siblings[siblings.size() - 2].place;
    }
    return *node;
  }

  void check_keys(Node& map) {
    std::unordered_set<std::string_view> seen;
    seen.reserve(map.entries());
    for (std::size_t i = 0; i < map.entries(); ++i) {
      const Node& key = map.key(i);
      if (key.is(Node::Kind::Refused)) continue;
      if (key.is(Node::Kind::Map) && is_template(map, key)) {
        map.kind = Node::Kind::Refused;
        document_.flaws.push_back(
            {map.place, {}, "a text that begins with {{ needs quotes", "write '{{…}}'"});
        return;
      }
      if (!key.is(Node::Kind::Scalar)) {
        document_.flaws.push_back({key.place, {}, "a key must be a word", {}});
      } else if (key.text == "<<" && !key.quoted) {
        document_.flaws.push_back({key.place,
                                   {},
                                   "merge keys (<<) are not allowed",
                                   "put what instances share under defaults:"});
      } else if (!seen.insert(key.text).second) {
        document_.flaws.push_back(
            {key.place, path_to(key), "stands here twice", "remove one of the two"});
      }
    }
  }

  // {{base}}: to YAML a group whose key is a group.
  static bool is_template(const Node& map, const Node& key) {
    return key.place.line == map.place.line && key.place.column == map.place.column + 1;
  }

  /// "instances.ticker.url" for a key of the innermost map.
  std::string path_to(const Node& key) const {
    std::string path;
    for (std::size_t i = 0; i + 1 < path_.size(); ++i) {
      const auto& siblings = path_[i]->children;
      if (path_[i]->is(Node::Kind::Sequence))
        path += fmt::format("[{}]", siblings.size() - 1);
      else if (siblings.size() >= 2)
        path += fmt::format("{}{}", path.empty() ? "" : ".", siblings[siblings.size() - 2].text);
    }
    return fmt::format("{}{}{}", path, path.empty() ? "" : ".", key.text);
  }

  Document& document_;
  unsigned file_;
  std::vector<Node*> path_;
  Node* last_scalar_ = nullptr;
  Place last_quoted_ = {0, 0};
  std::size_t nodes_ = 0;
};

/// Reads where the text stands, without a copy.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // a get area is never written to
    setg(begin, begin, begin + text.size());
  }
};

Place place_at(std::string_view text, std::size_t offset, unsigned file) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 == 0
  return {static_cast<unsigned>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<unsigned>(offset - line_start) + 1, file};
}

std::size_t offset_of(std::string_view text, Place place) {
  std::size_t start = 0;
  for (unsigned line = 1; line < place.line && start < text.size(); ++line)
    start = std::min(text.find('\n', start), text.size() - 1) + 1;
  return std::min(start + place.column - 1, text.size());
}

// The YAML library takes the end of the text for a closing quote if a line ends just before it; the
// open quote has then swallowed the rest of the file.
bool is_closed(std::string_view text, Place place) {
  if (place.line == 0) return true;  // there is no quoted text
  std::string_view rest = text.substr(offset_of(text, place));
  if (rest.empty() || (rest.front() != '"' && rest.front() != '\'')) return true;  // | and >
  const char quote = rest.front();
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (quote == '"' && rest[i] == '\\')
      ++i;
    else if (rest[i] == quote && quote == '\'' && rest.substr(i + 1).starts_with(quote))
      ++i;
    else if (rest[i] == quote)
      return true;
  }
  return false;
}

// The YAML library would take UTF-16 as well, and reads the byte 04 as the end of the file.
std::optional<Flaw> flaw_of_bytes(std::string_view text, unsigned file) {
  if (text.size() > kMaxDocumentBytes)
    return Flaw{
        {1, 1, file}, {}, "the file is larger than 16 MiB", "split it over several daemons"};
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return Flaw{{1, 1, file}, {}, "this is UTF-16, not UTF-8", "save the file in UTF-8"};
  const auto control = std::find_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') ||
           c == 0x7F;
  });
  if (control != text.end())
    return Flaw{place_at(text, static_cast<std::size_t>(control - text.begin()), file),
                {},
                fmt::format("a control character (0x{:02x})", static_cast<unsigned char>(*control)),
                "in double quotes it can be written \\x.."};
  if (is_utf8(as_bytes(text))) return std::nullopt;
  Utf8Validator validator;
  std::size_t start = 0;  // of the character that breaks
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (validator.complete()) start = at;
    if (!validator.feed(as_bytes(text.substr(at, 1)))) break;
  }
  return Flaw{place_at(text, start, file), {}, "this is not UTF-8", "save the file in UTF-8"};
}

Flaw flaw_of(std::string_view text, const YAML::Exception& error, unsigned file) {
  const Place place = place_of(error.mark, file);
  Break found = explain_break(text, place.line, place.column, error.msg);
  return {{found.line, found.column, file}, {}, std::move(found.what), std::move(found.hint)};
}

// A line further left than the first one ends the document too.
Flaw flaw_of_rest(const Node& first, const Node& rest) {
  if (rest.place.column < first.place.column)
    return {rest.place,
            {},
            "this line stands further left than the first one",
            "indent the settings of one group alike"};
  return {rest.place,
          {},
          "a second document begins here",
          "one file holds one document; remove the line ---"};
}

void read_all(std::string_view text, unsigned file, Document& document) {
  Builder builder(document, file);
  ViewBuffer buffer(text);
  std::istream stream(&buffer);
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    builder.finish(place_at(text, text.size(), file));
    if (!is_closed(text, builder.last_quoted()))
      throw Stop{{builder.last_quoted(), {}, "this quote is never closed", {}}};
    Document rest;
    Builder other(rest, file);
    // What is no group is refused as a whole; its rest needs no word.
    const bool is_one = document.root.is(Node::Kind::Map) || document.root.is(Node::Kind::Null);
    if (parser.HandleNextDocument(other) && is_one)
      document.flaws.push_back(flaw_of_rest(document.root, rest.root));
  } catch (const Stop& stop) {
    document.complete = false;
    document.flaws.push_back(stop.flaw);
  } catch (const YAML::Exception& error) {
    document.complete = false;
    Flaw flaw = flaw_of(text, error, file);
    const bool told = !document.flaws.empty() && document.flaws.back().what == flaw.what &&
                      document.flaws.back().place.line == flaw.place.line;
    if (!told) document.flaws.push_back(std::move(flaw));
  }
}

}  // namespace

const Node* Node::find(std::string_view name) const {
  if (!is(Kind::Map)) return nullptr;
  for (std::size_t i = 0; i < entries(); ++i)
    if (key(i).is(Kind::Scalar) && key(i).text == name) return &value(i);
  return nullptr;
}

Document parse_document(std::string_view text, unsigned file) {
  Document document;
  if (auto flaw = flaw_of_bytes(text, file)) {
    document.complete = false;
    document.flaws.push_back(std::move(*flaw));
    return document;
  }
  read_all(text, file, document);
  return document;
}

}  // namespace wsrelay::config
