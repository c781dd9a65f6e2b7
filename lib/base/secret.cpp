#include "base/secret.hpp"

#include <cstring>

#include <fmt/format.h>

namespace wsrelay {

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe();
    value_ = other.value_;
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    value_ = std::move(other.value_);
    other.wipe();
  }
  return *this;
}

Secret Secret::joined(const std::vector<Secret>& parts) {
  std::size_t size = 0;
  for (const Secret& part : parts) size += part.value_.size();
  Secret whole;
  whole.value_.reserve(size);  // growing would leave copies behind
  for (const Secret& part : parts) whole.value_ += part.value_;
  return whole;
}

std::string place_of(const SecretRef& ref) {
  std::string places;
  ref.for_each_part([&](const SecretRef& part) {
    using Source = SecretRef::Source;
    std::string place = part.name;
    if (part.source == Source::Credential) place = fmt::format("the credential {}", part.name);
    if (part.source == Source::Environment) place = fmt::format("the variable {}", part.name);
    if (part.source == Source::None || part.source == Source::Literal) return;
    places += (places.empty() ? "" : " and ") + place;
  });
  return places;
}

void Secret::wipe() noexcept {
  // The whole capacity: a shorter value may stand in front of the rest of a longer one.
  value_.resize(value_.capacity());
  explicit_bzero(value_.data(), value_.size());
  value_.clear();
}

}  // namespace wsrelay
