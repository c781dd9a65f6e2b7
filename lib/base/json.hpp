// Writes JSON documents, one value after the other, in the order given. No tree, no parsing.
// Text that is not UTF-8 gets U+FFFD where it breaks: whatever a peer said, the document is valid.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace wsrelay {

class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag);
  JsonWriter& value(double number);
  JsonWriter& value(std::signed_integral auto number) { return signed_value(number); }
  JsonWriter& value(std::unsigned_integral auto number) { return unsigned_value(number); }
  JsonWriter& null();
  /// key and value in one
  template <class T>
  JsonWriter& member(std::string_view name, const T& what) {
    return key(name).value(what);
  }

  const std::string& text() const { return out_; }
  std::string take() { return std::move(out_); }

 private:
  JsonWriter& signed_value(std::int64_t number);
  JsonWriter& unsigned_value(std::uint64_t number);
  void separate();
  std::string out_;
  bool needs_comma_ = false;
};

/// `text` as a quoted JSON string.
std::string json_quoted(std::string_view text);

}  // namespace wsrelay
