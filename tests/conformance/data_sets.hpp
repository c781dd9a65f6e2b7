// What compressed messages are made of: five kinds of data as they differ under compression, made
// by arithmetic, the same on every machine.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wsrelay::conformance {

enum class DataSet { Json, Bitmap, Prose, Html, Noise };

std::string_view name_of(DataSet set);
bool is_text(DataSet set);

/// Consecutive slices of a data set, which begins again at its end.
class Slices {
 public:
  explicit Slices(DataSet set);
  /// The next `length` characters of a text, bytes of the others.
  std::string next(std::size_t length);

 private:
  const std::string* data_;
  bool text_;
  std::size_t at_ = 0;
};

}  // namespace wsrelay::conformance
