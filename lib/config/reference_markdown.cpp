#include <fmt/format.h>

#include "config/reference.hpp"
#include "config/reference_parts.hpp"
#include "config/reference_text.hpp"

namespace wsrelay::config {
namespace {

using Shape = Outline::Shape;

std::string in_cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string initial_of(const Outline& setting) {
  if (setting.required) return "required";
  return setting.initial.empty() ? "none" : fmt::format("`{}`", in_cell(setting.initial));
}

// One heading per group, the settings of its inner groups spelled with dots until a map or list
// opens a section of its own.
void rows(std::string& out, const std::string& prefix, const Outline& group,
          std::vector<std::pair<std::string, const Outline*>>& sections) {
  for (const Outline& each : group.children) {
    const std::string path = prefix + each.name;
    const bool inner = each.shape == Shape::Group;
    if (!inner && !each.is_leaf()) sections.emplace_back(path, &each);
    const std::string words = each.shape == Shape::List ? "a list, see below" : each.words;
    if (!inner || !words.empty())
      fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} | {} | {} | {} |\n", path,
                     in_cell(words), initial_of(each), name_of(each.reload), each.since,
                     in_cell(each.sentence));
    if (inner) rows(out, path + ".", each, sections);
  }
}

void section(std::string& out, std::string_view heading, const Outline& group) {
  std::vector<std::pair<std::string, const Outline*>> sections;
  fmt::format_to(std::back_inserter(out), "\n### {}\n\n", heading);
  if (!group.sentence.empty()) out += group.sentence + "\n\n";
  out += "| Setting | Value | Default | Reload | Since | |\n|---|---|---|---|---|---|\n";
  rows(out, "", group, sections);
  for (const auto& inner : sections)
    section(out, fmt::format("{}, each of `{}`", heading, inner.first), *inner.second);
}

}  // namespace

std::string reference_markdown() {
  std::string out(kManualHead);
  const Outline whole = whole_table();
  Outline daemon{.shape = Shape::Group};
  for (const Outline& each : whole.children)
    if (each.name != "mqtt" && each.name != "defaults" && each.name != "instances")
      daemon.children.push_back(each);
  section(out, "The daemon", daemon);
  for (const Outline& each : whole.children) {
    if (each.name == "mqtt") section(out, "`mqtt`", each);
    if (each.name == "defaults")
      fmt::format_to(std::back_inserter(out), "\n### `defaults`\n\n{}\n", each.sentence);
    if (each.name == "instances") section(out, "`instances.NAME`", each);
  }
  return out;
}

}  // namespace wsrelay::config
