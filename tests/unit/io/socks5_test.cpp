#include "io/socks5.hpp"

#include <gtest/gtest.h>

#include "proxy_dialogue.hpp"

namespace wsrelay::io {
namespace {

using namespace std::string_literals;

const Url kServer{.scheme = "wss", .host = "example.com", .port = 443};
const Proxy kOpen{.url = {.scheme = "socks5", .host = "proxy", .port = 1080}};
const Proxy kLogin{.url = kOpen.url, .user = Secret("user"), .password = Secret("hunter2")};

Socks5 asking(const Proxy& proxy = kOpen, const Url& destination = kServer) {
  return Socks5::begin(proxy, destination).value();
}

// RFC 1928 and 1929, as they stand on the wire.
const std::string kNoLogin = "\5\0"s, kPassword = "\5\2"s, kLoginFine = "\1\0"s;
const std::string kBoundV4 = "\5\0\0\1\x7F\0\0\1\x12\x34"s;
const std::string kAskForServer =
    "\5\1\0\3\x0B"
    "example.com\1\xBB"s;

// --- What we say --------------------------------------------------------------------------------

struct AddressCase {
  const char* name;
  const char* host;
  std::uint16_t port;
  std::string bytes;  // ATYP, DST.ADDR, DST.PORT
};
void PrintTo(const AddressCase& row, std::ostream* out) {
  *out << row.name;
}
class SocksAddress : public testing::TestWithParam<AddressCase> {};
TEST_P(SocksAddress, GoesAsItIs) {
  const Url url{.scheme = "ws", .host = GetParam().host, .port = GetParam().port};
  const Story story = tell(asking(kOpen, url), kNoLogin, {});
  EXPECT_EQ(story.said, "\5\1\0"s + "\5\1\0"s + GetParam().bytes);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, SocksAddress,
    testing::Values(AddressCase{"ANameIsTheProxysToResolve", "example.com", 443,
                                "\3\x0B"
                                "example.com\1\xBB"s},
                    AddressCase{"Localhost", "localhost", 80, "\3\x09localhost\0\x50"s},
                    AddressCase{"Ipv4", "192.0.2.1", 65535, "\1\xC0\0\2\1\xFF\xFF"s},
                    AddressCase{"Ipv6", "2001:db8::1", 1,
                                "\4\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\1\0\1"s}),
    [](const auto& row) { return row.param.name; });

TEST(Socks5, WithALoginBothMethodsAreOffered) {
  EXPECT_EQ(as_text(asking().output()), "\5\1\0"s);
  EXPECT_EQ(as_text(asking(kLogin).output()), "\5\2\0\2"s);
}

TEST(Socks5, ALoginGoesOnlyToWhoAsksForIt) {
  const Story asked = tell_in_any_pieces(asking(kLogin), kPassword + kLoginFine + kBoundV4);
  EXPECT_EQ(asked.said, "\5\2\0\2"s + "\1\4user\7hunter2"s + kAskForServer);
  EXPECT_TRUE(asked.agreed);
  const Story not_asked = tell_in_any_pieces(asking(kLogin), kNoLogin + kBoundV4);
  EXPECT_EQ(not_asked.said, "\5\2\0\2"s + kAskForServer);
  EXPECT_TRUE(not_asked.agreed);
}

struct MuteCase {
  const char* name;
  std::size_t user, password, host;  // sizes
  bool fits;
};
void PrintTo(const MuteCase& row, std::ostream* out) {
  *out << row.name;
}
class SocksLength : public testing::TestWithParam<MuteCase> {};
TEST_P(SocksLength, IsCheckedBeforeAnythingIsSaid) {
  const MuteCase& row = GetParam();
  const auto socks = Socks5::begin({.url = kOpen.url,
                                    .user = Secret(std::string(row.user, 'u')),
                                    .password = Secret(std::string(row.password, 'p'))},
                                   {.scheme = "ws", .host = std::string(row.host, 'h'), .port = 1});
  ASSERT_EQ(socks.has_value(), row.fits);
  if (!row.fits) {
    EXPECT_EQ(socks.error().fault, Fault::Local);
    EXPECT_NE(socks.error().text.find("1 to 255 bytes"), std::string::npos);
  }
}
INSTANTIATE_TEST_SUITE_P(
    Rows, SocksLength,
    testing::Values(MuteCase{"Shortest", 1, 1, 1, true}, MuteCase{"Longest", 255, 255, 255, true},
                    MuteCase{"UserTooLong", 256, 1, 1, false},
                    MuteCase{"PasswordTooLong", 1, 256, 1, false},
                    MuteCase{"NoPassword", 1, 0, 1, false}, MuteCase{"NoLogin", 0, 0, 1, true},
                    MuteCase{"NameTooLong", 0, 0, 256, false}, MuteCase{"NoName", 0, 0, 0, false}),
    [](const auto& row) { return row.param.name; });

// --- What we hear -------------------------------------------------------------------------------

struct AnswerCase {
  const char* name;
  Proxy proxy;
  std::string bytes;
  const char* verdict;  // the error's text; empty: connected
};
void PrintTo(const AnswerCase& row, std::ostream* out) {
  *out << row.name;
}
class SocksAnswer : public testing::TestWithParam<AnswerCase> {};
TEST_P(SocksAnswer, TellsTheSameStoryInAnyPieces) {
  const AnswerCase& row = GetParam();
  const Story story = tell_in_any_pieces(asking(row.proxy), row.bytes);
  if (*row.verdict == '\0') {
    EXPECT_TRUE(story.agreed) << testing::PrintToString(story);
    EXPECT_EQ(story.taken, row.bytes.size());
    return;
  }
  ASSERT_TRUE(story.error) << testing::PrintToString(story);
  EXPECT_EQ(story.error->fault, Fault::Proxy);
  EXPECT_EQ(story.error->text, row.verdict);
}
TEST_P(SocksAnswer, NeverTakesAByteOfTheTunnel) {
  const AnswerCase& row = GetParam();
  const Story story = tell_in_any_pieces(asking(row.proxy), row.bytes + "\5\0 First words"s);
  EXPECT_EQ(story.agreed, *row.verdict == '\0');
  if (story.agreed) {
    EXPECT_EQ(story.taken, row.bytes.size());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Consent, SocksAnswer,
    testing::Values(
        AnswerCase{"BoundToIpv4", kOpen, kNoLogin + kBoundV4, ""},
        AnswerCase{"BoundToIpv6", kOpen,
                   kNoLogin + "\5\0\0\4\1\2\3\4\5\6\7\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F\x10\0\x50"s,
                   ""},
        AnswerCase{"BoundToAName", kOpen, kNoLogin + "\5\0\0\3\5proxy\0\x50"s, ""},
        AnswerCase{"BoundToAnEmptyName", kOpen, kNoLogin + "\5\0\0\3\0\0\0"s, ""},
        AnswerCase{"BoundToTheLongestName", kOpen,
                   kNoLogin + "\5\0\0\3\xFF"s + std::string(255, 'n') + "\0\x50"s, ""},
        AnswerCase{"AfterALogin", kLogin, kPassword + kLoginFine + kBoundV4, ""},
        AnswerCase{"AfterALoginAnsweredWithSocksOwnVersion", kLogin, kPassword + "\5\0"s + kBoundV4,
                   ""}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Login, SocksAnswer,
    testing::Values(
        AnswerCase{"Wanted", kOpen, "\5\xFF"s, "it wants a login"},
        AnswerCase{"NotTaken", kLogin, "\5\xFF"s, "it takes no user and password"},
        AnswerCase{"Refused", kLogin, kPassword + "\1\1"s, "it refuses our login"},
        AnswerCase{"RefusedWithAnyStatus", kLogin, kPassword + "\1\xFF"s, "it refuses our login"},
        AnswerCase{"AnsweredInAnotherVersion", kLogin, kPassword + "\2\0"s,
                   "its answer to the login has version 2"},
        AnswerCase{"ChosenThoughNotOffered", kOpen, "\5\2"s,
                   "it chose login method 2, which was not offered"},
        AnswerCase{"Gssapi", kLogin, "\5\1"s, "it chose login method 1, which was not offered"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Nonsense, SocksAnswer,
    testing::Values(
        AnswerCase{"Http", kOpen, "HTTP/1.1 400 Bad Request\r\n\r\n", "it does not speak SOCKS5"},
        AnswerCase{"Socks4", kOpen, "\0\x5A"s, "it does not speak SOCKS5"},
        AnswerCase{"TurnsAway", kOpen, kNoLogin + "\4\0\0\1"s, "it does not speak SOCKS5"},
        AnswerCase{"ReservedByte", kOpen, kNoLogin + "\5\0\1\1"s,
                   "a reserved byte of its reply is not zero"},
        AnswerCase{"AddressType", kOpen, kNoLogin + "\5\0\0\2"s,
                   "its reply has an address of unknown type 2"}),
    [](const auto& row) { return row.param.name; });

struct ReplyCase {
  int code;
  const char* meaning;
};
class SocksReply : public testing::TestWithParam<ReplyCase> {};
TEST_P(SocksReply, HasItsSentence) {
  const std::string bytes =
      kNoLogin + "\5"s + static_cast<char>(GetParam().code) + "\0\1\0\0\0\0\0\0"s;
  const Story story = tell_in_any_pieces(asking(), bytes);
  ASSERT_TRUE(story.error);
  EXPECT_EQ(story.error->fault, Fault::Proxy);
  EXPECT_EQ(story.error->text,
            std::string("no connection to example.com:443: ") + GetParam().meaning);
}
INSTANTIATE_TEST_SUITE_P(
    Codes, SocksReply,
    testing::Values(ReplyCase{1, "general failure of the proxy"},
                    ReplyCase{2, "not allowed by the proxy's rules"},
                    ReplyCase{3, "network unreachable"}, ReplyCase{4, "host unreachable"},
                    ReplyCase{5, "connection refused"}, ReplyCase{6, "time to live expired"},
                    ReplyCase{7, "the proxy knows no CONNECT"},
                    ReplyCase{8, "the proxy does not know this type of address"},
                    ReplyCase{9, "reply 9"}, ReplyCase{255, "reply 255"}),
    [](const auto& row) { return std::to_string(row.param.code); });

TEST(Socks5, AnyChangedByteTellsOneStory) {
  expect_one_story_of_changed_bytes(asking(kLogin), kPassword + kLoginFine + kBoundV4, 2000);
}

}  // namespace
}  // namespace wsrelay::io
