#include "client/timer.hpp"
#include "unit/client/rig.hpp"

namespace wsrelay::client {
namespace {

using Action = ReconnectRule::Action;

const Error kRefused{.fault = Fault::Tcp, .text = "connection refused"};

class ClientReconnect : public ClientTest {
 protected:
  ClientReconnect() { floor.tells_all = true; }
  Duration rest(std::size_t index) const {
    return dialer.attempts.at(index + 1) - dialer.attempts.at(index);
  }
};

TEST_F(ClientReconnect, RetryAfterIsHonoured) {
  dialer.plan({refusing("503 Busy\r\nRetry-After: 1000"), {}});
  start();
  ASSERT_TRUE(until_attempt(2));
  EXPECT_GE(rest(0), seconds(900));
  EXPECT_LE(rest(0), seconds(1101));
}

TEST_F(ClientReconnect, ARetryAfterOfTheOneDoesNotCountForTheNext) {
  dialer.plan({refusing("503 Busy\r\nRetry-After: 1000"), failing(kRefused), {}});
  start();
  ASSERT_TRUE(until_attempt(3));
  EXPECT_LE(rest(1), seconds(2));
}

TEST_F(ClientReconnect, WhatIsProbablyAMistakeRestsLong) {
  dialer.plan({refusing("401 Who are you")});
  start();
  ASSERT_TRUE(until_attempt(4));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_GE(rest(i), seconds(54));
}

TEST_F(ClientReconnect, ThousandsTurnedAwayByARestartComeBackSpread) {
  start_ready();
  dialer.peer().send_close(1012);
  ASSERT_TRUE(until_attempt(2));
  EXPECT_GE(rest(0), seconds(5));
}

// ---- the end, and a new beginning

TEST_F(ClientReconnect, OneAttemptIsOneAttempt) {
  settings.reconnect.enabled = false;
  dialer.plan({failing(kRefused)});
  start();
  sim.advance(std::chrono::hours(1));
  EXPECT_EQ(told(), "begin attempt(1) connecting tcp:connecting failed finish ");
  EXPECT_EQ(client->status().next_attempt, Instant::max());
}

TEST_F(ClientReconnect, ACleanCloseMayBeTheEnd) {
  settings.reconnect.on_clean_close = false;
  start_ready();
  told();
  dialer.peer().send_close(1000);
  sim.advance(std::chrono::hours(1));
  EXPECT_EQ(told(), "closing close(1000 clean server) server_close:ready failed finish ");
}

TEST_F(ClientReconnect, AfterFailedStartBeginsAnew) {
  settings.reconnect.enabled = false;
  dialer.plan({failing(kRefused), {}});
  start();
  ASSERT_TRUE(until(State::Failed));
  told();
  client->start();
  ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
  EXPECT_EQ(told(), "begin resting attempt(1) connecting upgrading headers(101) open() ready ");
}

TEST_F(ClientReconnect, AndSoDoOtherSettings) {
  settings.reconnect.enabled = false;
  dialer.plan({failing(kRefused), {}});
  start();
  ASSERT_TRUE(until(State::Failed));
  client->adjust(settings);
  sim.advance(minutes(10));
  EXPECT_EQ(state(), State::Failed) << "they were the same";
  settings.url = *parse_url("ws://other.test/", {"ws"});
  client->adjust(settings);
  ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
  EXPECT_EQ(dialer.targets.back().url.host, "other.test");
}

TEST_F(ClientReconnect, AFailedOneCanBeStopped) {
  settings.reconnect.enabled = false;
  dialer.plan({failing(kRefused)});
  start();
  ASSERT_TRUE(until(State::Failed));
  told();
  client->stop();
  sim.settle();
  EXPECT_EQ(told(), "stopped ") << "it had finished before";
}

// ---- rules

TEST_F(ClientReconnect, ARuleDecidesByTheServersCode) {
  settings.reconnect.rules = {{.close = {{4000, 4999}}, .action = Action::Fail}};
  start_ready();
  dialer.peer().send_close(4004, "go away");
  ASSERT_TRUE(until(State::Failed));
  EXPECT_EQ(client->status().last_error->close_code, 4004);
}

TEST_F(ClientReconnect, ARefreshComesAtOnceThenRests) {
  settings.reconnect.rules = {{.http = {{401, 401}}, .action = Action::Refresh}};
  dialer.plan({refusing("401 Expired"), refusing("401 Expired"), refusing("401 Expired"), {}});
  start();
  ASSERT_TRUE(until_attempt(4));
  EXPECT_LE(rest(0), milliseconds(10));
  EXPECT_GE(rest(1), seconds(54));
  EXPECT_GE(rest(2), seconds(54));
}

TEST_F(ClientReconnect, AServerThatAcceptsAndThrowsOutAgainIsNotStormed) {
  settings.reconnect.rules = {{.close = {{4001, 4001}}, .action = Action::Refresh}};
  start();
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
    dialer.peer().send_close(4001);
    ASSERT_TRUE(sim.advance_until([&] { return !ready(); }));
  }
  ASSERT_TRUE(until_attempt(9));
  EXPECT_GT(dialer.attempts.back() - dialer.attempts.front(), seconds(10));
}

// ---- a rest that is cut short

TEST_F(ClientReconnect, StartEndsARest) {
  dialer.plan({refusing("404 Nothing here"), {}});
  start();
  ASSERT_TRUE(sim.advance_until([&] { return !floor.errors.empty(); }));
  client->start();
  sim.advance(milliseconds(10));
  EXPECT_EQ(dialer.attempts.size(), 2U);
}

TEST_F(ClientReconnect, TheFirstOneToo) {
  settings.reconnect.delay = {.first = minutes(10), .max = minutes(10)};
  start();
  client->start();
  sim.advance(milliseconds(10));
  EXPECT_TRUE(ready());
}

TEST_F(ClientReconnect, WhileConnectedStartIsNothing) {
  start_ready();
  client->start();
  dialer.plan({failing(kRefused)});
  dialer.peer().send_close(1012);
  ASSERT_TRUE(until(State::Resting));
  EXPECT_GE(client->status().next_attempt - sim.now(), seconds(5)) << "nor is it kept for later";
}

TEST_F(ClientReconnect, AnotherDelayChangesTheRestUnderWay) {
  settings.reconnect.delay = {.first = minutes(30), .max = minutes(30)};
  dialer.plan({refusing("404 Nothing here"), {}});
  start();
  client->start();
  ASSERT_TRUE(sim.advance_until([&] { return !floor.errors.empty(); }));
  sim.settle();
  const Instant began = sim.now();
  sim.advance(seconds(5));
  told();
  settings.reconnect.delay = {.first = seconds(1), .max = seconds(20)};
  client->adjust(settings);
  sim.settle();
  EXPECT_EQ(told(), "resting ") << "news: the moment is another";
  const Duration whole = client->status().next_attempt - began;
  EXPECT_GE(whole, seconds(18)) << "counted from its beginning";
  EXPECT_LE(whole, seconds(22));
  ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
}

TEST_F(ClientReconnect, OtherSettingsLeaveARestAlone) {
  dialer.plan({refusing("404 Nothing here"), {}});
  start();
  ASSERT_TRUE(sim.advance_until([&] { return !floor.errors.empty(); }));
  sim.settle();
  const Instant next = client->status().next_attempt;
  settings.ping.interval = seconds(3);
  client->adjust(settings);
  sim.settle();
  EXPECT_EQ(client->status().next_attempt, next);
}

TEST_F(ClientReconnect, ANewRuleMayEndItAltogether) {
  dialer.plan({refusing("404 Nothing here")});
  start();
  ASSERT_TRUE(sim.advance_until([&] { return !floor.errors.empty(); }));
  sim.settle();
  settings.reconnect.rules = {{.http = {{404, 404}}, .action = Action::Fail}};
  client->adjust(settings);
  sim.settle();
  EXPECT_EQ(state(), State::Failed);
}

TEST_F(ClientReconnect, WhoStartsAgainInEveryEventStarvesNobody) {
  dialer.plan({{.failure = kRefused, .after = Duration::zero()}});
  floor.when = [&](const std::string& word) {
    if (word == "resting") client->start();
  };
  int ticks = 0;
  Timer timer(sim, [&] { ++ticks; });
  timer.after(milliseconds(5));
  start();
  client->start();
  for (int i = 0; i < 50; ++i) client->run({.now = sim.now(), .woken = true});
  EXPECT_LE(dialer.attempts.size(), 50U) << "one attempt a turn at most";
  client->stop();
  sim.advance(milliseconds(5));
  EXPECT_EQ(ticks, 1);
}

// ---- redirects

class ClientRedirect : public ClientReconnect {
 protected:
  ClientRedirect() { settings.follow_redirects = true; }
  static FakeDialer::Plan to(const std::string& location) {
    return refusing("302 Found\r\nLocation: " + location);
  }
  std::string way() const {
    std::string all;
    for (const auto& target : dialer.targets) all += target.url.text() + " ";
    return all;
  }
};

TEST_F(ClientRedirect, IsFollowedWithoutARestAndToldLikeAnyAttempt) {
  dialer.plan({to("ws://other.test/x"), {}});
  start_ready();
  EXPECT_EQ(told(),
            "begin attempt(1) connecting upgrading headers(302) attempt(2) connecting upgrading "
            "headers(101) open() ready ");
  EXPECT_EQ(way(), "ws://example.test/feed ws://other.test/x ");
  EXPECT_LE(rest(0), milliseconds(1));
  EXPECT_NE(dialer.peer().request().find("GET /x HTTP/1.1\r\n"), std::string::npos);
  EXPECT_NE(dialer.peer().request().find("\r\nHost: other.test\r\n"), std::string::npos);
}

TEST_F(ClientRedirect, IsAnErrorUnlessAskedFor) {
  settings.follow_redirects = false;
  dialer.plan({to("ws://other.test/x?token=s3cret")});
  start();
  ASSERT_TRUE(sim.advance_until([&] { return !floor.errors.empty(); }));
  EXPECT_EQ(dialer.attempts.size(), 1U);
  EXPECT_EQ(floor.errors[0].http_status, 302);
  EXPECT_EQ(floor.errors[0].text.find("s3cret"), std::string::npos) << floor.errors[0].text;
}

TEST_F(ClientRedirect, TakesNoLoginToAnotherOrigin) {
  settings.basic = {{.source = SecretRef::Source::Literal, .literal = Secret("u")},
                    {.source = SecretRef::Source::Literal, .literal = Secret("p")}};
  dialer.plan({to("/same"), to("ws://other.test/x"), to("ws://example.test/back"), {}});
  start_ready();
  const auto logged_in = [&](std::size_t peer) {
    return dialer.peers[peer]->request().find("\r\nAuthorization: Basic dTpw\r\n") !=
           std::string::npos;
  };
  ASSERT_EQ(dialer.peers.size(), 4U);
  EXPECT_TRUE(logged_in(0));
  EXPECT_TRUE(logged_in(1)) << "the same origin";
  EXPECT_FALSE(logged_in(2));
  EXPECT_FALSE(logged_in(3)) << "not on the way back either";
}

TEST_F(ClientRedirect, TheNextConnectionBeginsAtTheAddressThatWasSet) {
  dialer.plan({to("ws://other.test/x"), {}, {}});
  start_ready();
  dialer.peer().hang_up();
  ASSERT_TRUE(sim.advance_until([&] { return dialer.peers.size() == 3 && ready(); }));
  EXPECT_EQ(way(), "ws://example.test/feed ws://other.test/x ws://example.test/feed ");
}

TEST_F(ClientRedirect, AlsoAfterAHopThatFailed) {
  dialer.plan({to("ws://other.test/x"), failing(kRefused), {}});
  start_ready();
  EXPECT_EQ(way(), "ws://example.test/feed ws://other.test/x ws://example.test/feed ");
  EXPECT_GT(rest(1), milliseconds(1));
}

TEST_F(ClientRedirect, ACircleEndsAfterFive) {
  dialer.plan({to("/again")});
  start();
  ASSERT_TRUE(sim.advance_until([&] { return !floor.errors.empty(); }));
  EXPECT_EQ(dialer.attempts.size(), 6U);
  EXPECT_EQ(floor.errors[0].fault, Fault::Http);
  EXPECT_EQ(floor.errors[0].phase, "upgrading");
  EXPECT_NE(floor.errors[0].text.find("after 5 others"), std::string::npos);
  ASSERT_TRUE(until_attempt(7));
  EXPECT_EQ(dialer.targets[6].url.target, "/feed");
}

TEST_F(ClientRedirect, NeverLeavesTls) {
  settings.url = *parse_url("wss://example.test/feed", {"wss"});
  dialer.plan({to("ws://example.test/feed?token=s3cret")});
  start();
  ASSERT_TRUE(sim.advance_until([&] { return !floor.errors.empty(); }));
  EXPECT_EQ(dialer.attempts.size(), 1U);
  EXPECT_NE(floor.errors[0].text.find("from wss to ws"), std::string::npos);
  EXPECT_EQ(floor.errors[0].text.find("s3cret"), std::string::npos);
}

TEST_F(ClientRedirect, AnotherAddressSetOnTheWayCountsAfterTheChain) {
  dialer.plan({to("/hop"), failing(kRefused), {}});
  floor.when = [&](const std::string& word) {
    if (word != "attempt(2)") return;
    Settings other = client->settings();
    other.url = *parse_url("ws://other.test/", {"ws"});
    client->adjust(other);
  };
  start_ready();
  EXPECT_EQ(way(), "ws://example.test/feed ws://example.test/hop ws://other.test/ ");
}

// ---- the start rate

TEST_F(ClientRedirect, AHopWaitsForItsTurn) {
  StartRate rate({.per_second = 1, .per_host_per_second = 0});
  starts = &rate;
  dialer.plan({to("/x"), {}});
  start();
  ASSERT_TRUE(until_attempt(1));
  ASSERT_TRUE(until(State::Resting));
  EXPECT_EQ(client->status().next_attempt, dialer.attempts[0] + seconds(1));
  ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
  EXPECT_EQ(way(), "ws://example.test/feed ws://example.test/x ") << "still on its way";
  EXPECT_EQ(rest(0), seconds(1));
}

TEST_F(ClientReconnect, StartDoesNotJumpTheQueue) {
  StartRate rate({.per_second = 1, .per_host_per_second = 0});
  for (int i = 0; i < 30; ++i) rate.book("others", sim.now());
  starts = &rate;
  start();
  client->start();
  sim.settle();
  const Instant booked = client->status().next_attempt;
  EXPECT_EQ(booked, sim.now() + seconds(30));
  client->start();
  settings.reconnect.delay.first = milliseconds(1);
  client->adjust(settings);
  sim.advance(seconds(29));
  EXPECT_TRUE(dialer.attempts.empty());
  sim.advance(seconds(1));
  EXPECT_EQ(dialer.attempts.size(), 1U);
}

TEST_F(ClientReconnect, AnAddressSetWhileWaitingForItsTurnCounts) {
  StartRate rate({.per_second = 1, .per_host_per_second = 0});
  for (int i = 0; i < 5; ++i) rate.book("others", sim.now());
  starts = &rate;
  start();
  client->start();
  sim.settle();
  settings.url = *parse_url("ws://other.test/", {"ws"});
  client->adjust(settings);
  ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
  EXPECT_EQ(dialer.targets.at(0).url.host, "other.test");
}

TEST(ClientFleet, AThousandThatFellTogetherComeBackInOrder) {
  Sim sim;
  FakeDialer dialer{sim};
  io::Secrets secrets;
  SeededRandom random{kSeed};
  StartRate rate({.per_second = 100, .per_host_per_second = 30});
  Settings settings;
  settings.ping.interval = Duration::zero();
  std::vector<std::unique_ptr<Floor>> floors;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 1000; ++i) {
    settings.url = *parse_url("ws://host" + std::to_string(i % 5) + ".test/", {"ws"});
    floors.push_back(std::make_unique<Floor>());
    clients.push_back(std::make_unique<Client>(
        settings,
        Services{
            .loop = sim, .dialer = dialer, .secrets = secrets, .random = random, .starts = &rate},
        *floors.back()));
  }
  const auto all_ready = [&] {
    return std::all_of(clients.begin(), clients.end(),
                       [](const auto& each) { return each->is_connected(); });
  };
  for (int storm = 0; storm < 2; ++storm) {
    const Instant began = sim.now();
    ASSERT_TRUE(sim.advance_until(all_ready)) << "somebody starved";
    EXPECT_LE(sim.now() - began, seconds(13)) << "1000 at 100 a second, and a rest before";
    for (auto& peer : dialer.peers) peer->hang_up();
    sim.settle();
  }
  std::map<std::string, std::vector<Instant>> hosts;
  for (std::size_t i = 0; i < dialer.attempts.size(); ++i) {
    const Instant start = dialer.attempts[i];
    std::vector<Instant>& same = hosts[dialer.targets[i].url.host];
    same.push_back(start);
    ASSERT_TRUE(i < 100 || start - dialer.attempts[i - 100] >= seconds(1)) << i;
    ASSERT_TRUE(same.size() <= 30 || start - same[same.size() - 31] >= seconds(1)) << i;
  }
}

}  // namespace
}  // namespace wsrelay::client
