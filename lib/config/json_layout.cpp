#include "config/json_layout.hpp"

namespace wsrelay::config {
namespace {

constexpr std::size_t kWidth = 100;

/// The length of the first of several values with commas in between, or all of it.
std::size_t first_of(std::string_view list) {
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const char c = list[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    } else if (c == ',' && depth == 0) {
      return i;
    }
  }
  return list.size();
}

/// One blank behind each colon and comma.
std::string on_one_line(std::string_view json) {
  std::string out;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    out += json[i];
    if (json[i] == '"') in_text = !in_text;
    if (in_text && json[i] == '\\') out += json[++i];
    if (!in_text && (json[i] == ':' || json[i] == ',')) out += ' ';
  }
  return out;
}

void lay_out(std::string& out, std::string_view prefix, std::string_view value, std::size_t depth) {
  const std::string line = on_one_line(value);
  const bool composed = value.starts_with('{') || value.starts_with('[');
  out.append(2 * depth, ' ').append(prefix);
  if (!composed || 2 * depth + prefix.size() + line.size() < kWidth) {
    out += line;
    return;
  }
  out += value.front();
  out += '\n';
  for (std::string_view rest = value.substr(1, value.size() - 2); !rest.empty();) {
    const std::string_view member = rest.substr(0, first_of(rest));
    std::size_t colon = 0;  // behind the name and its colon; 0: an array's item
    if (value.starts_with('{')) {
      for (std::size_t i = 1; colon == 0; ++i) {
        if (member[i] == '\\')
          ++i;
        else if (member[i] == '"')
          colon = i + 2;
      }
    }
    const std::string name = on_one_line(member.substr(0, colon));
    lay_out(out, name, member.substr(colon), depth + 1);
    rest.remove_prefix(member.size());
    if (!rest.empty()) {
      out += ',';
      rest.remove_prefix(1);
    }
    out += '\n';
  }
  out.append(2 * depth, ' ') += value.back();
}

}  // namespace

std::string laid_out(std::string_view json) {
  std::string out;
  lay_out(out, "", json, 0);
  return out + '\n';
}

}  // namespace wsrelay::config
