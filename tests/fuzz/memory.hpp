// What a target's subject takes from the heap, by the sanitizer's own books: for laws such as "no
// allocation is sized by a length that a peer merely announced".
#pragma once

#include <algorithm>
#include <cstddef>

#include <sanitizer/allocator_interface.h>

namespace wsrelay::fuzz {

/// Counts from its making on; one at a time.
class Memory {
 public:
  Memory() {
    static const int installed = __sanitizer_install_malloc_and_free_hooks(taken, given_back);
    (void)installed;
    live_ = peak_ = total_ = 0;
  }
  std::size_t peak() const { return static_cast<std::size_t>(peak_); }
  /// All that was ever taken: a measure of work, since what is read again is mostly copied again.
  std::size_t total() const { return static_cast<std::size_t>(total_); }

 private:
  static void taken(const volatile void*, std::size_t size) {
    live_ += static_cast<std::ptrdiff_t>(size);
    total_ += static_cast<std::ptrdiff_t>(size);
    peak_ = std::max(peak_, live_);
  }
  static void given_back(const volatile void* at) {
    live_ -=
        static_cast<std::ptrdiff_t>(__sanitizer_get_allocated_size(const_cast<const void*>(at)));
  }

  static inline std::ptrdiff_t live_ = 0;
  static inline std::ptrdiff_t peak_ = 0;
  static inline std::ptrdiff_t total_ = 0;
};

}  // namespace wsrelay::fuzz
