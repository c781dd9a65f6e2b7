// Medians, percentiles, and tables that read well in a terminal and in a Markdown file.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "clock.hpp"

namespace wsrelay::bench {

template <class Number>
Number percentile(std::vector<Number> samples, unsigned percent) {
  if (samples.empty()) return {};
  const std::size_t at = std::min(samples.size() - 1, samples.size() * percent / 100);
  std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(at),
                   samples.end());
  return samples[at];
}

/// The rounds of one figure.
class Series {
 public:
  void add(double value) { values_.push_back(value); }
  bool empty() const { return values_.empty(); }
  double median() const { return percentile(values_, 50); }

 private:
  std::vector<double> values_;
};

/// "312 000", "1.23", "0.045", or "–" without a figure: three digits that mean something.
inline std::string print(double value, bool known = true) {
  if (!known) return "–";
  if (value >= 10'000) {
    const long thousands = static_cast<long>(value / 1000 + 0.5);
    return thousands >= 1000 ? fmt::format("{} {:03} 000", thousands / 1000, thousands % 1000)
                             : fmt::format("{} 000", thousands);
  }
  if (value >= 100) return fmt::format("{:.0f}", value);
  if (value >= 10) return fmt::format("{:.1f}", value);
  return value >= 1 ? fmt::format("{:.2f}", value) : fmt::format("{:.3f}", value);
}
inline std::string print(const Series& series) {
  return print(series.median(), !series.empty());
}
/// Of two medians.
inline std::string print_ratio(const Series& here, const Series& there) {
  const bool known = !here.empty() && !there.empty() && there.median() > 0;
  return known ? print(here.median() / there.median()) + " ×" : "–";
}

class Table {
 public:
  Table(std::string title, std::vector<std::string> head) : title_(std::move(title)) {
    rows_.push_back(std::move(head));
  }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  std::string text() const {
    std::string out = "\n" + title_ + "\n\n";
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      for (std::size_t c = 0; c < rows_[r].size(); ++c) out += "| " + cell(r, c) + " ";
      out += "|\n";
      if (r > 0) continue;
      for (std::size_t c = 0; c < rows_[r].size(); ++c)
        out += "|" + std::string(width(c) + 1, '-') + (c == 0 ? "-" : ":");
      out += "|\n";
    }
    return out;
  }

 private:
  /// In characters, not bytes.
  static std::size_t length(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
  }
  std::size_t width(std::size_t column) const {
    std::size_t widest = 0;
    for (const auto& row : rows_) widest = std::max(widest, length(row[column]));
    return widest;
  }
  std::string cell(std::size_t row, std::size_t column) const {
    const std::string& text = rows_[row][column];
    const std::string gap(width(column) - length(text), ' ');
    return column == 0 ? text + gap : gap + text;
  }

  std::string title_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace wsrelay::bench
