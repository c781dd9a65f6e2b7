#include "support/ws_server_frames.hpp"
#include "unit/client/rig.hpp"

namespace wsrelay::client {
namespace {

TEST_F(ClientTest, GoesThroughItsStatesToReady) {
  start_ready();
  EXPECT_EQ(told(), "connecting upgrading open() ready ");
  EXPECT_EQ(dialer.targets.front().url.host, "example.test");
  EXPECT_NE(dialer.peer().request().find("GET /feed HTTP/1.1\r\n"), std::string::npos);
  EXPECT_NE(dialer.peer().request().find("\r\nHost: example.test\r\n"), std::string::npos);
}

TEST_F(ClientTest, CarriesMessagesBothWays) {
  dialer.plan({{.peer = {.echo = true}}});
  start_ready();
  for (const char* text : {"one", "two", "three"}) floor.say(text);
  client->wake();
  sim.settle();
  const std::vector<std::string> all{"one", "two", "three"};
  EXPECT_EQ(floor.sent, all);
  EXPECT_EQ(floor.received, all);
}

TEST_F(ClientTest, StutteringStreamsTellTheSameStory) {
  for (const std::size_t piece : {1U, 2U, 7U, 100U, 4096U}) {
    SCOPED_TRACE(piece);
    told();
    floor.sent.clear();
    floor.received.clear();
    dialer.plan({{.pipe = {.capacity = 64 * 1024, .piece = piece, .stutter = true},
                  .peer = {.echo = true}}});
    start_ready();
    const std::string large(3000, 'x');
    floor.say("small");
    floor.say(large);
    floor.say("");
    client->wake();
    sim.advance(seconds(1));
    EXPECT_EQ(floor.received, (std::vector<std::string>{"small", large, ""}));
    EXPECT_EQ(floor.sent, floor.received);
    EXPECT_EQ(told(), "connecting upgrading open() ready ");
    client.reset();
  }
}

TEST_F(ClientTest, SendsItsHeadersAndSubprotocols) {
  settings.headers = {
      {"X-Token", {.source = SecretRef::Source::Literal, .literal = Secret("s3cret")}}};
  settings.subprotocols = {"v2", "v1"};
  dialer.plan({{.peer = {.subprotocol = "v1"}}});
  start_ready();
  EXPECT_NE(dialer.peer().request().find("\r\nX-Token: s3cret\r\n"), std::string::npos);
  EXPECT_EQ(client->status().subprotocol, "v1");
}

TEST_F(ClientTest, AMissingSecretRestsAndIsTriedAgain) {
  settings.headers = {{"X", {.source = SecretRef::Source::File, .name = "/nonexistent/secret"}}};
  start();
  ASSERT_TRUE(sim.advance_until([&] { return client->status().attempt == 3; }));
  EXPECT_TRUE(dialer.attempts.empty()) << "nobody is called for nothing";
  EXPECT_EQ(client->status().last_error->fault, Fault::Local);
  EXPECT_NE(client->status().last_error->text.find("/nonexistent/secret"), std::string::npos);
}

// ---- rests ----

TEST_F(ClientTest, RestsDoubleUpToTheCapWithFullJitter) {
  dialer.plan({{.failure = Error{.fault = Fault::Tcp, .text = "connection refused"}}});
  start();
  ASSERT_TRUE(
      sim.advance_until([&] { return dialer.attempts.size() == 40; }, std::chrono::hours(10)));
  Duration longest_late{};
  for (std::size_t i = 1; i < dialer.attempts.size(); ++i) {
    const Duration rest = dialer.attempts[i] - dialer.attempts[i - 1];
    const Duration bound =
        std::min<Duration>(seconds(60), seconds(1) * (1LL << std::min<std::size_t>(i - 1, 10)));
    EXPECT_LE(rest, bound) << "rest " << i;
    if (i > 8) longest_late = std::max(longest_late, rest);
  }
  EXPECT_GT(longest_late, seconds(30)) << "full jitter reaches over the whole span";
  EXPECT_EQ(client->status().attempt, 40U);
}

TEST_F(ClientTest, AShortLivedConnectionDoesNotResetTheDoubling) {
  start();
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
    dialer.peer().hang_up();
    ASSERT_TRUE(sim.advance_until([&] { return !ready(); }));
  }
  Duration longest{};
  for (std::size_t i = 8; i < dialer.attempts.size(); ++i)
    longest = std::max(longest, dialer.attempts[i] - dialer.attempts[i - 1]);
  EXPECT_GT(longest, seconds(10));
}

TEST_F(ClientTest, AnAttemptThatFailsAtOnceIsStillToldAsARest) {
  dialer.plan(
      {{.failure = Error{.fault = Fault::Tcp, .text = "refused"}, .after = Duration::zero()}});
  start();
  ASSERT_TRUE(sim.advance_until([&] { return dialer.attempts.size() == 3; }));
  sim.settle();
  EXPECT_EQ(told(), "tcp:connecting resting tcp:connecting resting tcp:connecting resting ");
  EXPECT_EQ(client->status().attempt, 3U);
}

TEST_F(ClientTest, TheFirstRoundTripIsToldAndTheLaterOnesAreNot) {
  start_ready();
  told();
  sim.advance(std::chrono::minutes(5));
  EXPECT_EQ(told(), "ready ");
}

TEST_F(ClientTest, AStableOneDoes) {
  start();
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
    sim.advance(seconds(31));
    dialer.peer().hang_up();
    ASSERT_TRUE(sim.advance_until([&] { return !ready(); }));
    EXPECT_LE(client->status().next_attempt - sim.now(), seconds(1));
  }
}

