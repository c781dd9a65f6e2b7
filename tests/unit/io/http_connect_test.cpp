#include "io/http_connect.hpp"

#include <gtest/gtest.h>

#include "proxy_dialogue.hpp"

namespace wsrelay::io {
namespace {

const Url kServer{.scheme = "wss", .host = "example.com", .port = 443};
const Proxy kOpen{.url = {.scheme = "http", .host = "proxy", .port = 3128}};
const Proxy kLogin{.url = kOpen.url, .user = Secret("Aladdin"), .password = Secret("open sesame")};

HttpConnect asking(const Proxy& proxy = kOpen, const Url& destination = kServer) {
  return HttpConnect::begin(proxy, destination).value();
}

// --- What we say --------------------------------------------------------------------------------

struct RequestCase {
  const char* name;
  Proxy proxy;
  Url destination;
  const char* text;
};
void PrintTo(const RequestCase& row, std::ostream* out) {
  *out << row.name;
}
class HttpRequest : public testing::TestWithParam<RequestCase> {};
TEST_P(HttpRequest, IsExactlyThis) {
  EXPECT_EQ(as_text(asking(GetParam().proxy, GetParam().destination).output()), GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, HttpRequest,
    testing::Values(
        RequestCase{"Secure", kOpen, kServer,
                    "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n"},
        RequestCase{"ThePortIsThereThoughItIsTheSchemesOwn",
                    kOpen,
                    {.scheme = "ws", .host = "example.com", .port = 80},
                    "CONNECT example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n\r\n"},
        RequestCase{"Ipv6",
                    kOpen,
                    {.scheme = "ws", .host = "2001:db8::1", .port = 81, .host_is_literal = true},
                    "CONNECT [2001:db8::1]:81 HTTP/1.1\r\nHost: [2001:db8::1]:81\r\n\r\n"},
        // RFC 7617 §2's own example
        RequestCase{"Login", kLogin, kServer,
                    "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n"
                    "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n"},
        RequestCase{"NoPassword",
                    {.url = kOpen.url, .user = Secret("u")},
                    kServer,
                    "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n"
                    "Proxy-Authorization: Basic dTo=\r\n\r\n"},
        RequestCase{"ColonsInThePassword",
                    {.url = kOpen.url, .user = Secret("u"), .password = Secret("a:b")},
                    kServer,
                    "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n"
                    "Proxy-Authorization: Basic dTphOmI=\r\n\r\n"}),
    [](const auto& row) { return row.param.name; });

struct MuteCase {
  const char* name;
  std::string user, password, host, verdict;
};
void PrintTo(const MuteCase& row, std::ostream* out) {
  *out << row.name;
}
class HttpUnspeakable : public testing::TestWithParam<MuteCase> {};
TEST_P(HttpUnspeakable, IsALocalError) {
  const MuteCase& row = GetParam();
  const auto connect = HttpConnect::begin(
      {.url = kOpen.url, .user = Secret(row.user), .password = Secret(row.password)},
      {.scheme = "ws", .host = row.host, .port = 80});
  ASSERT_FALSE(connect);
  EXPECT_EQ(connect.error().fault, Fault::Local);
  EXPECT_NE(connect.error().text.find(row.verdict), std::string::npos) << connect.error().text;
  EXPECT_EQ(connect.error().text.find("hunter2"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, HttpUnspeakable,
    testing::Values(MuteCase{"ColonInTheUser", "hunter2:x", "", "h", "a colon"},
                    MuteCase{"LineEndInTheUser", "u\r\nX", "", "h", "control character"},
                    MuteCase{"LineEndOfAPasswordFile", "u", "hunter2\n", "h", "control character"},
                    MuteCase{"NoHost", "", "", "", "the host"},
                    MuteCase{"LineEndInTheHost", "", "", "h\r\nX: y", "the host"},
                    MuteCase{"BlankInTheHost", "", "", "h HTTP/1.1", "the host"},
                    MuteCase{"HighByteInTheHost", "", "", "h\xC3\xA4", "the host"}),
    [](const auto& row) { return row.param.name; });

// --- What we hear -------------------------------------------------------------------------------

struct AnswerCase {
  const char* name;
  std::string text;
  const char* verdict;  // the error's text; empty: a tunnel
  int status = 0;       // in the error
};
void PrintTo(const AnswerCase& row, std::ostream* out) {
  *out << row.name;
}
class HttpAnswer : public testing::TestWithParam<AnswerCase> {};
TEST_P(HttpAnswer, TellsTheSameStoryInAnyPieces) {
  const AnswerCase& row = GetParam();
  const Story story = tell_in_any_pieces(asking(), row.text);
  if (*row.verdict == '\0') {
    EXPECT_TRUE(story.agreed) << testing::PrintToString(story);
    EXPECT_EQ(story.taken, row.text.size());
    return;
  }
  ASSERT_TRUE(story.error) << testing::PrintToString(story);
  EXPECT_EQ(story.error->fault, Fault::Proxy);
  EXPECT_EQ(story.error->text, row.verdict);
  EXPECT_EQ(story.error->http_status, row.status);
}
TEST_P(HttpAnswer, NeverTakesAByteOfTheTunnel) {
  const AnswerCase& row = GetParam();
  const Story story = tell_in_any_pieces(asking(), row.text + "\r\n\r\nFirst words of the server");
  EXPECT_EQ(story.agreed, *row.verdict == '\0');
  if (story.agreed) {
    EXPECT_EQ(story.taken, row.text.size());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Tunnels, HttpAnswer,
    testing::Values(
        AnswerCase{"Ok", "HTTP/1.1 200 OK\r\n\r\n", ""},
        AnswerCase{"OldVersion", "HTTP/1.0 200 Connection established\r\nProxy-agent: x\r\n\r\n",
                   ""},
        AnswerCase{"NoReason", "HTTP/1.1 200 \r\n\r\n", ""},
        AnswerCase{"NotEvenABlank", "HTTP/1.1 200\r\n\r\n", ""},
        AnswerCase{"AnySuccess", "HTTP/1.1 299 Miscellaneous\r\n\r\n", ""},
        AnswerCase{"NoContent", "HTTP/1.1 204 No Content\r\n\r\n", ""},
        AnswerCase{"ALengthIsIgnored", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", ""},
        AnswerCase{"ACodingIsIgnored", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", ""},
        AnswerCase{"AfterContinue", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", ""},
        AnswerCase{"AfterFiveHints",
                   "HTTP/1.1 102 a\r\n\r\nHTTP/1.1 103 b\r\nLink: x\r\n\r\nHTTP/1.1 103 c\r\n\r\n"
                   "HTTP/1.1 103 d\r\n\r\nHTTP/1.1 103 e\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
                   ""}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Refusals, HttpAnswer,
    testing::Values(
        AnswerCase{"LoginWanted",
                   "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic "
                   "realm=\"x\"\r\nContent-Length: 9\r\n\r\n",
                   "no tunnel to example.com:443: 407 Proxy Authentication Required (it wants a "
                   "login)",
                   407},
        AnswerCase{"Forbidden", "HTTP/1.0 403 Forbidden\r\n\r\n",
                   "no tunnel to example.com:443: 403 Forbidden", 403},
        AnswerCase{"NoReasonGiven", "HTTP/1.1 502\r\n\r\n", "no tunnel to example.com:443: 502",
                   502},
        AnswerCase{"ARedirect", "HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n",
                   "no tunnel to example.com:443: 302 Found", 302},
        AnswerCase{"NobodyAskedToSwitch",
                   "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
                   "no tunnel to example.com:443: 101 Switching Protocols", 101},
        AnswerCase{"UnprintableReason", "HTTP/1.1 500 caf\xC3\xA9\tshut\r\n\r\n",
                   "no tunnel to example.com:443: 500 caf???shut", 500},
        AnswerCase{"EndlessHints",
                   "HTTP/1.1 100 1\r\n\r\nHTTP/1.1 100 2\r\n\r\nHTTP/1.1 100 3\r\n\r\n"
                   "HTTP/1.1 100 4\r\n\r\nHTTP/1.1 100 5\r\n\r\nHTTP/1.1 100 6\r\n\r\n",
                   "bad HTTP response: more than 5 interim responses"},
        AnswerCase{"BareLineFeeds", "HTTP/1.1 200 OK\n\n",
                   "bad HTTP response: line ends without CR"},
        AnswerCase{"AnotherProtocol", "SSH-2.0-OpenSSH_9.2\r\n",
                   "bad HTTP response: it does not begin with HTTP/1"},
        AnswerCase{"Socks", std::string("\x05\xFF", 2),
                   "bad HTTP response: it does not begin with HTTP/1"},
        AnswerCase{"EmptyLines", "\r\n\r\n", "bad HTTP response: it does not begin with HTTP/1"},
        AnswerCase{"NoStatus", "HTTP/1.1 OK\r\n\r\n", "bad HTTP response: malformed status line"},
        AnswerCase{"FoldedLine", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
                   "bad HTTP response: folded header line"},
        AnswerCase{"BlankBeforeTheColon", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
                   "bad HTTP response: malformed header name"}),
    [](const auto& row) { return row.param.name; });

TEST(HttpConnect, ARefusedLoginIsCalledSo) {
  const Story story = tell(asking(kLogin), "HTTP/1.1 407 No\r\n\r\n", {});
  EXPECT_EQ(story.error->text, "no tunnel to example.com:443: 407 No (for our login)");
}

TEST(HttpConnect, AReasonIsCutShort) {
  const Story story = tell(asking(), "HTTP/1.1 500 " + std::string(7000, 'x') + "\r\n\r\n", {});
  EXPECT_EQ(story.error->text, "no tunnel to example.com:443: 500 " + std::string(64, 'x'));
}

struct LimitCase {
  const char* name;
  std::string text;
  const char* verdict;
};
void PrintTo(const LimitCase& row, std::ostream* out) {
  *out << row.name;
}
class HttpLimit : public testing::TestWithParam<LimitCase> {};
TEST_P(HttpLimit, EndsAnAnswerThatGrows) {
  const Story story = tell(asking(), GetParam().text, {});
  ASSERT_TRUE(story.error) << testing::PrintToString(story);
  EXPECT_EQ(story.error->text, GetParam().verdict);
  EXPECT_LT(story.taken, 17U * 1024);
}
std::string fields(int count, std::size_t size) {
  std::string text = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < count; ++i) text += "A: " + std::string(size, 'a') + "\r\n";
  return text;
}
INSTANTIATE_TEST_SUITE_P(
    Rows, HttpLimit,
    testing::Values(
        LimitCase{"Line", fields(1, 20'000), "bad HTTP response: line longer than 8 KiB"},
        LimitCase{"Head", fields(20, 1'000), "bad HTTP response: head longer than 16 KiB"},
        LimitCase{"Fields", fields(200, 1), "bad HTTP response: more than 128 header fields"}),
    [](const auto& row) { return row.param.name; });

TEST(HttpConnect, AnyChangedByteTellsOneStory) {
  const std::string kind = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nVia: 1.1 x\r\n\r\n";
  expect_one_story_of_changed_bytes(asking(), kind, 500);
}

}  // namespace
}  // namespace wsrelay::io
