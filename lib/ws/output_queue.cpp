#include "ws/output_queue.hpp"

#include <algorithm>
#include <cstring>

namespace wsrelay::ws {
namespace {

constexpr std::size_t kSmall = 512;  // worth keeping in ten thousand idle sessions

}  // namespace

void OutputQueue::take(std::size_t size) {
  assert(size <= end_ - begin_);
  begin_ += size;
  taken_ += size;
  if (begin_ < end_) return;
  // `end_` is how far the buffer was used since it was last empty.
  if (capacity_ > kSmall && end_ < capacity_ / 4) {
    data_.reset();
    capacity_ = 0;
  }
  begin_ = end_ = 0;
}

void OutputQueue::make_room(std::size_t size) {
  const std::size_t kept = end_ - begin_;
  // Moving down costs `kept` and is paid for by the at least as many bytes taken before.
  if (kept + size <= capacity_ && begin_ >= kept) {
    if (kept > 0) std::memmove(data_.get(), data_.get() + begin_, kept);
  } else {
    const std::size_t capacity = std::max({2 * capacity_, kept + size, kSmall});
    auto data = std::make_unique_for_overwrite<std::byte[]>(capacity);
    if (kept > 0) std::memcpy(data.get(), data_.get() + begin_, kept);
    data_ = std::move(data);
    capacity_ = capacity;
  }
  begin_ = 0;
  end_ = kept;
}

}  // namespace wsrelay::ws