TEST_F(ClientTest, ConnectsAgainAfterACleanClose) {
  start_ready();
  dialer.peer().send_close(1000, "bye");
  ASSERT_TRUE(sim.advance_until([&] { return dialer.peers.size() == 2 && ready(); }));
  EXPECT_EQ(told(),
            "connecting upgrading open() ready closing close(1000 clean server) server_close:ready "
            "resting "
            "connecting upgrading open() ready ");
}

// ---- every phase has its deadline ----

TEST_F(ClientTest, ASilentServerFailsTheUpgradeInTime) {
  dialer.plan({{.peer = {.answer_upgrade = false}}});
  start();
  ASSERT_TRUE(sim.advance_until([&] { return client->status().last_error.has_value(); }));
  EXPECT_EQ(client->status().last_error->fault, Fault::Timeout);
  EXPECT_EQ(client->status().last_error->phase, "upgrading");
  EXPECT_EQ(sim.now() - dialer.attempts.front(), seconds(10) + milliseconds(1));
}

TEST_F(ClientTest, AnAnswerThatIsHereCountsHoweverLateWeAreWoken) {
  dialer.plan({{.peer = {.answer_upgrade = false}}});
  start();
  ASSERT_TRUE(until(State::Upgrading));
  dialer.peer().send_raw(test::accepting_answer(dialer.peer().request()));
  dialer.peer().run({.now = sim.now()});
  client->run({.now = sim.now() + minutes(1), .readable = true, .due = true});
  EXPECT_TRUE(ready()) << "the machine slept";
}

