// New settings for a client that is under way: what changes at once, and what needs a new
// connection.
#include "rig.hpp"

namespace wsrelay::client {
namespace {

SecretRef literal(std::string value) {
  return {.source = SecretRef::Source::Literal, .literal = Secret(std::move(value))};
}

struct ChangeRow {
  const char* name;
  bool reconnects;
  void (*change)(Settings&);
};
class Change : public testing::TestWithParam<ChangeRow> {};
TEST_P(Change, NeedsANewConnectionOrNot) {
  Settings before;
  before.url = *parse_url("wss://a.example/", {"wss"});
  Settings now = before;
  EXPECT_FALSE(needs_new_connection(before, now));
  GetParam().change(now);
  ASSERT_NE(before, now);
  EXPECT_EQ(needs_new_connection(before, now), GetParam().reconnects);
  EXPECT_EQ(needs_new_connection(now, before), GetParam().reconnects);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Change,
    testing::Values(
        ChangeRow{"Url", true, [](Settings& s) { s.url.target = "/x"; }},
        ChangeRow{"Header", true,
                  [](Settings& s) {
                    s.headers = {{"X", literal("y")}};
                  }},
        ChangeRow{"Query", true,
                  [](Settings& s) {
                    s.query = {{"x", literal("y")}};
                  }},
        ChangeRow{"Bearer", true, [](Settings& s) { s.bearer = literal("t"); }},
        ChangeRow{"Basic", true, [](Settings& s) { s.basic.user = literal("u"); }},
        ChangeRow{"UserAgent", true, [](Settings& s) { s.user_agent = "x"; }},
        ChangeRow{"Subprotocols", true, [](Settings& s) { s.subprotocols = {"x"}; }},
        ChangeRow{"Deflate", true, [](Settings& s) { s.deflate.threshold = 7; }},
        ChangeRow{"Receiving", true, [](Settings& s) { s.receiving = ws::Receiving::Frames; }},
        ChangeRow{"Proxy", true, [](Settings& s) { s.proxy.emplace(); }},
        ChangeRow{"Tcp", true, [](Settings& s) { s.tcp.bind_address = "127.0.0.1"; }},
        ChangeRow{"Tls", true, [](Settings& s) { s.tls.ca_file = "/ca"; }},
        ChangeRow{"KeyPassword", true, [](Settings& s) { s.tls.key_password = literal("p"); }},
        ChangeRow{"Ping", false, [](Settings& s) { s.ping.interval = seconds(1); }},
        ChangeRow{"Data", false, [](Settings& s) { s.data.after = seconds(1); }},
        ChangeRow{"Reconnect", false, [](Settings& s) { s.reconnect.on_clean_close = false; }},
        ChangeRow{"Timeouts", false,
                  [](Settings& s) {
                    s.timeouts = {.dns = seconds(1),
                                  .connect = seconds(1),
                                  .proxy = seconds(1),
                                  .tls = seconds(1),
                                  .upgrade = seconds(1),
                                  .write = seconds(1),
                                  .close = seconds(1)};
                  }},
        ChangeRow{"Limits", false,
                  [](Settings& s) { s.limits = {.max_message = 1, .max_frames = 1, .chunk = 1}; }}),
    [](const auto& row) { return row.param.name; });

class ClientAdjust : public ClientTest {
 protected:
  void adjust() { client->adjust(settings); }
};

TEST_F(ClientAdjust, LimitsReachTheSessionThatIsOpen) {
  start_ready();
  settings.limits.max_message = 4;
  adjust();
  dialer.peer().send(1, "1234");
  ASSERT_TRUE(sim.advance_until([&] { return floor.received.size() == 1; }));
  dialer.peer().send(1, "12345");
  ASSERT_TRUE(sim.advance_until([&] { return !floor.errors.empty(); }));
  EXPECT_EQ(floor.errors[0].fault, Fault::TooLarge);
  EXPECT_EQ(dialer.attempts.size(), 1U) << "until then on the first connection";
}

TEST_F(ClientAdjust, TheCloseTimeoutIsThatOfTheCloseToCome) {
  dialer.plan({{.peer = {.answer_close = false}}});
  start_ready();
  settings.timeouts.close = seconds(2);
  adjust();
  client->stop();
  const Instant asked = sim.now();
  ASSERT_TRUE(until(State::Stopped));
  EXPECT_GE(sim.now() - asked, seconds(2));
  EXPECT_LT(sim.now() - asked, seconds(4));
}

TEST_F(ClientAdjust, TheWayThereIsToldAndTheSessionBeginsWithTheNewOnes) {
  dialer.plan({{.after = seconds(5)}});
  start();
  ASSERT_TRUE(until(State::Connecting));
  settings.timeouts = {.dns = seconds(1),
                       .connect = seconds(2),
                       .proxy = seconds(3),
                       .tls = seconds(4),
                       .upgrade = seconds(5)};
  settings.limits.max_message = 4;
  adjust();
  ASSERT_EQ(dialer.adjusted.size(), 1U);
  EXPECT_EQ(dialer.adjusted[0],
            (io::DialTimeouts{
                .dns = seconds(1), .connect = seconds(2), .proxy = seconds(3), .tls = seconds(4)}));
  ASSERT_TRUE(until(State::Ready));
  dialer.peer().send(1, "12345");
  ASSERT_TRUE(sim.advance_until([&] { return !floor.errors.empty(); }));
  EXPECT_EQ(floor.errors[0].fault, Fault::TooLarge);
  EXPECT_EQ(dialer.attempts.size(), 1U);
}

TEST_F(ClientAdjust, TheUpgradeThatIsToComeHasTheNewTimeLimit) {
  dialer.plan({{.after = seconds(5), .peer = {.answer_upgrade = false}}});
  start();
  ASSERT_TRUE(until(State::Connecting));
  settings.timeouts.upgrade = seconds(1);
  adjust();
  ASSERT_TRUE(until(State::Upgrading));
  const Instant begun = sim.now();
  ASSERT_TRUE(sim.advance_until([&] { return !floor.errors.empty(); }));
  EXPECT_EQ(floor.errors[0].fault, Fault::Timeout);
  EXPECT_LE(sim.now() - begun, seconds(2));
}

}  // namespace
}  // namespace wsrelay::client
