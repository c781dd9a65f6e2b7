// Bytes on their way to the server: appended whole frames at a time, taken from the front in any
// amounts. One contiguous buffer; moving and growing cost a constant per byte. A buffer that
// proved too large for what passes through it is given back when it runs empty.
#pragma once

#include <cassert>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.hpp"

namespace wsrelay::ws {

class OutputQueue {
 public:
  /// Room for `size` bytes at the back, not initialised: the caller writes all of them now.
  std::byte* append(std::size_t size) {
    if (capacity_ - end_ < size) make_room(size);
    std::byte* at = data_.get() + end_;
    end_ += size;
    return at;
  }
  BytesView bytes() const { return {data_.get() + begin_, end_ - begin_}; }
  void take(std::size_t size);

  /// How many bytes ever came in, and how many ever left: positions that stay true.
  std::uint64_t appended() const { return taken_ + (end_ - begin_); }
  std::uint64_t taken() const { return taken_; }

 private:
  void make_room(std::size_t size);

  std::unique_ptr<std::byte[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t taken_ = 0;
};

}  // namespace wsrelay::ws
