// The commented default file. Lines with "##" explain; a line with one "#" is a setting at its
// default (or an example, where there is none): without the "#" it counts. Groups stand there
// uncommented, so that one line is enough to change one thing.
#include <fmt/format.h>

#include "config/reference.hpp"
#include "config/reference_parts.hpp"

namespace wsrelay::config {
namespace {

using Shape = Outline::Shape;

constexpr std::string_view kHead =
    R"(# yaml-language-server: $schema=/usr/share/wsrelayd/config.schema.json
##
## The configuration of wsrelayd; see wsrelayd.yaml(5). Drop-ins lie over it, /etc/wsrelayd/conf.d/*.yaml:
## one instance in a file of its own is the habit.
## Lines with ## explain. A line with one # is a setting at its default, or an example where there
## is no default: remove the # to change it.
##     wsrelayd --check-config        says what is wrong with these files
##     wsrelayd --dump-config         prints what they amount to
##     systemctl reload wsrelayd      makes changes count
)";

void explain(std::string& out, std::string_view indent, const Outline& setting) {
  fmt::format_to(std::back_inserter(out), "{}## {}", indent, setting.sentence);
  if (!setting.words.empty()) fmt::format_to(std::back_inserter(out), " ({})", setting.words);
  out += '\n';
}

void settings(std::string& out, const Outline& group, std::size_t depth, bool commented) {
  const std::string indent(2 * depth, ' ');
  const std::string_view mark = commented ? "#" : "";
  for (const Outline& each : group.children) {
    if (depth == 0) out += '\n';
    explain(out, indent, each);
    if (each.shape == Shape::Group) {
      fmt::format_to(std::back_inserter(out), "{}{}{}:\n", mark, indent, each.name);
      settings(out, each, depth + 1, commented);
      continue;
    }
    const std::string& value = each.example.empty() ? each.initial : each.example;
    fmt::format_to(std::back_inserter(out), "#{}{}: {}\n", indent, each.name, value);
  }
}

// One instance as an example: what it must say, and what it usually says.
constexpr std::string_view kExample = R"(#  ticker:
#    url: wss://stream.example.com/ws
#    headers: {X-Api-Key: {credential: ticker-key}}
#    subprotocols: [v2.json]
#    reconnect:
#      rules:
#        - {close: 4429, do: wait, delay: 5m}
#        - {http: [401, 403], do: fail}
#    publish:
#      - topic: 'market/{{instance}}/{{opcode}}'
#        qos: 1
#    deliver:
#      - topic: 'orders/+/new'
#        as: text
)";

}  // namespace

std::string reference_default_file() {
  std::string out(kHead);
  Outline whole = whole_table();
  const Outline instances = whole.children.back();
  whole.children.pop_back();
  // An inherited url would make every instance the same connection.
  for (Outline& each : whole.children)
    if (each.name == "defaults")
      std::erase_if(each.children, [](const Outline& s) { return s.name == "url"; });
  settings(out, whole, 0, false);
  out += '\n';
  explain(out, "", instances);
  fmt::format_to(std::back_inserter(out), "{}:\n{}", instances.name, kExample);
  return out;
}

}  // namespace wsrelay::config
