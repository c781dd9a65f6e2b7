#include "ws/upgrade.hpp"

#include <gtest/gtest.h>

#include "unit/ws/session_story.hpp"

namespace wsrelay::ws {
namespace {

using test::Dialogue;

const std::string kKey = "dGhlIHNhbXBsZSBub25jZQ==";  // RFC 6455 §1.3

TEST(Upgrade, AcceptsTheExampleOfTheRfc) {
  EXPECT_EQ(accept_for(kKey), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Upgrade, AsksInTheseWords) {
  const SessionSettings settings{.host = "example.com:8080",
                                 .target = "/chat?room=1",
                                 .headers = {{"Origin", "https://example.com"}, {"X-A", ""}},
                                 .subprotocols = {"v2.json", "v1.json"}};
  EXPECT_EQ(upgrade_request(settings, kKey).value(),
            "GET /chat?room=1 HTTP/1.1\r\nHost: example.com:8080\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: v2.json, v1.json\r\n"
            "Origin: https://example.com\r\nX-A: \r\n\r\n");
}

TEST(Upgrade, OffersCompressionOnlyIfToldTo) {
  const auto offers = [](DeflateSettings::Offer offer) {
    const SessionSettings settings{.host = "h", .deflate = {.offer = offer}};
    return upgrade_request(settings, kKey)
               .value()
               .find(
                   "\r\nSec-WebSocket-Extensions: permessage-"
                   "deflate; ") != std::string::npos;
  };
  EXPECT_FALSE(offers(DeflateSettings::Offer::Off));
  EXPECT_TRUE(offers(DeflateSettings::Offer::On));
  EXPECT_TRUE(offers(DeflateSettings::Offer::Required));
}

TEST(Upgrade, DrawsSixteenFreshBytesForEachKey) {
  SeededRandom random(11);
  const std::string first = new_upgrade_key(random);
  EXPECT_EQ(first.size(), 24U);
  EXPECT_EQ(first.substr(22), "==");
  EXPECT_NE(new_upgrade_key(random), first);
}

struct SettingCase {
  const char* name;
  SessionSettings settings;
  std::string error;
};
class BadSetting : public testing::TestWithParam<SettingCase> {};

TEST_P(BadSetting, EndsTheSessionBeforeItBegins) {
  Dialogue dialogue(GetParam().settings);
  EXPECT_EQ(dialogue.request(), "");
  EXPECT_TRUE(dialogue.session().is_finished());
  dialogue.tick();
  EXPECT_EQ(dialogue.told(), "ended(local/upgrading 0: " + GetParam().error + ")");
}

const std::string kBadHost = "the host is not a word of visible ASCII";
const std::string kBadTarget = "the target is not a path of visible ASCII";
const std::string kBadName = "a header name is no token or belongs to the upgrade itself";
const std::string kBadValue = "the value of header X has a control character";
const std::string kBadSubprotocol = "a subprotocol is no token";
const auto kName = [](const auto& row) { return std::string(row.param.name); };

const std::string kBadWindow = "a window of permessage-deflate is out of range";
SessionSettings windows(std::uint8_t client, std::uint8_t server) {
  return {.host = "h",
          .deflate = {.client_max_window_bits = client, .server_max_window_bits = server}};
}

SessionSettings to(std::string host, std::string target) {
  return {.host = std::move(host), .target = std::move(target)};
}
SessionSettings sending(std::string name, std::string value) {
  return {.host = "h", .headers = {{std::move(name), std::move(value)}}};
}

INSTANTIATE_TEST_SUITE_P(
    Injection, BadSetting,
    testing::Values(
        SettingCase{"NoHost", to("", "/"), kBadHost},
        SettingCase{"HostWithNewline", to("h\r\nX: 1", "/"), kBadHost},
        SettingCase{"NoTarget", to("h", ""), kBadTarget},
        SettingCase{"TargetWithSpace", to("h", "/a b"), kBadTarget},
        SettingCase{"TargetWithNewline", to("h", "/\nX"), kBadTarget},
        SettingCase{"TargetThatIsNoPath", to("h", "a"), kBadTarget},
        SettingCase{"EmptyName", sending("", "v"), kBadName},
        SettingCase{"NameWithColon", sending("A:", "v"), kBadName},
        SettingCase{"Host", sending("hOST", "v"), kBadName},
        SettingCase{"UpgradeField", sending("Upgrade", "v"), kBadName},
        SettingCase{"ConnectionField", sending("Connection", "v"), kBadName},
        SettingCase{"KeyField", sending("sec-websocket-key", "v"), kBadName},
        SettingCase{"TransferEncoding", sending("Transfer-Encoding", "chunked"), kBadName},
        SettingCase{"ValueWithNewline", sending("X", "secret\n"), kBadValue},
        SettingCase{"ValueWithCarriageReturn", sending("X", "a\rb"), kBadValue},
        SettingCase{"ValueWithNul", sending("X", std::string(1, '\0')), kBadValue},
        SettingCase{"ContentLength", sending("Content-Length", "5"), kBadName},
        SettingCase{"ExtensionsField", sending("Sec-WebSocket-Extensions", "x"), kBadName},
        SettingCase{"EmptySubprotocol", {.host = "h", .subprotocols = {""}}, kBadSubprotocol},
        SettingCase{"SubprotocolList", {.host = "h", .subprotocols = {"a,b"}}, kBadSubprotocol}),
    kName);

TEST(Fields, NamesAndValuesThatMayBeSent) {
  for (const auto name : {"Authorization", "X-Api-Key", "Origin", "Cookie", "Sec-Fetch-Mode", "_"})
    EXPECT_TRUE(is_header_name(name)) << name;
  for (const auto value : {"", "Bearer abc", "tab\tinside", "caf\xC3\xA9"})
    EXPECT_TRUE(is_header_value(value)) << value;
  EXPECT_TRUE(is_subprotocol("graphql-transport-ws"));
  EXPECT_FALSE(is_subprotocol("two words"));
}

// The answer of the RFC's server, with `change` applied: "-Name" drops a field, "Name: v" adds one,
// "=Name: v" replaces one; a line that begins with HTTP is the status line.
std::string answer(const std::string& request, const std::vector<std::string_view>& changes) {
  std::string text = test::accepting_answer(request);
  for (const std::string_view change : changes) {
    if (change.substr(0, 4) == "HTTP") {
      text.replace(0, text.find("\r\n"), change);
      continue;
    }
    const bool drops = change[0] == '-' || change[0] == '=';
    const std::string_view line = drops ? change.substr(1) : change;
    if (drops) {
      const std::size_t at = text.find("\r\n" + std::string(line.substr(0, line.find(':'))) + ":");
      text.erase(at, text.find("\r\n", at + 2) - at);
    }
    if (change[0] != '-') text.insert(text.size() - 2, std::string(line) + "\r\n");
  }
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Contradiction, BadSetting,
    testing::Values(SettingCase{"RequiresASubprotocolAndOffersNone",
                                {.host = "h", .subprotocol_required = true},
                                "a subprotocol is required, but none is offered"},
                    SettingCase{"ClientWindow8", windows(8, 12), kBadWindow},
                    SettingCase{"ClientWindow16", windows(16, 12), kBadWindow},
                    SettingCase{"ServerWindow7", windows(12, 7), kBadWindow},
                    SettingCase{"ServerWindow16", windows(12, 16), kBadWindow}),
    kName);

struct AnswerCase {
  const char* name;
  std::vector<std::string_view> changes;
  std::string story;
};
class Answer : public testing::TestWithParam<AnswerCase> {};

TEST_P(Answer, IsJudgedTheSameInPiecesOfEverySize) {
  const auto& row = GetParam();
  for (std::size_t piece = 1; piece < 400; piece = piece < 40 ? piece + 1 : piece + 37) {
    Dialogue dialogue({.host = "h", .subprotocols = {"a", "b"}});
    dialogue.receive(answer(dialogue.request(), row.changes), piece);
    ASSERT_EQ(dialogue.told(), row.story) << "in pieces of " << piece;
    ASSERT_EQ(dialogue.session().is_finished(), row.story[0] != 'o');
    ASSERT_EQ(dialogue.sent(), "") << "nothing is said to a server that did not upgrade";
  }
}

std::string bad(std::string_view what) {
  return fmt::format("ended(protocol/upgrading 0: bad upgrade answer: {})", what);
}
std::string http(int status, std::string_view rest) {
  return fmt::format("refused:{} ended(http/upgrading {}: the server answered {}{})", status,
                     status, status, rest);
}
const std::string kMismatch = bad("Sec-WebSocket-Accept does not match our key");
const std::string kUnoffered = bad("a subprotocol that was not offered");
const std::string kBody = bad("it announces a body");
const std::string kExtension =
    "ended(protocol/upgrading 0: the server chose an extension that was not offered)";

INSTANTIATE_TEST_SUITE_P(
    Accepted, Answer,
    testing::Values(
        AnswerCase{"Plain", {}, "opened"}, AnswerCase{"NoReason", {"HTTP/1.1 101"}, "opened"},
        AnswerCase{"UpgradeInOtherCase", {"=Upgrade: WebSocket"}, "opened"},
        AnswerCase{"ConnectionInOtherCase", {"=Connection: uPGRADE"}, "opened"},
        AnswerCase{"ConnectionInAList", {"=Connection: keep-alive, Upgrade"}, "opened"},
        AnswerCase{"ConnectionListWithoutSpaces", {"=Connection: a,upgrade,b"}, "opened"},
        AnswerCase{"ConnectionInASecondField", {"=Connection: x", "Connection: Upgrade"}, "opened"},
        AnswerCase{"OtherFields", {"Server: x", "Date: today", "Set-Cookie: a=b"}, "opened"},
        AnswerCase{"FirstSubprotocol", {"Sec-WebSocket-Protocol: a"}, "opened:a"},
        AnswerCase{"SecondSubprotocol", {"sec-websocket-protocol: b "}, "opened:b"},
        AnswerCase{"ZeroContentLength", {"Content-Length: 0"}, "opened"}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Refused, Answer,
    testing::Values(
        AnswerCase{"NoUpgrade", {"-Upgrade"}, bad("no Upgrade")},
        AnswerCase{"UpgradeTwice", {"Upgrade: websocket"}, bad("Upgrade stands twice")},
        AnswerCase{"UpgradeToOther", {"=Upgrade: h2c"}, bad("Upgrade is not websocket")},
        AnswerCase{"UpgradeList", {"=Upgrade: websocket, h2c"}, bad("Upgrade is not websocket")},
        AnswerCase{"EmptyUpgrade", {"=Upgrade:"}, bad("Upgrade is not websocket")},
        AnswerCase{"NoConnection", {"-Connection"}, bad("Connection does not say upgrade")},
        AnswerCase{
            "ConnectionClose", {"=Connection: close"}, bad("Connection does not say upgrade")},
        AnswerCase{"ConnectionInALongerWord",
                   {"=Connection: upgraded, x-upgrade"},
                   bad("Connection does not say upgrade")},
        AnswerCase{"NoAccept", {"-Sec-WebSocket-Accept"}, bad("no Sec-WebSocket-Accept")},
        AnswerCase{"EmptyAccept", {"=Sec-WebSocket-Accept:"}, kMismatch},
        AnswerCase{
            "WrongAccept", {"=Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}, kMismatch},
        AnswerCase{
            "AcceptTwice", {"Sec-WebSocket-Accept: x"}, bad("Sec-WebSocket-Accept stands twice")},
        AnswerCase{"UnofferedSubprotocol", {"Sec-WebSocket-Protocol: c"}, kUnoffered},
        AnswerCase{"SubprotocolInOtherCase", {"Sec-WebSocket-Protocol: A"}, kUnoffered},
        AnswerCase{"EmptySubprotocol", {"Sec-WebSocket-Protocol:"}, kUnoffered},
        AnswerCase{"SubprotocolList", {"Sec-WebSocket-Protocol: a, b"}, kUnoffered},
        AnswerCase{"TwoSubprotocols",
                   {"Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: b"},
                   bad("Sec-WebSocket-Protocol stands twice")},
        AnswerCase{"SameSubprotocolTwice",
                   {"Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: a"},
                   bad("Sec-WebSocket-Protocol stands twice")},
        AnswerCase{"Extension", {"Sec-WebSocket-Extensions: permessage-deflate"}, kExtension},
        AnswerCase{"UnknownExtension", {"sec-websocket-extensions: x; y=1"}, kExtension},
        AnswerCase{"ContentLength", {"Content-Length: 5"}, kBody},
        AnswerCase{"TransferEncoding", {"Transfer-Encoding: chunked"}, kBody},
        AnswerCase{"Http10", {"HTTP/1.0 101 OK"}, bad("HTTP/1.0 cannot upgrade")},
        AnswerCase{"BadHead",
                   {"A : 1"},
                   "ended(protocol/upgrading 0: bad HTTP response: malformed header name)"}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    OtherStatus, Answer,
    testing::Values(
        AnswerCase{"Ok200", {"HTTP/1.1 200 OK"}, http(200, " OK")},
        AnswerCase{"NoContent204", {"HTTP/1.1 204 No Content"}, http(204, " No Content")},
        AnswerCase{"BadRequest400", {"HTTP/1.1 400"}, http(400, "")},
        AnswerCase{"Unauthorized401", {"HTTP/1.1 401 Unauthorized"}, http(401, " Unauthorized")},
        AnswerCase{"Forbidden403", {"HTTP/1.0 403 Forbidden"}, http(403, " Forbidden")},
        AnswerCase{"NotFound404", {"HTTP/1.1 404 Not Found"}, http(404, " Not Found")},
        AnswerCase{"UpgradeRequired426", {"HTTP/1.1 426 x"}, http(426, " x")},
        AnswerCase{"TooMany429", {"HTTP/1.1 429 Slow Down"}, http(429, " Slow Down")},
        AnswerCase{"Unavailable503", {"HTTP/1.1 503 Busy", "Retry-After: 5"}, http(503, " Busy")},
        AnswerCase{"ReasonIsMadePrintable", {"HTTP/1.1 500 a\tb\xE9"}, http(500, " a?b?")},
        AnswerCase{
            "LongReasonIsCut",
            {"HTTP/1.1 500 0123456789012345678901234567890123456789012345678901234567890123X"},
            http(500, " 0123456789012345678901234567890123456789012345678901234567890123")},
        AnswerCase{"RedirectNamesTheOriginOnly",
                   {"HTTP/1.1 302 Found", "Location: https://b.example:81/p?token=s"},
                   http(302, " Found (to https://b.example:81; redirects are not followed)")},
        AnswerCase{"RedirectWithUserinfoNamesNothing",
                   {"HTTP/1.1 301 Moved", "Location: https://u:p@b.example/"},
                   http(301, " Moved")},
        AnswerCase{"RelativeRedirect", {"HTTP/1.1 307 x", "Location: /login"}, http(307, " x")},
        AnswerCase{"RedirectWithoutLocation", {"HTTP/1.1 308 x"}, http(308, " x")}),
    kName);

struct AcceptCase {
  const char* name;
  std::string (*line)(std::string);  // from the right value
  std::string story;
};
class Accept : public testing::TestWithParam<AcceptCase> {};

TEST_P(Accept, IsComparedExactly) {
  Dialogue dialogue({.host = "h"});
  std::string text = test::accepting_answer(dialogue.request());
  const std::size_t at = text.find("Sec-WebSocket-Accept: ");
  const std::size_t end = text.find("\r\n", at);
  text.replace(at, end - at, GetParam().line(text.substr(at + 22, end - at - 22)));
  EXPECT_EQ(dialogue.receive(text).told(), GetParam().story);
}

INSTANTIATE_TEST_SUITE_P(
    Spellings, Accept,
    testing::Values(
        AcceptCase{"Right", [](std::string v) { return "Sec-WebSocket-Accept: " + v; }, "opened"},
        AcceptCase{"NoBlank", [](std::string v) { return "Sec-WebSocket-Accept:" + v; }, "opened"},
        AcceptCase{"BlanksAround",
                   [](std::string v) { return "Sec-WebSocket-Accept: \t " + v + " \t"; }, "opened"},
        AcceptCase{"NameInOtherCase", [](std::string v) { return "sEC-webSOCKET-accept: " + v; },
                   "opened"},
        AcceptCase{"ValueInOtherCase",
                   [](std::string v) {
                     for (char& c : v)
                       if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
                     return "Sec-WebSocket-Accept: " + v;
                   },
                   kMismatch},
        AcceptCase{
            "WithoutPadding",
            [](std::string v) { return "Sec-WebSocket-Accept: " + v.substr(0, v.size() - 1); },
            kMismatch},
        AcceptCase{"Quoted", [](std::string v) { return "Sec-WebSocket-Accept: \"" + v + "\""; },
                   kMismatch},
        AcceptCase{"InAList", [](std::string v) { return "Sec-WebSocket-Accept: " + v + ", x"; },
                   kMismatch},
        AcceptCase{"TheSameTwice",
                   [](std::string v) {
                     return "Sec-WebSocket-Accept: " + v + "\r\nSec-WebSocket-Accept: " + v;
                   },
                   bad("Sec-WebSocket-Accept stands twice")}),
    kName);

class InterimAnswers : public testing::TestWithParam<int> {};

TEST_P(InterimAnswers, AreSkippedUpToFive) {
  Dialogue dialogue;
  std::string wire;
  for (int i = 0; i < GetParam(); ++i) wire += "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
  dialogue.receive(wire + test::accepting_answer(dialogue.request()));
  EXPECT_EQ(dialogue.told(), GetParam() <= 5 ? "opened" : bad("more than 5 interim responses"));
}
INSTANTIATE_TEST_SUITE_P(Counted, InterimAnswers, testing::Values(0, 1, 4, 5, 6, 20));

TEST(Upgrade, RefusesSubprotocolsWhenNoneWasOffered) {
  Dialogue dialogue;
  EXPECT_EQ(dialogue.request().find("Sec-WebSocket-Protocol"), std::string::npos);
  dialogue.receive(answer(dialogue.request(), {"Sec-WebSocket-Protocol: a"}));
  EXPECT_EQ(dialogue.told(), kUnoffered);
}

TEST(Upgrade, RefusesAServerThatChoosesNoSubprotocolIfOneIsRequired) {
  const SessionSettings settings{.host = "h", .subprotocols = {"a"}, .subprotocol_required = true};
  Dialogue none(settings);
  none.receive(answer(none.request(), {}));
  EXPECT_EQ(none.told(), bad("no subprotocol, and one is required"));
  Dialogue chosen(settings);
  chosen.receive(answer(chosen.request(), {"Sec-WebSocket-Protocol: a"}));
  EXPECT_EQ(chosen.told(), "opened:a");
}

TEST(Upgrade, RefusesAServerThatDeclinesARequiredExtension) {
  Dialogue dialogue({.host = "h", .deflate = {.offer = DeflateSettings::Offer::Required}});
  dialogue.receive(answer(dialogue.request(), {}));
  EXPECT_EQ(dialogue.told(),
            "ended(protocol/upgrading 0: the server declined permessage-deflate, which is "
            "required)");
}

TEST(Upgrade, TellsTheAnswersFieldsAsTheyCame) {
  SeededRandom random(1);
  Session session({.host = "h"}, random, test::kStart);
  const std::string wire =
      test::accepting_answer(as_text(session.output()), "X-Node: a\r\nSet-Cookie: b\r\n");
  session.receive(as_bytes(wire), test::kStart);
  const auto event = session.next_event();
  const auto& opened = std::get<Opened>(event.value());
  ASSERT_EQ(opened.headers.size(), 5U);
  EXPECT_EQ(opened.headers[3], std::pair(std::string("X-Node"), std::string("a")));
  EXPECT_EQ(opened.extensions, "");
}

}  // namespace
}  // namespace wsrelay::ws
