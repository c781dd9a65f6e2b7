#include "base/digest.hpp"

#include <gtest/gtest.h>

namespace wsrelay {
namespace {

std::string hex_of(BytesView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const std::byte byte : bytes) {
    out += kDigits[static_cast<unsigned>(byte) >> 4];
    out += kDigits[static_cast<unsigned>(byte) & 15];
  }
  return out;
}

TEST(Sha1, GivesThePublishedDigests) {
  const auto digest = [](std::string_view text) { return hex_of(sha1(as_bytes(text))); };
  EXPECT_EQ(digest(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(digest("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  EXPECT_EQ(digest(std::string(1'000'000, 'a')), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST(HmacSha256, GivesThePublishedDigests) {  // RFC 4231 §4.2 and §4.3
  const auto digest = [](std::string_view key, std::string_view text) {
    return hex_of(hmac_sha256(as_bytes(key), as_bytes(text)));
  };
  EXPECT_EQ(digest(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(digest("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

struct Base64Case {
  const char* name;
  std::string_view plain;
  std::string_view encoded;
};
class Base64 : public testing::TestWithParam<Base64Case> {};

TEST_P(Base64, IsEncodedAsInTheRfc) {
  EXPECT_EQ(base64(as_bytes(GetParam().plain)), GetParam().encoded);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc4648Section10, Base64,
    testing::Values(Base64Case{"Nothing", "", ""}, Base64Case{"TwoPads", "f", "Zg=="},
                    Base64Case{"OnePad", "fo", "Zm8="}, Base64Case{"NoPad", "foo", "Zm9v"},
                    Base64Case{"Four", "foob", "Zm9vYg=="}, Base64Case{"Five", "fooba", "Zm9vYmE="},
                    Base64Case{"Six", "foobar", "Zm9vYmFy"},
                    Base64Case{"PlusAndSlash", "\xFB\xFF\xBF", "+/+/"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Base64, PutsNoLineEndsIntoLongValues) {
  const std::string encoded = base64(as_bytes(std::string(3000, 'x')));
  EXPECT_EQ(encoded.size(), 4000U);
  EXPECT_EQ(encoded.find_first_of("\r\n"), std::string::npos);
}

}  // namespace
}  // namespace wsrelay
