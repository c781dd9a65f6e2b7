// What ends a session while something waits to be told ends it only when that may have been
// answered.
#include <gtest/gtest.h>

#include "unit/ws/session_story.hpp"

namespace wsrelay::ws {
namespace {

using namespace std::chrono_literals;
using test::client_frames;
using test::close_frame;
using test::hex;
using test::kStart;
using test::text_frame;

// An owner that echoes each message when it is told, and ticks when the deadline says so.
class Echoer {
 public:
  Echoer() : session_({.host = "h", .max_message = 1000}, random_, kStart) {
    session_.receive(as_bytes(test::accepting_answer(as_text(session_.output()))), kStart);
    session_.output_taken(session_.output().size());
    turn();
  }

  Session& session() { return session_; }
  Echoer& receive(std::string_view bytes) {
    session_.receive(as_bytes(bytes), kStart);
    return *this;
  }
  /// One turn of a loop: what happened is told and answered.
  Echoer& turn() {
    while (const auto event = session_.next_event()) {
      const auto* received = std::get_if<Received>(&*event);
      if (received != nullptr && session_.is_open()) session_.send(received->message);
      told_ += (told_.empty() ? "" : " ") + test::story_of(*event);
    }
    return *this;
  }
  Echoer& tick() {
    session_.tick(kStart);
    return turn();
  }
  /// Turns until there is nothing to be done now.
  Echoer& run() {
    turn();
    for (int i = 0; i < 10 && session_.deadline() <= kStart; ++i) tick();
    return *this;
  }

  std::string told() const { return told_; }
  std::string sent() {
    std::string out;
    for (const auto& frame : client_frames(as_text(session_.output()))) {
      if (!out.empty()) out += ' ';
      const auto code = [&](std::size_t i) { return static_cast<unsigned char>(frame.payload[i]); };
      out += frame.opcode == 8 ? fmt::format("close:{}", code(0) << 8 | code(1))
                               : fmt::format("{:x}:{}", frame.opcode, frame.payload);
    }
    return out;
  }

