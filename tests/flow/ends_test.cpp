// What follows after a connection ended: rules, giving up, coming back.
#include "flow/bridge_flow.hpp"

namespace wsrelay::bridge {
namespace {

using Action = client::ReconnectRule::Action;
using std::chrono::minutes;

constexpr const char* kForbidden = "HTTP/1.1 403 Forbidden\r\n\r\n";

class Ends : public BridgeFlow {
 protected:
  client::Reconnect& reconnect(const std::string& name = "a") {
    return config.instances[name].client.reconnect;
  }
  State state(const std::string& name = "a") const { return instance(name).status().state; }
  std::string document() const { return retained("wsrelay/a/state"); }
  bool ready_again() {
    return sim.advance_until([&] { return all_ready(); });
  }
  /// An instance that a rule made give up at its first attempt.
  void give_up() {
    add("a");
    reconnect().rules = {{.http = {{401, 403}}, .action = Action::Fail}};
    peer_options.refusal = kForbidden;
    start();
    ASSERT_TRUE(sim.advance_until([&] { return state() == State::Failed && connected(); }));
    sim.settle();
    peer_options.refusal.clear();
  }
};

TEST_F(Ends, ARuleThatFailsIsTheLastWord) {
  give_up();
  sim.advance(std::chrono::hours(1));
  EXPECT_EQ(peers["a"].size(), 1U);
  EXPECT_EQ(host.summary, "0/1 instances ready, 1 failed; broker connected (MQTT 5)");
  EXPECT_EQ(lines.count("a: gave up until the next reload: the server answered 403 Forbidden"), 1U);
  EXPECT_EQ(retained("wsrelay/a/availability"), "offline");
  EXPECT_NE(document().find(R"("state":"failed")"), std::string::npos) << document();
  EXPECT_NE(document().find(R"("next_attempt":null)"), std::string::npos);
  EXPECT_NE(document().find(R"("type":"http")"), std::string::npos);
  EXPECT_NE(document().find(R"("phase":"upgrading","http_status":403)"), std::string::npos);
  EXPECT_NE(payloads("wsrelay/a/event/finish").find(R"("state":"failed")"), std::string::npos);
}

TEST_F(Ends, ChangedRulesBeginAnew) {
  give_up();
  reconnect().rules.clear();
  reload();
  EXPECT_TRUE(ready_again());
  EXPECT_EQ(host.summary, "1/1 instances ready; broker connected (MQTT 5)");
}

TEST_F(Ends, ChangedSettingsThatNeedAnotherConnectionBeginAnew) {
  give_up();
  config.instances["a"].client.url = *parse_url("ws://elsewhere/", {"ws"});
  reload();
  EXPECT_TRUE(ready_again());
  EXPECT_EQ(peers["elsewhere"].size(), 1U);
  EXPECT_EQ(peers["a"].size(), 1U);
}

TEST_F(Ends, AReloadWithoutAChangeBeginsAnewToo) {  // a secret's file may be another one now
  give_up();
  reload();
  EXPECT_TRUE(ready_again());
}

TEST_F(Ends, AReloadThatFailsDoesNot) {
  give_up();
  bridge->reload_failed("nonsense");
  sim.advance(minutes(5));
  EXPECT_EQ(state(), State::Failed);
}

TEST_F(Ends, OneThatGaveUpCanBeDisabledAndRemoved) {
  give_up();
  config.instances["a"].enabled = false;
  reload();
  sim.settle();
  EXPECT_NE(document().find(R"("state":"disabled")"), std::string::npos);
  config.instances.clear();
  reload();
  sim.settle();
  EXPECT_EQ(bridge->find("a"), nullptr);
  EXPECT_EQ(document(), "") << "cleared";
}

TEST_F(Ends, OneThatGaveUpDoesNotHoldUpTheStop) {
  give_up();
  const Instant began = sim.now();
  bridge->stop();
  ASSERT_TRUE(sim.advance_until([&] { return host.stopped; }));
  EXPECT_LT(sim.now() - began, seconds(1));
}

TEST_F(Ends, AnOpenConnectionThatFailsGoesOffline) {
  add("a");
  reconnect().rules = {{.close = {{4000, 4099}}, .action = Action::Fail}};
  start_ready();
  EXPECT_EQ(retained("wsrelay/a/availability"), "online");
  peer("a").send_close(4001, "banned");
  sim.advance(minutes(10));
  EXPECT_EQ(state(), State::Failed);
  EXPECT_EQ(peers["a"].size(), 1U);
  EXPECT_EQ(retained("wsrelay/a/availability"), "offline");
  EXPECT_EQ(lines.count("a: gave up until the next reload: closed by server with code 4001"), 1U);
}

TEST_F(Ends, ACleanCloseCanBeTheEnd) {
  add("a");
  reconnect().on_clean_close = false;
  start_ready();
  peer("a").send_close(1000);
  sim.advance(minutes(10));
  EXPECT_EQ(state(), State::Failed);
}

TEST_F(Ends, WithoutReconnectingThereIsOneAttempt) {
  add("a");
  reconnect().enabled = false;
  start_ready();
  peer("a").hang_up();
  sim.advance(minutes(10));
  EXPECT_EQ(state(), State::Failed);
  EXPECT_EQ(peers["a"].size(), 1U);
}

TEST_F(Ends, ARuleThatWaitsSaysHowLong) {
  add("a");
  reconnect().rules = {{.close = {{4429, 4429}}, .delay = minutes(5)}};
  start_ready();
  peer("a").send_close(4429);
  sim.advance(minutes(4));
  EXPECT_EQ(peers["a"].size(), 1U);
  sim.advance(minutes(2));
  EXPECT_EQ(peers["a"].size(), 2U);
  EXPECT_EQ(state(), State::Ready);
}

TEST_F(Ends, ARestUnderWayIsReconsidered) {
  add("a");
  reconnect().rules = {{.close = {{4429, 4429}}, .delay = minutes(50)}};
  start_ready();
  peer("a").send_close(4429);
  sim.advance(minutes(1));
  reconnect().rules = {{.close = {{4429, 4429}}, .delay = minutes(2)}};
  reload();
  sim.advance(minutes(2));
  EXPECT_EQ(peers["a"].size(), 2U);
}

TEST_F(Ends, ASilentServerIsConnectedAnew) {
  add("a");
  config.instances["a"].client.data.after = minutes(2);
  start_ready();
  sim.advance(minutes(1));
  peer("a").send(1, "still here");
  sim.advance(seconds(110));
  EXPECT_EQ(peers["a"].size(), 1U);
  sim.advance(seconds(30));
  EXPECT_EQ(peers["a"].size(), 2U);
}

TEST_F(Ends, LatePongsCanBeOnlyAWord) {
  add("a");
  peer_options.pong = false;
  config.instances["a"].client.ping = {
      .interval = seconds(10), .timeout = seconds(5), .on_timeout = client::Ping::OnTimeout::Warn};
  start_ready();
  sim.advance(minutes(10));
  EXPECT_EQ(peers["a"].size(), 1U);
  EXPECT_EQ(state(), State::Ready);
  EXPECT_EQ(lines.count("a: no pong within 5s; the connection stays"), 1U);
  EXPECT_NE(document().find(R"("type":"pong_timeout")"), std::string::npos) << document();
  EXPECT_NE(payloads("wsrelay/a/event/error").find("pong_timeout"), std::string::npos);
}

TEST_F(Ends, ReportIntervalAndStartsChangeLive) {
  add("a");
  start_ready();
  const auto documents = [&] {
    const std::string all = payloads("wsrelay/a/stats");
    return std::count(all.begin(), all.end(), '|');
  };
  const auto before = documents();
  config.report_interval = seconds(1);
  reload();
  sim.advance(seconds(10));
  EXPECT_GE(documents(), before + 9);
}

}  // namespace
}  // namespace wsrelay::bridge
