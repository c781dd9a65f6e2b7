#include "ws/refusal.hpp"

#include <gtest/gtest.h>

#include "unit/ws/session_story.hpp"

namespace wsrelay::ws {
namespace {

using namespace std::chrono_literals;
using test::Dialogue;

const std::string kBusy = "ended(http/upgrading 503: the server answered 503 Busy)";
const auto kName = [](const auto& row) { return std::string(row.param.name); };

struct RefusalCase {
  const char* name;
  std::string fields;
  std::string body;
  std::string told;          // of the body, ":" before it
  std::string waiting = "";  // told before the end of the stream; empty: all is told at once
};
class RefusedUpgrade : public testing::TestWithParam<RefusalCase> {};

TEST_P(RefusedUpgrade, IsToldInFullHoweverItIsCut) {
  const auto& row = GetParam();
  const std::string wire = "HTTP/1.1 503 Busy\r\n" + row.fields + "\r\n" + row.body;
  for (std::size_t piece = 1; piece <= wire.size(); piece += piece < 20 ? 1 : 13) {
    Dialogue dialogue;
    dialogue.receive(wire, piece);
    const std::string all = "refused:503" + row.told + " " + kBusy;
    ASSERT_EQ(dialogue.told(), row.waiting == "waits" ? "" : all) << "in pieces of " << piece;
    ASSERT_EQ(dialogue.session().is_finished(), row.waiting != "waits");
    ASSERT_FALSE(dialogue.session().is_open() || dialogue.session().is_closing());
    dialogue.eof();
    ASSERT_EQ(dialogue.told(), all) << "in pieces of " << piece;
    ASSERT_EQ(dialogue.sent(), "");
  }
}

const std::string kLong(200, 'x');

INSTANTIATE_TEST_SUITE_P(
    Bodies, RefusedUpgrade,
    testing::Values(
        RefusalCase{"None", "", "", ""}, RefusalCase{"NoLengthIsNotWaitedFor", "", "oops", ""},
        RefusalCase{"Whole", "Content-Length: 4\r\n", "oops", ":oops"},
        RefusalCase{"MoreThanAnnounced", "Content-Length: 4\r\n", "oops and more", ":oops"},
        RefusalCase{"NotAllCame", "content-length: 5\r\n", "oops", ":oops", "waits"},
        RefusalCase{"NothingCame", "Content-Length: 5\r\n", "", "", "waits"},
        RefusalCase{"ZeroLength", "Content-Length: 0\r\n", "oops", ""},
        RefusalCase{"ExactlyTheMost", "Content-Length: 200\r\n", kLong, ":(200 bytes)"},
        RefusalCase{"OnlyTheFirst200", "Content-Length: 201\r\n", kLong, ":(200 bytes)"},
        RefusalCase{"AHugeLengthCannotWrap", "Content-Length: 184467440737095516160\r\n", kLong,
                    ":(200 bytes)"},
        RefusalCase{"AHugeLengthWithoutABody", "Content-Length: 99999999999999999999\r\n", "a",
                    ":a", "waits"},
        RefusalCase{"BinaryBody", "Content-Length: 2\r\n", std::string("\0\xFF", 2), ":\\00\\ff"},
        RefusalCase{"ChunkedIsNotRead", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
                    "4\r\noops\r\n0\r\n\r\n", ""},
        RefusalCase{"NegativeLength", "Content-Length: -1\r\n", "oops", ""},
        RefusalCase{"LengthWithSign", "Content-Length: +4\r\n", "oops", ""},
        RefusalCase{"LengthThatIsNone", "Content-Length: four\r\n", "oops", ""},
        RefusalCase{"EmptyLength", "Content-Length:\r\n", "oops", ""},
        RefusalCase{"LengthList", "Content-Length: 4, 4\r\n", "oops", ""},
        RefusalCase{"TwoLengths", "Content-Length: 4\r\nContent-Length: 4\r\n", "oops", ""}),
    kName);

TEST(Refusal, OfAStatusWithoutABodyWaitsForNone) {
  for (const auto status : {"204 x", "304 x"}) {
    Dialogue dialogue;
    dialogue.receive(fmt::format("HTTP/1.1 {}\r\nContent-Length: 4\r\n\r\n", status));
    EXPECT_TRUE(dialogue.session().is_finished()) << status;
  }
}

TEST(Refusal, IsToldWithWhatCameWhenTheUpgradesTimeIsUp) {
  Dialogue dialogue({.host = "h", .upgrade_timeout = 10s});
  dialogue.receive("HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\ntry ");
  EXPECT_EQ(dialogue.session().deadline(), test::kStart + 10s);
  dialogue.pass(9s);
  EXPECT_EQ(dialogue.receive("later").tick().told(), "");
  dialogue.pass(1s);
  EXPECT_EQ(dialogue.tick().told(), "refused:503:try\\20later " + kBusy);
  EXPECT_EQ(dialogue.session().deadline(), Instant::max());
}

TEST(Refusal, IsForgottenIfTheSessionIsClosedFirst) {
  Dialogue dialogue;
  dialogue.receive("HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\ntry ").close(1000);
  EXPECT_EQ(dialogue.receive("later").eof().told(), "ended");
}

TEST(Refusal, TellsTheFieldsAsTheyCame) {
  SeededRandom random(1);
  Session session({.host = "h"}, random, test::kStart);
  session.receive(as_bytes("HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nx-a:  b \r\n\r\n"),
                  test::kStart);
  const auto event = session.next_event();
  const auto& refused = std::get<Refused>(event.value());
  EXPECT_EQ(refused.status, 429);
  const Fields expected = {{"Retry-After", "7"}, {"x-a", "b"}};
  EXPECT_EQ(refused.headers, expected);
  EXPECT_EQ(std::get<Ended>(session.next_event().value()).error->http_status, 429);
}

}  // namespace
}  // namespace wsrelay::ws
