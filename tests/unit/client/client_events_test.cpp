#include "unit/client/rig.hpp"

namespace wsrelay::client {
namespace {

class ClientEvents : public ClientTest {
 protected:
  ClientEvents() { floor.tells_all = true; }
};

TEST_F(ClientEvents, TheWholeStoryFromBeginToFinish) {
  start_ready();
  dialer.peer().send(1, "hello");
  dialer.peer().send(9, "a");
  dialer.peer().send(10, "b");
  sim.settle();
  client->stop();
  sim.settle();
  EXPECT_EQ(told(),
            "begin attempt(1) connecting upgrading headers(101) open() ready message ping(a) "
            "pong(b) closing close(1001 clean us) stopped finish ");
}

TEST_F(ClientEvents, AnAttemptGoesThroughItsPhases) {
  using io::DialPhase;
  dialer.plan({{.after = seconds(4),
                .phases = {DialPhase::Resolving, DialPhase::Connecting, DialPhase::Proxy,
                           DialPhase::Tls}}});
  start_ready();
  EXPECT_EQ(told(),
            "begin attempt(1) resolving connecting tls upgrading headers(101) open() ready ");
}

TEST_F(ClientEvents, ARefusedUpgradeTellsItsHeaders) {
  dialer.plan({refusing("429 Slow Down\r\nRetry-After: 5\r\nServer: x")});
  start();
  ASSERT_TRUE(sim.advance_until([&] { return !floor.errors.empty(); }));
  sim.settle();
  EXPECT_EQ(told(), "begin attempt(1) connecting upgrading headers(429) http:upgrading resting ");
  EXPECT_EQ(floor.heads, std::vector<std::string>{"429 Retry-After=5 Server=x Content-Length=0"});
}

TEST_F(ClientEvents, AnAcceptedOneTellsThemToo) {
  dialer.plan({{.peer = {.fields = "Set-Cookie: a=b\r\n"}}});
  start_ready();
  ASSERT_EQ(floor.heads.size(), 1U);
  EXPECT_TRUE(floor.heads[0].starts_with("101 Upgrade=websocket ")) << floor.heads[0];
  EXPECT_TRUE(floor.heads[0].ends_with(" Set-Cookie=a=b")) << floor.heads[0];
}

TEST_F(ClientEvents, WhoIsToldOfTheOpeningIsConnected) {
  std::optional<bool> connected;
  floor.when = [&](const std::string& word) {
    if (word == "open()") connected = client->is_connected();
  };
  start_ready();
  EXPECT_EQ(connected, true);
}

TEST_F(ClientEvents, BeforeTheFirstRunItCanBeStopped) {
  start();
  client->stop();
  sim.settle();
  EXPECT_EQ(told(), "begin stopped finish ");
  EXPECT_TRUE(dialer.attempts.empty());
}

TEST_F(ClientEvents, WhatIsAskedBeforeAnAttemptCountsForIt) {
  floor.when = [&](const std::string& word) {
    if (word != "attempt(1)") return;
    Settings other = client->settings();
    other.url = *parse_url("ws://other.test/", {"ws"});
    other.headers = {
        {"X", {.source = SecretRef::Source::Literal, .literal = Secret("fetched just now")}}};
    client->adjust(other);
  };
  start_ready();
  EXPECT_EQ(dialer.targets[0].url.host, "other.test");
  EXPECT_NE(dialer.peer().request().find("\r\nX: fetched just now\r\n"), std::string::npos);
}

TEST_F(ClientEvents, AnAttemptCanBeCalledOff) {
  floor.when = [&](const std::string& word) {
    if (word == "attempt(1)") client->stop();
  };
  start();
  ASSERT_TRUE(until(State::Stopped));
  EXPECT_EQ(told(), "begin attempt(1) stopped finish ");
  EXPECT_TRUE(dialer.attempts.empty());
}

// ---- data in parts

TEST_F(ClientEvents, FramesAreToldOneByOne) {
  settings.receiving = ws::Receiving::Frames;
  start_ready();
  dialer.peer().send(1, "abc", false);
  dialer.peer().send(0, "", false);
  dialer.peer().send(0, "de", true);
  sim.settle();
  ASSERT_EQ(floor.parts.size(), 3U);
  EXPECT_EQ(
      floor.parts[0],
      (MessagePart{.payload = to_bytes("abc"), .fin = false, .last = false, .frame_length = 3}));
  EXPECT_EQ(floor.parts[1], (MessagePart{.payload = {},
                                         .continuation = true,
                                         .fin = false,
                                         .last = false,
                                         .frame_length = 0,
                                         .message_offset = 3}));
  EXPECT_EQ(floor.parts[2], (MessagePart{.payload = to_bytes("de"),
                                         .continuation = true,
                                         .frame_length = 2,
                                         .message_offset = 3,
                                         .message_length = 5}));
  EXPECT_TRUE(floor.received.empty());
}

TEST_F(ClientEvents, AFrameComesInChunks) {
  settings.receiving = ws::Receiving::Chunks;
  settings.limits.chunk = 1024;
  settings.limits.max_message = 1;  // no limit here
  start_ready();
  dialer.peer().send(2, std::string(2000, 'x'));
  sim.settle();
  ASSERT_EQ(floor.parts.size(), 2U);
  EXPECT_EQ(floor.parts[0].payload.size(), 1024U);
  EXPECT_EQ(floor.parts[0].frame_length, 2000U);
  EXPECT_FALSE(floor.parts[0].last);
  EXPECT_EQ(floor.parts[1].payload.size(), 976U);
  EXPECT_EQ(floor.parts[1].frame_offset, 1024U);
  EXPECT_TRUE(floor.parts[1].last);
}

// ---- every error says where

struct PhaseRow {
  const char* name;
  FakeDialer::Plan plan;
  std::function<void(Settings&)> set;               // before
  std::function<void(Client&, test::WsPeer&)> act;  // once ready; null: it fails before
  std::string_view error;
};
class ErrorPhase : public ClientTest, public testing::WithParamInterface<PhaseRow> {};

TEST_P(ErrorPhase, IsAlwaysThere) {
  const PhaseRow& row = GetParam();
  if (row.set) row.set(settings);
  dialer.plan({row.plan});
  start();
  if (row.act) {
    ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
    row.act(*client, dialer.peer());
  }
  ASSERT_TRUE(sim.advance_until([&] { return !floor.errors.empty(); }));
  const Error& error = floor.errors.front();
  EXPECT_EQ(std::string(name_of(error.fault)) + ":" + error.phase, row.error) << error.text;
  EXPECT_FALSE(error.text.empty());
}

FakeDialer::Plan failing_in(io::DialPhase phase, Fault fault) {
  FakeDialer::Plan plan;
  plan.failure = Error{.fault = fault, .text = "it does not work"};
  plan.phases = {phase};
  return plan;
}

FakeDialer::Plan with_peer(test::PeerOptions peer) {
  FakeDialer::Plan plan;
  plan.peer = std::move(peer);
  return plan;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ErrorPhase,
    testing::Values(
        PhaseRow{"Secret",
                 {},
                 [](Settings& s) {
                   s.headers = {{"X", {.source = SecretRef::Source::File, .name = "/nonexistent"}}};
                 },
                 {},
                 "local:resolving"},
        PhaseRow{"Name", failing_in(io::DialPhase::Resolving, Fault::Dns), {}, {}, "dns:resolving"},
        PhaseRow{"Connection",
                 failing_in(io::DialPhase::Connecting, Fault::Tcp),
                 {},
                 {},
                 "tcp:connecting"},
        PhaseRow{"Proxy", failing_in(io::DialPhase::Proxy, Fault::Proxy), {}, {}, "proxy:proxy"},
        PhaseRow{"Tls", failing_in(io::DialPhase::Tls, Fault::Tls), {}, {}, "tls:tls"},
        PhaseRow{"Header",
                 {},
                 [](Settings& s) { s.subprotocols = {"not a token"}; },
                 {},
                 "local:upgrading"},
        PhaseRow{"Refused",
                 with_peer({.refusal = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"}),
                 {},
                 {},
                 "http:upgrading"},
        PhaseRow{"NoHttp", with_peer({.refusal = "SSH-2.0-x\r\n"}), {}, {}, "protocol:upgrading"},
        PhaseRow{
            "SilentUpgrade", with_peer({.answer_upgrade = false}), {}, {}, "timeout:upgrading"},
        PhaseRow{
            "NotOurSubprotocol", with_peer({.subprotocol = "x"}), {}, {}, "protocol:upgrading"},
        PhaseRow{"NoSubprotocol",
                 {},
                 [](Settings& s) {
                   s.subprotocols = {"x"};
                   s.subprotocol_required = true;
                 },
                 {},
                 "protocol:upgrading"},
        PhaseRow{"Reset",
                 {},
                 {},
                 [](Client&, test::WsPeer& peer) {
                   peer.break_now({.fault = Fault::Tcp, .text = "reset", .sys_errno = 104});
                 },
                 "tcp:ready"},
        PhaseRow{
            "HungUp", {}, {}, [](Client&, test::WsPeer& peer) { peer.hang_up(); }, "tcp:ready"},
        PhaseRow{"Violation",
                 {},
                 {},
                 [](Client&, test::WsPeer& peer) { peer.send(3, "reserved"); },
                 "protocol:ready"},
        PhaseRow{"TooLarge",
                 {},
                 [](Settings& s) { s.limits.max_message = 10; },
                 [](Client&, test::WsPeer& peer) { peer.send(1, "eleven bytes"); },
                 "too_large:ready"},
        PhaseRow{"ServersClose",
                 {},
                 {},
                 [](Client&, test::WsPeer& peer) { peer.send_close(1001); },
                 "server_close:ready"},
        PhaseRow{"OurClose",
                 {},
                 {},
                 [](Client& client, test::WsPeer&) { client.close(); },
                 "server_close:closing"},
        PhaseRow{"UnansweredClose",
                 with_peer({.answer_close = false}),
                 {},
                 [](Client& client, test::WsPeer&) { client.close(); },
                 "timeout:closing"},
        PhaseRow{"HungUpInsteadOfAClose",
                 with_peer({.answer_close = false, .hangs_up = true}),
                 {},
                 [](Client& client, test::WsPeer&) { client.close(); },
                 "tcp:closing"},
        PhaseRow{"NoPong",
                 with_peer({.pong = false}),
                 {},
                 [](Client&, test::WsPeer&) {},
                 "pong_timeout:ready"},
        PhaseRow{"Idle",
                 {},
                 [](Settings& s) { s.data.after = seconds(90); },
                 [](Client&, test::WsPeer&) {},
                 "timeout:ready"}),
    [](const auto& row) { return row.param.name; });

TEST_F(ClientTest, AResetKeepsItsErrno) {
  start_ready();
  dialer.peer().break_now({.fault = Fault::Tcp, .text = "reset by peer", .sys_errno = 104});
  ASSERT_TRUE(until(State::Resting));
  EXPECT_EQ(floor.errors.at(0).sys_errno, 104);
  EXPECT_EQ(floor.errors.at(0).text, "reset by peer");
}

TEST_F(ClientTest, ACloseRightBeforeAResetIsHowItEnded) {
  start_ready();
  dialer.peer().send_close(1001, "bye");
  dialer.peer().run({.now = sim.now()});  // it is under way …
  dialer.peer().break_now({.fault = Fault::Tcp, .text = "reset by peer", .sys_errno = 104});
  ASSERT_TRUE(until(State::Resting));
  EXPECT_EQ(floor.errors.at(0).fault, Fault::ServerClose);
  EXPECT_EQ(client->status().last_close->code, 1001);
  EXPECT_EQ(client->status().last_close->by, "server");
}

// The server was told why, and so is whoever reads the state: it was not the network.
TEST_F(ClientTest, OurComplaintIsTheLastWord) {
  start_ready();
  dialer.peer().send(3, "an opcode that does not exist");
  ASSERT_TRUE(until(State::Resting));
  EXPECT_EQ(client->status().last_close->code, 1002);
  EXPECT_EQ(client->status().last_close->by, "us");
  EXPECT_FALSE(client->status().last_close->clean);
}

}  // namespace
}  // namespace wsrelay::client