TEST_F(ClientTest, ARefusedUpgradeSaysItsStatus) {
  dialer.plan({{.peer = {.refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"}}});
  start();
  ASSERT_TRUE(sim.advance_until([&] { return client->status().last_error.has_value(); }));
  EXPECT_EQ(client->status().last_error->fault, Fault::Http);
  EXPECT_EQ(client->status().last_error->http_status, 403);
}

TEST_F(ClientTest, ASilentPeerIsGivenUpAfterThePongTimeout) {
  settings.ping = {.interval = seconds(20), .timeout = seconds(15)};
  dialer.plan({{.peer = {.pong = false}}});
  start_ready();
  const Instant opened = sim.now();
  ASSERT_TRUE(sim.advance_until([&] { return !ready(); }));
  EXPECT_EQ(sim.now() - opened, seconds(35));
  EXPECT_EQ(client->status().last_error->fault, Fault::PongTimeout);
  EXPECT_EQ(client->status().last_close->code, 1006);
}

TEST_F(ClientTest, AnAnsweringPeerIsKeptForDays) {
  start_ready();
  sim.advance(std::chrono::hours(48));
  EXPECT_TRUE(ready());
  EXPECT_EQ(dialer.attempts.size(), 1U);
  EXPECT_TRUE(client->status().rtt.has_value());
}

TEST_F(ClientTest, APeerThatTakesNothingIsGivenUp) {
  settings.timeouts.write = seconds(7);
  settings.ping.interval = Duration::zero();
  dialer.plan({{.pipe = {.capacity = 300}}});
  start_ready();
  dialer.peer().stop_reading();
  floor.say(std::string(100'000, 'x'));
  client->wake();
  const Instant began = sim.now();
  ASSERT_TRUE(sim.advance_until([&] { return !ready(); }));
  EXPECT_EQ(client->status().last_error->fault, Fault::WriteTimeout);
  EXPECT_EQ(sim.now() - began, seconds(7));
  EXPECT_EQ(floor.waiting.size(), 1U) << "given back";
}

TEST_F(ClientTest, AServerThatNeverAnswersOurCloseIsLeft) {
  dialer.plan({{.peer = {.answer_close = false}}});
  start_ready();
  client->close(ws::CloseCode::Normal, "done");
  const Instant asked = sim.now();
  ASSERT_TRUE(sim.advance_until([&] { return client->status().state == State::Resting; }));
  EXPECT_EQ(sim.now() - asked, seconds(5));
  EXPECT_EQ(client->status().last_error->fault, Fault::Timeout);
}

// ---- nothing is lost silently ----

TEST_F(ClientTest, WhatABreakInterruptedIsSentAgain) {
  for (const std::size_t after : {200U, 300U, 1000U, 5000U}) {
    SCOPED_TRACE(after);
    floor.sent.clear();
    dialer.peers.clear();
    dialer.plan({{.pipe = {.capacity = 512, .break_after = after}}, {}});
    start();
    for (int i = 0; i < 20; ++i) floor.say(std::string(300, static_cast<char>('a' + i)));
    ASSERT_TRUE(sim.advance_until([&] { return floor.sent.size() == 20; }));
    EXPECT_TRUE(floor.waiting.empty());
    for (int i = 0; i < 20; ++i)
      EXPECT_EQ(floor.sent[static_cast<std::size_t>(i)][0], static_cast<char>('a' + i));
    client.reset();
  }
}

TEST_F(ClientTest, WhatCameBeforeTheBreakIsTold) {
  start_ready();
  dialer.peer().send(1, "last words");
  sim.settle();
  dialer.peer().hang_up();
  sim.settle();
  EXPECT_EQ(floor.received, std::vector<std::string>{"last words"});
}

TEST_F(ClientTest, WhilePausedNothingIsReadAndNothingIsLost) {
  dialer.plan({{.pipe = {.capacity = 1000}}});
  start_ready();
  client->pause(true);
  sim.settle();
  for (int i = 0; i < 100; ++i) dialer.peer().send(1, std::string(100, 'x'));
  sim.advance(std::chrono::minutes(10));  // longer than any ping would wait
  EXPECT_TRUE(floor.received.empty());
  EXPECT_TRUE(ready());
  client->pause(false);
  sim.settle();
  EXPECT_EQ(floor.received.size(), 100U);
}

// ---- the end ----

TEST_F(ClientTest, StopSendsWhatWaitsThenCloses1001) {
  start_ready();
  floor.say("one more");
  client->stop();
  sim.settle();
  EXPECT_EQ(client->status().state, State::Stopped);
  ASSERT_EQ(dialer.peer().frames.size(), 2U);
  EXPECT_EQ(dialer.peer().frames[0].payload, "one more");
  EXPECT_EQ(dialer.peer().frames[1].opcode, 8);
  EXPECT_EQ(dialer.peer().frames[1].payload, std::string("\x03\xE9", 2));
  sim.advance(std::chrono::hours(1));
  EXPECT_EQ(dialer.attempts.size(), 1U) << "stopped is stopped";
}

TEST_F(ClientTest, StopWhileRestingOrDialingStopsAtOnce) {
  dialer.plan({{.after = seconds(8)}});
  start();
  ASSERT_TRUE(sim.advance_until([&] { return dialer.attempts.size() == 1; }));
  client->stop();
  sim.settle();
  EXPECT_EQ(client->status().state, State::Stopped);
}

TEST_F(ClientTest, MessagesKeepComingUntilTheServerCloses) {
  dialer.plan({{.peer = {.answer_close = false}}});
  start_ready();
  client->stop();
  sim.settle();
  dialer.peer().send(1, "still here");
  sim.settle();
  EXPECT_EQ(floor.received, std::vector<std::string>{"still here"});
  dialer.peer().send_close(1001);
  sim.settle();
  EXPECT_EQ(client->status().state, State::Stopped);
}

}  // namespace
}  // namespace wsrelay::client
