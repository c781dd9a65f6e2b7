#include "ws/mask.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace wsrelay::ws {
namespace {

// Every way through the code, from and to addresses of every kind.
TEST(Mask, EqualsTheByteLoopForEveryLengthAndAlignment) {
  constexpr std::byte kGuard{0x5A};
  SeededRandom random(1);
  MaskKey key;
  Bytes from(750), to(750);
  random.fill(from);
  for (std::size_t size = 0; size <= 660; ++size)
    for (std::size_t offset = 1; offset < 70; offset += offset < 18 ? 1 : 5) {
      random.fill(key);
      Bytes expected(to.size(), kGuard);
      for (std::size_t i = 0; i < size; ++i)
        expected[offset + i] = from[offset / 2 + i] ^ key[i % 4];
      std::fill(to.begin(), to.end(), kGuard);
      mask_into(to.data() + offset, BytesView(from).subspan(offset / 2, size), key);
      ASSERT_EQ(to, expected) << size << " at " << offset << ", all around untouched";
    }
}

TEST(Mask, IsItsOwnInverse) {
  SeededRandom random(2);
  MaskKey key;
  random.fill(key);
  Bytes original(1000), masked(1000), back(1000);
  random.fill(original);
  mask_into(masked.data(), original, key);
  EXPECT_NE(masked, original);
  mask_into(back.data(), masked, key);
  EXPECT_EQ(back, original);
}

}  // namespace
}  // namespace wsrelay::ws
