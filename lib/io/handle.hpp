// Owning handles: a C object that is freed once, a file descriptor that is closed once, and the
// identity of a descriptor. Numbers come back: a task that closes a socket and opens another in one
// run gets the same number again, so the loop compares {number, birth}, never the number alone.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <memory>
#include <utility>

namespace wsrelay::io {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
template <class T, auto Free>
using Handle = std::unique_ptr<T, Freer<Free>>;

struct FdId {
  int number = -1;
  std::uint64_t birth = 0;

  explicit operator bool() const { return number >= 0; }
  friend bool operator==(const FdId&, const FdId&) = default;
};

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int number) : id_{number, number >= 0 ? ++births_ : 0} {}
  UniqueFd(UniqueFd&& other) noexcept : id_(std::exchange(other.id_, {})) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~UniqueFd() { reset(); }

  void reset() {
    if (id_) ::close(id_.number);
    id_ = {};
  }
  int number() const { return id_.number; }
  FdId id() const { return id_; }
  explicit operator bool() const { return static_cast<bool>(id_); }

 private:
  static inline thread_local std::uint64_t births_ = 0;
  FdId id_;
};

}  // namespace wsrelay::io
