#include "ws/close_payload.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/ws_server_frames.hpp"

namespace wsrelay::ws {
namespace {

using test::big_endian;
using test::hex;

std::string story(std::string_view payload) {
  const auto status = read_close(as_bytes(payload));
  if (!status)
    return fmt::format("!{} {}", static_cast<int>(status.error().code), status.error().text);
  return fmt::format("{}:{}", status->code, status->reason);
}

TEST(ReadClose, KnowsTheShapesOfAPayload) {
  EXPECT_EQ(story(""), "1005:");
  EXPECT_EQ(story(hex("03")), "!1002 Close with half a code");
  EXPECT_EQ(story(hex("03e8")), "1000:");
  EXPECT_EQ(story(hex("03e9") + "so long"), "1001:so long");
  EXPECT_EQ(story(hex("03e8 e282ac")), "1000:€");
  EXPECT_EQ(story(hex("03e8 e282")), "!1007 Close reason is not UTF-8");
  EXPECT_EQ(story(hex("03e8 ff")), "!1007 Close reason is not UTF-8");
}

TEST(ReadClose, AcceptsExactlyTheCodesThatMayTravel) {
  const auto in = [](int code, int low, int high) { return code >= low && code <= high; };
  for (int code = 0; code <= 65535; ++code) {
    const bool legal = in(code, 1000, 1003) || in(code, 1007, 1014) || in(code, 3000, 4999);
    ASSERT_EQ(story(big_endian(static_cast<std::uint64_t>(code), 2)),
              legal ? fmt::format("{}:", code) : "!1002 Close with a reserved code");
  }
}

TEST(WriteClose, WritesWhatReadCloseReads) {
  for (const int code : {1000, 1001, 1014, 3000, 4999}) {
    const auto number = static_cast<std::uint16_t>(code);
    EXPECT_EQ(story(as_text(write_close(number, "bye €"))), fmt::format("{}:bye €", code));
  }
}

TEST(WriteClose, PutsNothingIllegalOnTheWire) {
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
    EXPECT_TRUE(write_close(static_cast<std::uint16_t>(code), "reason").empty()) << code;
  EXPECT_EQ(as_text(write_close(1000, "\xff")), hex("03e8")) << "a reason that is not UTF-8";
}

TEST(WriteClose, CutsTheReasonBetweenCharacters) {
  EXPECT_EQ(write_close(1000, std::string(123, 'x')).size(), 125U);
  EXPECT_EQ(write_close(1000, std::string(124, 'x')).size(), 125U);
  for (std::size_t lead = 118; lead <= 124; ++lead)
    for (const std::string character : {"é", "€", "😀"}) {
      const Bytes payload = write_close(1000, std::string(lead, 'x') + character + "more");
      EXPECT_LE(payload.size(), 125U);
      EXPECT_GE(payload.size(), 122U);
      EXPECT_TRUE(read_close(payload)) << lead << character;
    }
}

}  // namespace
}  // namespace wsrelay::ws
