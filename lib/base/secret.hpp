// A secret is a string that cannot be printed: no stream operator, no formatter, no conversion.
// Whoever needs the bytes says reveal(), which is easy to search for. Freed memory is wiped.
// A SecretRef says where a secret stands, or of which parts it is put together; io::Secrets reads
// it at the moment of use.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wsrelay {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(other.value_) { other.wipe(); }
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  /// One behind the other, without a copy that stays.
  static Secret joined(const std::vector<Secret>& parts);

  std::string_view reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  void wipe() noexcept;
  std::string value_;
};

struct SecretRef {
  enum class Source : std::uint8_t { None, Literal, Credential, File, Environment, Joined };
  Source source = Source::None;
  Secret literal = {};                // Literal only
  std::string name = {};              // the credential's, the file's path, the variable's
  std::vector<SecretRef> parts = {};  // Joined only: read and put one behind the other

  bool is_given() const { return source != Source::None; }
  /// Calls `each` for this one or, where it is joined, for all that it is made of.
  template <class Each>
  void for_each_part(const Each& each) const {
    if (source != Source::Joined) return each(*this);
    for (const SecretRef& part : parts) part.for_each_part(each);
  }

  friend bool operator==(const SecretRef&, const SecretRef&) = default;
};

/// For people, without the value: "/run/token", "the credential key"; empty if it is nowhere else.
std::string place_of(const SecretRef& ref);

}  // namespace wsrelay
