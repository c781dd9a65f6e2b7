// wsrelayd.yaml(5), as scdoc reads it: the prose of reference_man_text, then one paragraph for each
// setting. Groups are headings, a setting's name is written with those of the groups around it.
#include <fmt/format.h>

#include "config/reference.hpp"
#include "config/reference_man_text.hpp"
#include "config/reference_parts.hpp"

namespace wsrelay::config {
namespace {

using Shape = Outline::Shape;

/// Text that means nothing to scdoc.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\*_#`[]~+.").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

void paragraph(std::string& out, const std::string& path, const Outline& setting) {
  const std::string words =
      setting.shape == Shape::List ? "a list of groups, see below" : setting.words;
  fmt::format_to(std::back_inserter(out), "*{}*\n\t{}\n\n\t", plain(path), plain(setting.sentence));
  if (!words.empty()) out += fmt::format("Value: {}. ", plain(words));
  if (setting.required)
    out += "Required. ";
  else if (!setting.initial.empty())
    out += fmt::format("Default: *{}*. ", plain(setting.initial));
  fmt::format_to(std::back_inserter(out), "Reload: {}. Since {}.\n\n", name_of(setting.reload),
                 setting.since);
}

// The settings of inner groups are spelled with dots; a list opens a section of its own.
void paragraphs(std::string& out, const std::string& prefix, const Outline& group,
                std::vector<std::pair<std::string, const Outline*>>& lists) {
  for (const Outline& each : group.children) {
    const std::string path = prefix + each.name;
    if (each.shape == Shape::List) lists.emplace_back(path, &each);
    if (each.shape != Shape::Group || !each.words.empty()) paragraph(out, path, each);
    if (each.shape == Shape::Group) paragraphs(out, path + ".", each, lists);
  }
}

void section(std::string& out, std::string_view heading, std::string_view sentence,
             const Outline& group) {
  std::vector<std::pair<std::string, const Outline*>> lists;
  fmt::format_to(std::back_inserter(out), "## {}\n\n", heading);
  if (!sentence.empty()) out += plain(sentence) + "\n\n";
  paragraphs(out, "", group, lists);
  for (const auto& list : lists)
    section(out, fmt::format("Each of {}", plain(list.first)), "", *list.second);
}

}  // namespace

std::string reference_man_page() {
  std::string out(kManHead);
  const Outline whole = whole_table();
  Outline daemon{.shape = Shape::Group};
  for (const Outline& each : whole.children)
    if (each.name != "mqtt" && each.name != "defaults" && each.name != "instances")
      daemon.children.push_back(each);
  section(out, "The daemon", "", daemon);
  for (const Outline& each : whole.children) {
    if (each.name == "mqtt") section(out, "mqtt", each.sentence, each);
    if (each.name == "instances") section(out, "instances.NAME, defaults", each.sentence, each);
  }
  return out + std::string(kManTail);
}

}  // namespace wsrelay::config
