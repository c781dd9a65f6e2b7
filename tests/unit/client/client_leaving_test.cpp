#include "unit/client/rig.hpp"

namespace wsrelay::client {
namespace {

using ws::Opcode;

class ClientLeaving : public ClientTest {
 protected:
  ClientLeaving() { floor.tells_all = true; }
};

TEST_F(ClientLeaving, StopSaysItsCodeAndReason) {
  start_ready();
  client->stop(static_cast<ws::CloseCode>(4000), "enough");
  sim.settle();
  ASSERT_EQ(dialer.peer().frames.size(), 1U);
  EXPECT_EQ(dialer.peer().frames[0].payload,
            "\x0F\xA0"
            "enough");
  EXPECT_EQ(state(), State::Stopped);
}

TEST_F(ClientLeaving, StopSendsTheOwnQueueFirst) {
  start();
  ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
  ASSERT_TRUE(send(Opcode::Text, "one"));
  floor.say("two");
  client->stop();
  ASSERT_TRUE(send(Opcode::Text, "three"));
  sim.settle();
  EXPECT_EQ(frames(), "1:one 1:three 1:two 8:\x03\xE9");
}

TEST_F(ClientLeaving, AnUnfinishedMessageDoesNotHoldItUp) {
  start_ready();
  ASSERT_TRUE(send(Opcode::Text, "a", false));
  client->stop();
  sim.settle();
  EXPECT_EQ(state(), State::Stopped);
  EXPECT_EQ(frames(), "1+:a 8:\x03\xE9");
}

TEST_F(ClientLeaving, CloseConnectsAgain) {
  start_ready();
  told();
  client->close(ws::CloseCode::Normal, "again");
  ASSERT_TRUE(sim.advance_until([&] { return dialer.peers.size() == 2 && ready(); }));
  EXPECT_EQ(told(),
            "closing close(1000 clean us) server_close:closing resting attempt(1) connecting "
            "upgrading headers(101) open() ready ");
  EXPECT_EQ(frames_of(*dialer.peers[0]),
            "8:\x03\xE8"
            "again");
}

TEST_F(ClientLeaving, WhereNothingIsOpenThereIsNothingToClose) {
  dialer.plan({{.after = seconds(2)}});
  start();
  client->close();
  ASSERT_TRUE(until(State::Connecting));
  client->close();
  ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
  sim.advance(seconds(10));
  EXPECT_TRUE(ready());
  EXPECT_EQ(dialer.attempts.size(), 1U);
}

TEST_F(ClientLeaving, WhoIsToldOfTheOpeningMayClose) {
  int opened = 0;
  floor.when = [&](const std::string& word) {
    if (word == "open()" && ++opened == 1) client->close(ws::CloseCode::PolicyViolation);
  };
  start();
  ASSERT_TRUE(sim.advance_until([&] { return dialer.peers.size() == 2 && ready(); }));
  EXPECT_EQ(frames_of(*dialer.peers[0]), "8:\x03\xF0");
}

TEST_F(ClientLeaving, AbortSaysNothingAndGivesBackWhatWasPulled) {
  settings.ping.interval = Duration::zero();
  dialer.plan({{.pipe = {.capacity = 300}}});
  start_ready();
  told();
  dialer.peer().stop_reading();
  floor.say(std::string(1000, 'x'));
  ASSERT_TRUE(send(Opcode::Binary, std::string(1000, 'y')));
  ASSERT_TRUE(send(Opcode::Ping, ""));
  client->wake();
  sim.settle();
  client->abort();
  sim.settle();
  EXPECT_EQ(told(), "dropped(1) close(1006 unclean us) stopped finish ") << "the Ping is lost";
  EXPECT_EQ(floor.waiting.size(), 1U);
  EXPECT_TRUE(dialer.peer().is_alone());
  EXPECT_EQ(dialer.peer().texts(), "");
}

struct AbortRow {
  const char* name;
  State when;
};
class Abort : public ClientLeaving, public testing::WithParamInterface<AbortRow> {};

TEST_P(Abort, WorksInAnyState) {
  dialer.plan(
      {{.after = seconds(1),
        .peer = {.answer_close = false, .answer_upgrade = GetParam().when != State::Upgrading}}});
  start();
  ASSERT_TRUE(until(GetParam().when == State::Closing ? State::Ready : GetParam().when));
  if (GetParam().when == State::Closing) {
    client->close();
    ASSERT_TRUE(until(State::Closing));
  }
  client->abort();
  sim.settle();
  EXPECT_EQ(state(), State::Stopped);
  EXPECT_TRUE(told().ends_with("stopped finish "));
  client->abort();
  sim.settle();
  EXPECT_EQ(told(), "") << "twice is once";
  const std::size_t attempts = dialer.attempts.size();
  sim.advance(std::chrono::hours(1));
  EXPECT_EQ(dialer.attempts.size(), attempts);
}

INSTANTIATE_TEST_SUITE_P(Rows, Abort,
                         testing::Values(AbortRow{"Resting", State::Resting},
                                         AbortRow{"Connecting", State::Connecting},
                                         AbortRow{"Upgrading", State::Upgrading},
                                         AbortRow{"Ready", State::Ready},
                                         AbortRow{"Closing", State::Closing}),
                         [](const auto& row) { return row.param.name; });

TEST_F(ClientLeaving, AbortOvertakesAStopThatWaits) {
  dialer.plan({{.peer = {.answer_close = false}}});
  start_ready();
  client->stop();
  sim.settle();
  EXPECT_EQ(state(), State::Closing);
  client->abort();
  sim.settle();
  EXPECT_EQ(state(), State::Stopped);
}

TEST_F(ClientLeaving, AfterAStopItStartsAgain) {
  start_ready();
  client->stop();
  sim.settle();
  told();
  sim.advance(minutes(10));
  client->start();
  ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
  EXPECT_EQ(told(), "begin resting attempt(1) connecting upgrading headers(101) open() ready ");
  EXPECT_EQ(dialer.peers.size(), 2U);
}

TEST_F(ClientLeaving, StopAndStartInOneBreathIsARestart) {
  start_ready();
  client->stop();
  client->start();
  ASSERT_TRUE(sim.advance_until([&] { return dialer.peers.size() == 2 && ready(); }));
  EXPECT_EQ(frames_of(*dialer.peers[0]), "8:\x03\xE9");
}

TEST_F(ClientLeaving, StartAndStopInOneBreathIsAStop) {
  start();
  client->start();
  client->stop();
  sim.advance(minutes(1));
  EXPECT_EQ(state(), State::Stopped);
  EXPECT_TRUE(dialer.attempts.empty());
}

TEST_F(ClientLeaving, AMessageQueuedWhileStoppedIsSentAfterTheNextStart) {
  start_ready();
  client->stop();
  sim.settle();
  ASSERT_TRUE(send(Opcode::Text, "later"));
  sim.advance(minutes(1));
  EXPECT_EQ(state(), State::Stopped);
  client->start();
  ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
  sim.settle();
  EXPECT_EQ(frames(), "1:later");
}

// ---- bounds

struct StuckRow {
  const char* name;
  Duration write, close;
  Duration stalled_before;  // how long the server had read nothing when stop() came
  Duration until_stopped;   // from stop() on
};
class Stuck : public ClientLeaving, public testing::WithParamInterface<StuckRow> {};

TEST_P(Stuck, AServerThatReadsNothingDoesNotHoldUpAStop) {
  const StuckRow& row = GetParam();
  settings.ping.interval = Duration::zero();
  settings.timeouts.write = row.write;
  settings.timeouts.close = row.close;
  dialer.plan({{.pipe = {.capacity = 300}}});
  start_ready();
  dialer.peer().stop_reading();
  for (int i = 0; i < 10; ++i) floor.say(std::string(30'000, 'x'));
  client->wake();
  sim.advance(row.stalled_before);
  client->stop();
  const Instant asked = sim.now();
  ASSERT_TRUE(until(State::Stopped));
  EXPECT_EQ(sim.now() - asked, row.until_stopped);
  EXPECT_EQ(floor.waiting.size(), 10U);
  EXPECT_FALSE(client->status().last_close->clean);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Stuck,
    testing::Values(StuckRow{"BoundByClose", seconds(60), seconds(5), seconds(0), seconds(5)},
                    StuckRow{"FromTheStopOn", seconds(60), seconds(5), seconds(30), seconds(5)},
                    StuckRow{"BoundByWrite", seconds(7), seconds(30), seconds(0), seconds(7)},
                    StuckRow{"WriteIsNearer", seconds(20), seconds(5), seconds(18), seconds(2)}),
    [](const auto& row) { return row.param.name; });

TEST_F(ClientLeaving, AServerThatReadsSlowlyGetsItAll) {
  settings.ping.interval = Duration::zero();
  dialer.plan({{.pipe = {.capacity = 2000, .piece = 500, .stutter = true}}});
  start_ready();
  for (int i = 0; i < 20; ++i) floor.say(std::string(3000, 'x'));
  client->stop();
  ASSERT_TRUE(until(State::Stopped));
  EXPECT_EQ(floor.sent.size(), 20U);
  EXPECT_TRUE(client->status().last_close->clean);
}

TEST_F(ClientLeaving, ACloseThatCannotLeaveEndsInTime) {
  settings.ping.interval = Duration::zero();
  settings.timeouts.write = minutes(5);
  dialer.plan({{.pipe = {.capacity = 300}}});
  start_ready();
  dialer.peer().stop_reading();
  floor.say(std::string(1000, 'x'));
  client->close();
  sim.settle();
  ASSERT_EQ(state(), State::Closing);
  const Instant asked = sim.now();
  ASSERT_TRUE(until(State::Resting));
  EXPECT_EQ(sim.now() - asked, seconds(5));
  EXPECT_EQ(floor.errors.at(0).phase, "closing");
}

TEST_F(ClientLeaving, ATrickleDoesNotProlongAClose) {
  settings.ping.interval = Duration::zero();
  dialer.plan({{.pipe = {.capacity = 300}}});
  start_ready();
  dialer.peer().stop_reading();
  floor.say(std::string(1000, 'x'));
  client->close();
  sim.advance(seconds(3));
  dialer.peer().stop_reading(false);
  dialer.peer().run({.now = sim.now()});  // takes what there is, once
  dialer.peer().stop_reading();
  sim.advance(seconds(2));
  EXPECT_EQ(state(), State::Resting);
}

TEST_F(ClientLeaving, AComplaintThatCannotLeaveEndsInTime) {
  settings.ping.interval = Duration::zero();
  settings.timeouts.write = minutes(5);
  dialer.plan({{.pipe = {.capacity = 300}}});
  start_ready();
  dialer.peer().stop_reading();
  floor.say(std::string(1000, 'x'));
  client->wake();
  sim.settle();
  dialer.peer().send(3, "reserved");
  const Instant asked = sim.now();
  ASSERT_TRUE(until(State::Resting));
  EXPECT_EQ(sim.now() - asked, seconds(5));
  EXPECT_EQ(floor.errors.at(0).fault, Fault::Protocol);
}

// ---- the last second (RFC 6455 §7.1.1)

TEST_F(ClientLeaving, OurComplaintIsNotOvertakenByAReset) {
  dialer.plan({{.peer = {.answer_close = false}}, failing({.fault = Fault::Tcp, .text = "x"})});
  start_ready();
  dialer.peer().send(3, "reserved");
  sim.settle();
  EXPECT_EQ(state(), State::Resting) << "nobody waits for it";
  EXPECT_TRUE(dialer.peer().saw_end());
  EXPECT_FALSE(dialer.peer().is_alone());
  dialer.peer().send(1, "what was under way is still taken");
  sim.settle();
  EXPECT_TRUE(floor.received.empty());
  EXPECT_FALSE(dialer.peer().is_alone());
  dialer.peer().hang_up();
  EXPECT_EQ(frames().substr(0, 4), "8:\x03\xEA");
}

TEST_F(ClientLeaving, AServerThatNeverEndsTheStreamIsLeftAfterASecond) {
  settings.reconnect.delay = {.first = minutes(10), .max = minutes(10)};
  start();
  client->start();
  ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
  dialer.peer().send_close(1012);
  sim.settle();
  ASSERT_EQ(state(), State::Resting);
  sim.advance(milliseconds(900));
  EXPECT_FALSE(dialer.peer().is_alone());
  sim.advance(milliseconds(200));
  EXPECT_TRUE(dialer.peer().is_alone());
}

TEST_F(ClientLeaving, TheNextAttemptDoesNotWaitForIt) {
  start_ready();
  dialer.peer().send_close(4000);
  sim.settle();
  client->start();
  sim.advance(milliseconds(10));
  EXPECT_TRUE(ready());
  EXPECT_TRUE(dialer.peers[0]->is_alone());
}

TEST_F(ClientLeaving, WhoIsStoppedHasNoDescriptorLeftAfterTheServersEnd) {
  dialer.plan({{.peer = {.hangs_up = true}}});
  start_ready();
  client->stop();
  sim.settle();
  EXPECT_EQ(state(), State::Stopped);
  EXPECT_EQ(sim.next_moment(), Instant::max()) << "nothing is waited for";
}

}  // namespace
}  // namespace wsrelay::client
