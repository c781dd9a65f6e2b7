#include "config/each_item.hpp"

#include <charconv>

#include <fmt/format.h>

#include "config/for_each.hpp"
#include "config/suggest.hpp"
#include "config/types.hpp"

namespace wsrelay::config {
namespace {

constexpr std::string_view kWords = "a range like 1..40, or a list of words or of groups";
constexpr std::string_view kOpening = "{{each";

std::optional<std::size_t> number_from(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && text.size() <= 9 ? std::optional(number) : std::nullopt;
}

struct Range {
  std::size_t first;
  std::size_t last;
  std::size_t width;  // 01..40 keeps its noughts
};

/// Nothing: it is a word.
std::optional<Range> range_from(std::string_view text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) return std::nullopt;
  const auto first = number_from(text.substr(0, dots));
  const auto last = number_from(text.substr(dots + 2));
  if (!first || !last) return std::nullopt;
  return Range{*first, *last, text.front() == '0' ? dots : 1};
}

class Items {
 public:
  Items(const Node& list, Reading& reading) : list_(list), reading_(reading) {}

  std::vector<EachItem> read() {
    if (list_.is(Node::Kind::Sequence)) {
      for (std::size_t i = 0; i < list_.children.size() && !full_; ++i) {
        const Reading::At at(reading_, i);
        add(list_.children[i]);
      }
      if (list_.children.empty()) reading_.problem(list_, "is an empty list", "it makes nothing");
    } else if (const std::string* text = scalar(list_, kWords, reading_)) {
      if (range_from(*text))
        add(list_);
      else
        reading_.problem(list_, fmt::format("{} is not {}", in_quotes(*text), kWords),
                         "one word alone needs no for_each");
    }
    return std::move(items_);
  }

 private:
  void add(const Node& item) {
    if (item.is(Node::Kind::Map)) return add_group(item);
    const std::string* text = scalar(item, "a word, a range or a group", reading_);
    if (text == nullptr) return;
    const auto range = range_from(*text);
    if (!range) return push(item, {{{{}, *text}}});
    if (range->first > range->last)
      return reading_.problem(item, fmt::format("{} ends before it begins", in_quotes(*text)),
                              fmt::format("write {}..{}", range->last, range->first));
    for (std::size_t i = range->first; i <= range->last && !full_; ++i)
      push(item, {{{{}, fmt::format("{:0{}}", i, range->width)}}});
  }

  void add_group(const Node& group) {
    EachItem item;
    for (std::size_t i = 0; i < group.entries(); ++i) {
      const Reading::At at(reading_, group.key(i).text);
      if (const std::string* text = scalar(group.value(i), "a word", reading_))
        item.values.push_back({group.key(i).text, *text});
    }
    push(group, std::move(item));
  }

  void push(const Node& node, EachItem item) {
    if (items_.size() < kMostEach) return items_.push_back(std::move(item));
    full_ = true;
    reading_.problem(node, fmt::format("makes more than {} instances", kMostEach),
                     "split them over several blocks, or daemons");
  }

  const Node& list_;
  Reading& reading_;
  std::vector<EachItem> items_;
  bool full_ = false;
};

Objection no_such_place(std::string_view written, std::string_view key, const EachItem& item) {
  std::vector<std::string_view> known;
  for (const EachItem::Value& each : item.values) known.push_back(each.key);
  const bool single = known.size() == 1 && known.front().empty();
  if (single) return {fmt::format("{} has no value", in_quotes(written)), "write {{each}}"};
  const auto meant = nearest(key, known);
  return {fmt::format("{} has no value", in_quotes(written)),
          meant ? fmt::format("did you mean {{{{each.{}}}}}?", *meant)
                : fmt::format("the items have {}; write {{{{each.KEY}}}}", fmt::join(known, ", "))};
}

}  // namespace

std::vector<EachItem> read_each_items(const Node& list, Reading& reading) {
  return Items(list, reading).read();
}

bool has_each(std::string_view text) {
  return text.find(kOpening) != std::string_view::npos;
}

std::optional<Objection> fill_in(std::string& text, const EachItem& item) {
  for (std::size_t at = text.find(kOpening); at != std::string::npos;) {
    const std::size_t end = text.find("}}", at);
    if (end == std::string::npos)
      return Objection{"{{each is never closed", "write {{each}} or {{each.KEY}}"};
    const std::string written = text.substr(at, end + 2 - at);
    const std::string inner = text.substr(at + kOpening.size(), end - at - kOpening.size());
    const std::string key = inner.starts_with('.') ? inner.substr(1) : std::string();
    const EachItem::Value* found = nullptr;
    for (const EachItem::Value& each : item.values)
      if (inner == (each.key.empty() ? "" : "." + each.key)) found = &each;
    if (found == nullptr) return no_such_place(written, key, item);
    text.replace(at, written.size(), found->text);
    at = text.find(kOpening, at + found->text.size());
  }
  return std::nullopt;
}

}  // namespace wsrelay::config
