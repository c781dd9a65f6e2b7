#include <array>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "unit/ws/payloads.hpp"
#include "unit/ws/zlib_peer.hpp"
#include "ws/deflate.hpp"

namespace wsrelay::ws {
namespace {

using test::mixed_payload;
using test::ZlibInflater;

struct Sides {
  DeflateParameters agreed;
  DeflateSettings settings;
};
class DeflaterLaw : public testing::TestWithParam<Sides> {};

std::vector<Sides> all_sides() {
  std::vector<Sides> all;
  for (std::uint8_t agreed = 8; agreed <= 15; ++agreed)
    for (const std::uint8_t ours : std::array<std::uint8_t, 3>{9, 12, 15})
      for (const bool keeps : {false, true})
        all.push_back({{.client_max_window_bits = agreed, .client_context_takeover = keeps},
                       {.client_max_window_bits = ours, .threshold = 0}});
  return all;
}

// The peer inflates with the agreed window and not one byte more.
TEST_P(DeflaterLaw, IsUnderstoodByZlibWithinTheAgreedWindow) {
  const auto& [agreed, settings] = GetParam();
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SeededRandom random(seed);
    Deflater deflater(agreed, settings);
    ZlibInflater server(agreed.client_max_window_bits);
    int compressed = 0;
    for (int i = 0; i < 12; ++i) {
      const std::string plain = mixed_payload(random, random.below(i % 4 == 0 ? 100'000 : 2'000));
      const Bytes* payload = deflater.deflate(as_bytes(plain));
      if (payload == nullptr) continue;
      ++compressed;
      if (!agreed.client_context_takeover) {
        EXPECT_LT(payload->size(), plain.size());
        server.forget();
      }
      ASSERT_EQ(server.message(as_text(*payload)), plain) << "seed " << seed << ", message " << i;
    }
    EXPECT_EQ(compressed == 0, agreed.client_max_window_bits == 8);
  }
}

INSTANTIATE_TEST_SUITE_P(AllParameters, DeflaterLaw, testing::ValuesIn(all_sides()),
                         [](const auto& row) {
                           return fmt::format(
                               "Agreed{}Ours{}{}", row.param.agreed.client_max_window_bits,
                               row.param.settings.client_max_window_bits,
                               row.param.agreed.client_context_takeover ? "Keeps" : "Forgets");
                         });

std::string noise(std::size_t size) {
  SeededRandom random(3);
  std::string out(size, '\0');
  for (char& c : out) c = static_cast<char>(random.below(256));
  return out;
}

struct ChoiceCase {
  const char* name;
  std::string payload;
  bool compressed;
  DeflateParameters agreed = {.client_context_takeover = false};
  DeflateSettings settings = {.threshold = 100};
};
class Choice : public testing::TestWithParam<ChoiceCase> {};

TEST_P(Choice, IsMadeForEachMessage) {
  const auto& row = GetParam();
  Deflater deflater(row.agreed, row.settings);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(deflater.deflate(as_bytes(row.payload)) != nullptr, row.compressed) << i;
}

const DeflateParameters kKeeps{.client_context_takeover = true};

INSTANTIATE_TEST_SUITE_P(
    Deflater, Choice,
    testing::Values(
        ChoiceCase{"Letters", std::string(100, 'a'), true},
        ChoiceCase{"BelowTheThreshold", std::string(99, 'a'), false},
        ChoiceCase{"BelowTheThresholdWithContext", std::string(99, 'a'), false, kKeeps},
        ChoiceCase{"NoThreshold",
                   std::string(20, 'a'),
                   true,
                   {.client_context_takeover = false},
                   {.threshold = 0}},
        ChoiceCase{
            "EmptyGoesAsItIs", "", false, {.client_context_takeover = false}, {.threshold = 0}},
        ChoiceCase{"EmptyGoesAsItIsWithContext", "", false, kKeeps, {.threshold = 0}},
        ChoiceCase{"NoiseGoesAsItIs", noise(5'000), false},
        ChoiceCase{"NoiseMustBeCompressedWithContext", noise(5'000), true, kKeeps},
        ChoiceCase{"EightBitsCannotBeDone",
                   std::string(1'000, 'a'),
                   false,
                   {.client_max_window_bits = 8, .client_context_takeover = false}},
        ChoiceCase{"EightBitsCannotBeDoneWithContext",
                   std::string(1'000, 'a'),
                   false,
                   {.client_max_window_bits = 8}},
        ChoiceCase{"NineBits",
                   std::string(1'000, 'a'),
                   true,
                   {.client_max_window_bits = 9, .client_context_takeover = false}}),
    [](const auto& row) { return std::string(row.param.name); });

// A refused message must leave no trace in what the next one refers to.
TEST(Deflater, ForgetsAMessageThatWentAsItIs) {
  Deflater deflater({.client_context_takeover = false}, {.threshold = 0});
  const std::string unlike = noise(3'000);
  const std::string plain = unlike.substr(0, 100) + std::string(300, 'a');
  ASSERT_EQ(deflater.deflate(as_bytes(unlike)), nullptr);
  const Bytes* payload = deflater.deflate(as_bytes(plain));
  ASSERT_NE(payload, nullptr);
  EXPECT_EQ(ZlibInflater().message(as_text(*payload)), plain);
}

TEST(Deflater, RefersToEarlierMessagesWhereAContextIsKept) {
  const std::string plain = noise(400);
  Deflater keeps({.client_context_takeover = true}, {});
  const std::size_t first = keeps.deflate(as_bytes(plain))->size();
  EXPECT_GT(first, 400U) << "noise does not get smaller";
  EXPECT_LT(keeps.deflate(as_bytes(plain))->size(), 30U) << "the second time it is known";
}

TEST(Deflater, OfTwoSessionsKeepTheirContextsApart) {
  Deflater one({.client_context_takeover = true}, {.threshold = 0});
  Deflater two({.client_context_takeover = true}, {.threshold = 0});
  ZlibInflater first;
  ZlibInflater second;
  for (int i = 0; i < 20; ++i) {
    const std::string a = fmt::format("what the first says, {} times over and over", i);
    const std::string b = fmt::format("and the second one answers with {}", i);
    ASSERT_EQ(first.message(as_text(*one.deflate(as_bytes(a)))), a);
    ASSERT_EQ(second.message(as_text(*two.deflate(as_bytes(b)))), b);
  }
}

}  // namespace
}  // namespace wsrelay::ws