 private:
  SeededRandom random_{3};
  Session session_;
  std::string told_;
};

struct EndCase {
  const char* name;
  std::string wire;
  std::string told;  // after "opened"
  std::string sent;
};
class EndAfterGood : public testing::TestWithParam<EndCase> {};

TEST_P(EndAfterGood, ComesAfterTheAnswersHoweverTheBytesAreCut) {
  const auto& row = GetParam();
  for (std::size_t piece = 1; piece <= row.wire.size(); ++piece) {
    Echoer echoer;
    for (std::size_t at = 0; at < row.wire.size(); at += piece)
      echoer.receive(std::string_view(row.wire).substr(at, piece)).run();
    ASSERT_EQ(echoer.told(), "opened " + row.told) << "in pieces of " << piece;
    ASSERT_EQ(echoer.sent(), row.sent) << "in pieces of " << piece;
    ASSERT_TRUE(echoer.session().is_finished());
  }
}

const std::string kA = text_frame("a");
const std::string kPing = hex("89 01 70");

std::string ended(int code, std::string_view text) {
  return fmt::format("ended({}/ready {}: {})", code == 1009 ? "too_large" : "protocol", code, text);
}

INSTANTIATE_TEST_SUITE_P(
    InOneRead, EndAfterGood,
    testing::Values(
        EndCase{"ReservedBit", kA + hex("a1 00") + kPing,
                "text:a " + ended(1002, "reserved bit set"), "1:a close:1002"},
        EndCase{"ReservedOpcode", kA + hex("85 00") + kPing,
                "text:a " + ended(1002, "unknown opcode"), "1:a close:1002"},
        EndCase{"ReservedControlOpcode", kA + hex("8d 00") + kPing,
                "text:a " + ended(1002, "unknown opcode"), "1:a close:1002"},
        EndCase{"OrphanContinuation", hex("01 01 61 80 01 62 00 01 63") + kA,
                "text:ab " + ended(1002, "continuation of no message"), "1:ab close:1002"},
        EndCase{"MessageTooLarge", kA + hex("82 7e 03e9"),
                "text:a " + ended(1009, "message larger than allowed"), "1:a close:1009"},
        EndCase{"BadUtf8", kA + kA + hex("81 01 ff"),
                "text:a text:a " + ended(1007, "text is not UTF-8"), "1:a 1:a close:1007"},
        EndCase{"BadClose", kA + hex("88 01 03"), "text:a " + ended(1002, "Close with half a code"),
                "1:a close:1002"},
        EndCase{"ServersClose", kA + close_frame(1000, "bye"),
                "text:a closed:1000:bye:server ended", "1:a close:1000"},
        EndCase{"ServersCloseAndMore", kA + close_frame(1000) + kA + kPing,
                "text:a closed:1000::server ended", "1:a close:1000"},
        EndCase{"PingGoesFirst", kPing + kA + hex("83 00"),
                "ping:p text:a " + ended(1002, "unknown opcode"), "a:p 1:a close:1002"},
        EndCase{"NothingBefore", hex("83 00") + kA, ended(1002, "unknown opcode"), "close:1002"},
        EndCase{"HalfAMessageBefore", hex("01 01 61 83 00"), ended(1002, "unknown opcode"),
                "close:1002"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(SessionEnd, ComesAtOnceIfNothingWaitsToBeTold) {
  Echoer echoer;
  echoer.receive(hex("83 00"));
  EXPECT_TRUE(echoer.session().is_finished());
  EXPECT_EQ(echoer.session().deadline(), Instant::max());
  EXPECT_EQ(echoer.sent(), "close:1002");
}

TEST(SessionEnd, LeavesTheSessionOpenAndDeafUntilTheNextCall) {
  Echoer echoer;
  echoer.receive(kA + hex("83 00"));
  Session& session = echoer.session();
  EXPECT_TRUE(session.is_open());
  EXPECT_FALSE(session.is_closing() || session.is_finished());
  EXPECT_EQ(session.deadline(), Instant::min());
  EXPECT_EQ(echoer.sent(), "");
  session.send({Message::Kind::Text, to_bytes("still")});
  EXPECT_EQ(echoer.turn().tick().told(), "opened text:a " + ended(1002, "unknown opcode"));
  EXPECT_EQ(echoer.sent(), "1:still 1:a close:1002");
}

TEST(SessionEnd, ComesWithMoreBytesToo) {
  Echoer echoer;
  echoer.receive(kA + hex("83 00")).turn();
  EXPECT_EQ(echoer.session().receive(as_bytes(kA), kStart), kA.size()) << "taken and ignored";
  EXPECT_EQ(echoer.turn().told(), "opened text:a " + ended(1002, "unknown opcode"));
}

TEST(SessionEnd, ComesBeforeTheEndOfTheStreamIsNoticed) {
  Echoer violated;
  violated.receive(kA + hex("83 00")).turn().session().receive_eof(kStart);
  EXPECT_EQ(violated.turn().told(), "opened text:a " + ended(1002, "unknown opcode"));
  Echoer closed;
  closed.receive(kA + close_frame(1000)).turn().session().receive_eof(kStart);
  EXPECT_EQ(closed.turn().told(), "opened text:a closed:1000::server ended");
}

TEST(SessionEnd, ComesBeforeAnyCloseOfOurs) {
  Echoer violated;
  violated.receive(kA + hex("83 00")).turn().session().close(CloseCode::GoingAway, "", kStart);
  EXPECT_EQ(violated.turn().told(), "opened text:a " + ended(1002, "unknown opcode"));
  EXPECT_EQ(violated.sent(), "1:a close:1002");
  Echoer closed;
  closed.receive(kA + close_frame(1000)).turn().session().close(CloseCode::GoingAway, "", kStart);
  EXPECT_EQ(closed.turn().told(), "opened text:a closed:1000::server ended");
  EXPECT_EQ(closed.sent(), "1:a close:1000");
}

TEST(SessionEnd, DoesNotWaitOnceWeHaveClosed) {
  Echoer violated;
  violated.session().close(CloseCode::Normal, "", kStart);
  violated.receive(kA + hex("83 00"));
  EXPECT_TRUE(violated.session().is_finished());
  EXPECT_EQ(violated.turn().told(), "opened text:a ended(protocol/closing 1002: unknown opcode)");
  Echoer closed;
  closed.session().close(CloseCode::Normal, "", kStart);
  closed.receive(kA + close_frame(1000));
  EXPECT_TRUE(closed.session().is_finished());
  EXPECT_EQ(closed.turn().told(), "opened text:a closed:1000::us ended");
}

}  // namespace
}  // namespace wsrelay::ws
