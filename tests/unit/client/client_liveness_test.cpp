#include "unit/client/rig.hpp"

namespace wsrelay::client {
namespace {

class ClientLiveness : public ClientTest {
 protected:
  ClientLiveness() { settings.ping = {.interval = seconds(20), .timeout = seconds(10)}; }
  std::size_t pings() const {
    const auto& frames = dialer.peers.back()->frames;
    return static_cast<std::size_t>(std::count_if(
        frames.begin(), frames.end(), [](const auto& frame) { return frame.opcode == 9; }));
  }
  /// A data frame of `size` bytes comes in, `step` bytes a second, for `span`.
  void trickle(std::size_t size, std::size_t step, Duration span) {
    std::string frame = "\x81\x7F" + std::string(6, '\0');
    frame[2 + 5] = static_cast<char>(size >> 16);
    frame += static_cast<char>(size >> 8);
    frame += static_cast<char>(size);
    dialer.peer().send_raw(frame);
    for (Duration gone{}; gone < span && ready(); gone += seconds(1)) {
      dialer.peer().send_raw(std::string(step, 'x'));
      sim.advance(seconds(1));
    }
  }
};

TEST_F(ClientLiveness, APongBehindALargeMessageIsWaitedFor) {
  dialer.plan({{.peer = {.pong = false}}});
  start_ready();
  sim.advance(seconds(15));
  trickle(100'000, 1000, seconds(35));
  EXPECT_TRUE(ready()) << "20 s without an answer to the Ping, but it talks";
}

TEST_F(ClientLiveness, AndNotForEver) {
  dialer.plan({{.peer = {.pong = false}}});
  start_ready();
  const Instant opened = sim.now();
  trickle(1'000'000, 100, minutes(10));
  EXPECT_FALSE(ready());
  EXPECT_EQ(floor.errors.at(0).fault, Fault::PongTimeout);
  EXPECT_EQ(sim.now() - opened, seconds(60)) << "the Ping, and four times its time-out";
}

TEST_F(ClientLiveness, ALatePongMayBeAWarningOnly) {
  settings.ping.on_timeout = Ping::OnTimeout::Warn;
  dialer.plan({{.peer = {.pong = false}}});
  start_ready();
  sim.advance(minutes(10));
  EXPECT_TRUE(ready());
  EXPECT_EQ(dialer.attempts.size(), 1U);
  ASSERT_EQ(floor.errors.size(), 1U) << "told once";
  EXPECT_EQ(floor.errors[0].fault, Fault::PongTimeout);
  EXPECT_EQ(floor.errors[0].phase, "ready");
  EXPECT_EQ(client->status().last_error, floor.errors[0]);
  EXPECT_GT(pings(), 10U) << "and it goes on asking";
}

TEST_F(ClientLiveness, TheDeadAreToldGoodByeAllTheSame) {
  dialer.plan({{.peer = {.pong = false}}});
  start_ready();
  ASSERT_TRUE(until(State::Resting));
  sim.settle();
  EXPECT_EQ(dialer.peers[0]->frames.back().opcode, 8);
  EXPECT_EQ(dialer.peers[0]->frames.back().payload.substr(0, 2), "\x03\xE9");
  EXPECT_EQ(client->status().last_close->code, 1006);
}

TEST_F(ClientLiveness, AFeedThatFallsSilentIsIdle) {
  settings.data.after = minutes(2);
  start_ready();
  for (int i = 0; i < 10; ++i) {
    sim.advance(seconds(100));
    dialer.peer().send(2, "tick");
    sim.settle();
  }
  EXPECT_TRUE(ready());
  const Instant last = sim.now();
  ASSERT_TRUE(until(State::Resting));
  EXPECT_EQ(sim.now() - last, minutes(2));
  EXPECT_EQ(floor.errors.at(0).fault, Fault::Timeout);
  EXPECT_EQ(floor.errors.at(0).phase, "ready");
  EXPECT_EQ(floor.errors.at(0).text, "idle: no data for 2m");
}

TEST_F(ClientLiveness, PingsAndPongsAreNoData) {
  settings.data.after = minutes(2);
  start_ready();
  for (int i = 0; i < 11; ++i) {
    dialer.peer().send(9, std::string(125, 'x'));
    dialer.peer().send(10, std::string(125, 'x'));
    sim.advance(seconds(10));
  }
  EXPECT_TRUE(ready());
  sim.advance(seconds(10));
  EXPECT_FALSE(ready());
}

TEST_F(ClientLiveness, NorAreControlFramesThatComeInPieces) {
  settings.data.after = minutes(2);
  settings.ping.interval = Duration::zero();
  start_ready();
  for (int i = 0; i < 12; ++i) {  // some servers write a frame's head and its payload apart
    dialer.peer().send_raw("\x8A\x7D");
    sim.advance(seconds(5));
    dialer.peer().send_raw(std::string(125, 'x'));
    sim.advance(seconds(5));
  }
  EXPECT_FALSE(ready());
}

TEST_F(ClientLiveness, ALongMessageOnItsWayIsData) {
  settings.data.after = seconds(30);
  settings.ping.interval = Duration::zero();
  start_ready();
  trickle(100'000, 1000, seconds(90));
  EXPECT_TRUE(ready()) << "a minute and a half, and no whole message yet";
}

TEST_F(ClientLiveness, APauseIsNoIdleness) {
  settings.data.after = minutes(2);
  start_ready();
  client->pause(true);
  sim.advance(minutes(10));
  client->pause(false);
  sim.advance(minutes(1));
  EXPECT_TRUE(ready());
  sim.advance(minutes(1));
  EXPECT_FALSE(ready());
}

TEST_F(ClientLiveness, BothChangeUnderALivingConnection) {
  start_ready();
  sim.advance(seconds(5));
  settings.ping.interval = seconds(2);
  settings.data.after = seconds(60);
  client->adjust(settings);
  sim.advance(seconds(11));
  EXPECT_EQ(pings(), 5U);
  settings.data.after = seconds(17);
  client->adjust(settings);
  ASSERT_TRUE(until(State::Resting));
  EXPECT_EQ(floor.errors.at(0).text, "idle: no data for 17s");
  EXPECT_EQ(dialer.attempts.size(), 1U);
}

TEST_F(ClientLiveness, TheWriteTimeOutToo) {
  settings.timeouts.write = minutes(10);
  settings.ping.interval = Duration::zero();
  dialer.plan({{.pipe = {.capacity = 300}}});
  start_ready();
  dialer.peer().stop_reading();
  floor.say(std::string(1000, 'x'));
  client->wake();
  sim.advance(seconds(5));
  settings.timeouts.write = seconds(7);
  client->adjust(settings);
  sim.advance(seconds(2));
  EXPECT_FALSE(ready());
  EXPECT_EQ(floor.errors.at(0).fault, Fault::WriteTimeout);
}

}  // namespace
}  // namespace wsrelay::client
