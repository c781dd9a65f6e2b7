#include "ws/mask.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace wsrelay::ws {
namespace {

TEST(Mask, EqualsTheByteLoopForEveryLengthAndAlignment) {
  SeededRandom random(1);
  MaskKey key;
  Bytes from(400), to(400);
  for (std::size_t size = 0; size <= 300; ++size)
    for (std::size_t offset = 0; offset < 9; ++offset) {
      random.fill(key);
      random.fill(from);
      std::fill(to.begin(), to.end(), std::byte{0x5A});
      mask_into(to.data() + offset, BytesView(from).subspan(offset / 2, size), key);
      for (std::size_t i = 0; i < size; ++i)
        ASSERT_EQ(to[offset + i], from[offset / 2 + i] ^ key[i % 4]) << size << " at " << offset;
      ASSERT_EQ(to[offset + size], std::byte{0x5A}) << "wrote past the end";
      if (offset > 0) {
        ASSERT_EQ(to[offset - 1], std::byte{0x5A}) << "wrote before the start";
      }
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
