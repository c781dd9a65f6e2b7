#include "conformance/data_sets.hpp"

#include <array>

#include <fmt/format.h>

#include "conformance/dice.hpp"

namespace wsrelay::conformance {
namespace {

constexpr std::size_t kSize = 200 * 1024;  // about

constexpr std::string_view kWords[] = {"der",
                                       "Wind",
                                       "und",
                                       "die",
                                       "Sonne",
                                       "gingen",
                                       "eines",
                                       "Tages",
                                       "\xC3\xBC"
                                       "ber",
                                       "das",
                                       "Feld",
                                       "wo",
                                       "niemand",
                                       "mehr",
                                       "wohnte",
                                       "aber",
                                       "es",
                                       "war",
                                       "sch\xC3\xB6n",
                                       "noch",
                                       "nicht",
                                       "Abend",
                                       "als",
                                       "sie",
                                       "fragten",
                                       "wer",
                                       "von",
                                       "ihnen",
                                       "beiden",
                                       "wohl"};

std::string_view word(Dice& dice) {
  // The square favours the first words, as languages do.
  const std::uint64_t n = std::size(kWords);
  return kWords[dice.below(n) * dice.below(n) / n];
}

// Drawn field by field: the order in which a call's arguments are evaluated is the compiler's.
std::string json() {
  constexpr std::string_view kPlaces[] = {"roof", "cellar", "hall", "kitchen", "tank"};
  Dice dice(1);
  std::string out = "[";
  while (out.size() < kSize) {
    out += fmt::format("{}{{\"id\":{},", out.size() == 1 ? "" : ",\n", dice.below(1'000'000));
    out += fmt::format("\"sensor\":\"{}\",", kPlaces[dice.below(std::size(kPlaces))]);
    out += fmt::format("\"value\":{},\"unit\":\"kW\",", dice.below(400));
    out += fmt::format("\"ok\":{},", dice.below(9) != 0);
    out += fmt::format("\"tags\":[\"a{}\"]}}", dice.below(5));
  }
  return out + "]";
}

// Rows of runs: most of a line repeats the one before.
std::string bitmap() {
  Dice dice(2);
  std::string out, row(512, '\0');
  while (out.size() < kSize) {
    for (std::uint64_t changes = dice.below(6); changes > 0; --changes) {
      const std::size_t from = dice.below(row.size()), length = dice.below(40);
      row.replace(from, std::min(length, row.size() - from), std::min(length, row.size() - from),
                  static_cast<char>(dice.below(4) * 85));
    }
    out += row;
  }
  return out;
}

std::string prose() {
  Dice dice(3);
  std::string out;
  for (std::size_t line = 0; out.size() < kSize;) {
    const std::string_view next = word(dice);
    out += next;
    line += next.size();
    out += dice.below(12) == 0 ? ". " : line > 60 ? "\n" : " ";
    if (line > 60) line = 0;
  }
  return out;
}

std::string html() {
  Dice dice(4);
  constexpr std::array<std::string_view, 5> kTags = {"p", "li", "td", "h2", "span"};
  constexpr std::array<std::string_view, 4> kForeign = {
      "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5", "\xE2\x82\xAC", "\xF0\x9F\x8C\x8D",
      "\xD0\xBC\xD0\xB8\xD1\x80"};
  std::string out = "<!DOCTYPE html>\n<html><body>\n";
  while (out.size() < kSize) {
    const std::string_view tag = kTags[dice.below(kTags.size())];
    out += fmt::format("<{} class=\"c{}\">", tag, dice.below(20));
    for (std::uint64_t words = 3 + dice.below(12); words > 0; --words)
      out += fmt::format("{} ",
                         dice.below(7) == 0 ? kForeign[dice.below(kForeign.size())] : word(dice));
    out += fmt::format("</{}>\n", tag);
  }
  return out;
}

const std::string& data_of(DataSet set) {
  static const std::array<std::string, 5> kAll = {json(), bitmap(), prose(), html(),
                                                  random_bytes(kSize, 5)};
  return kAll[static_cast<std::size_t>(set)];
}

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

std::string_view name_of(DataSet set) {
  constexpr std::string_view kNames[] = {"JSON", "a bitmap", "prose", "HTML", "noise"};
  return kNames[static_cast<std::size_t>(set)];
}

bool is_text(DataSet set) {
  return set == DataSet::Json || set == DataSet::Html;
}

Slices::Slices(DataSet set) : data_(&data_of(set)), text_(is_text(set)) {}

std::string Slices::next(std::size_t length) {
  std::string out;
  out.reserve(length);
  const auto step = [&] {
    out += (*data_)[at_];
    at_ = (at_ + 1) % data_->size();
  };
  for (std::size_t i = 0; i < length; ++i) {
    step();
    while (text_ && continues((*data_)[at_])) step();
  }
  return out;
}

}  // namespace wsrelay::conformance
