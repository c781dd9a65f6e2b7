#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace wsrelay {
namespace {

/// Says these numbers, one after the other.
class Scripted final : public Random {
 public:
  explicit Scripted(std::vector<std::uint64_t> numbers) : numbers_(std::move(numbers)) {}
  void fill(std::span<std::byte> bytes) override {
    const auto number = std::as_bytes(std::span(&numbers_.at(next_++), 1));
    std::copy_n(number.begin(), std::min(bytes.size(), number.size()), bytes.begin());
  }
  std::size_t drawn() const { return next_; }

 private:
  std::vector<std::uint64_t> numbers_;
  std::size_t next_ = 0;
};

TEST(Below, StaysBelow) {
  SeededRandom random(1);
  for (const std::uint64_t bound :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{7}, ~std::uint64_t{0}})
    for (int i = 0; i < 1000; ++i) EXPECT_LT(random.below(bound), bound);
}

TEST(Below, DrawsAgainWhereASimpleRemainderWouldFavourSmallNumbers) {
  // 2^64 mod 3 == 1: one draw of the 2^64 has to go.
  Scripted random({0, 5});
  EXPECT_EQ(random.below(3), 2U);
  EXPECT_EQ(random.drawn(), 2U);
}

TEST(Below, IsEven) {
  constexpr std::uint64_t kSeed = 9;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  std::array<int, 10> counts{};
  for (int i = 0; i < 100'000; ++i) ++counts[random.below(10)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
}

TEST(Seeded, RepeatsItselfHoweverItIsDrawn) {
  std::array<std::byte, 64> whole{};
  std::array<std::byte, 64> pieces{};
  SeededRandom(4).fill(whole);
  SeededRandom other(4);
  for (std::byte& byte : pieces) other.fill({&byte, 1});
  EXPECT_EQ(whole, pieces);
}

TEST(System, NeverRepeatsAKeyAcrossItsBlocks) {
  SystemRandom random;
  std::set<std::array<std::byte, 12>> seen;
  for (int i = 0; i < 2000; ++i) {  // 12 does not divide the block: keys straddle its end
    std::array<std::byte, 12> key{};
    random.fill(key);
    EXPECT_TRUE(seen.insert(key).second);
  }
}

TEST(System, FillsMoreThanABlockAndNothing) {
  SystemRandom random;
  std::vector<std::byte> bytes(5000);
  random.fill(bytes);
  const auto zeros = std::count(bytes.begin(), bytes.end(), std::byte{0});
  EXPECT_LT(zeros, 60) << "about 20 are expected";
  random.fill({});
}

}  // namespace
}  // namespace wsrelay
