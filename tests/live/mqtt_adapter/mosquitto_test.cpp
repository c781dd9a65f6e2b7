// The Broker against a real mosquitto over loopback: real loop, real sockets, real libmosquitto on
// both sides. Every wait is bounded and ends as soon as what it waits for is there.
#include "support/mosquitto.hpp"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "io/net_dialer.hpp"
#include "io/sd_loop.hpp"
#include "mqtt/broker.hpp"

namespace wsrelay::mqtt {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Desk final : public Broker::Listener {
 public:
  void on_broker_state(const BrokerStatus& status) override {
    if (status.state == BrokerState::Resting && status.last_error)
      failures.push_back(status.last_error->text);
  }
  void on_arrival(Arrival arrival) override {
    if (acknowledges && arrival.token != 0) broker->acknowledge(arrival.token);
    arrivals.push_back(std::move(arrival));
  }
  void on_subscription_refused(const std::string& filter, int) override {
    refused.push_back(filter);
  }
  std::optional<Outgoing> next_publication() override {
    if (waiting.empty()) return std::nullopt;
    open[++last_token] = std::move(waiting.front());
    waiting.pop_front();
    return Outgoing{&open[last_token], last_token};
  }
  void on_published(std::uint64_t token, Verdict verdict) override {
    open.erase(token);
    verdicts.push_back(verdict);
  }
  void on_connection_lost() override {
    for (auto each = open.rbegin(); each != open.rend(); ++each)
      waiting.push_front(std::move(each->second));
    open.clear();
  }

  Broker* broker = nullptr;
  bool acknowledges = true;
  std::deque<Publication> waiting;
  std::map<std::uint64_t, Publication> open;
  std::uint64_t last_token = 0;
  std::vector<Arrival> arrivals;
  std::vector<Verdict> verdicts;
  std::vector<std::string> failures, refused;
};

Publication publication(std::string topic, std::string_view payload, int qos) {
  Publication out;
  out.topic = std::move(topic);
  out.payload = to_bytes(payload);
  out.qos = static_cast<std::uint8_t>(qos);
  return out;
}

class LiveBroker : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::Mosquitto::is_installed())
      GTEST_SKIP() << test::Mosquitto::kProgram << " is missing";
    std::string name = (std::filesystem::temp_directory_path() / "wsrelay-relay-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    loop_ = std::move(*io::SdLoop::open());
    resolver_.emplace(*loop_);
    dialer_.emplace(*loop_, *resolver_, contexts_);
  }
  void TearDown() override {
    seats_.clear();
    std::filesystem::remove_all(directory_.empty() ? "/nonexistent" : directory_);
  }

  struct Seat {
    Desk desk;
    std::optional<Broker> broker;
  };
  Seat& seat(const test::Mosquitto& mosquitto, const std::string& client_id,
             std::vector<Filter> filters = {}, Publication will = {}, std::string username = {}) {
    Settings settings;
    settings.url.host = "127.0.0.1";
    settings.url.host_is_literal = true;
    settings.url.port = mosquitto.port();
    settings.client_id = client_id;
    if (!username.empty())
      settings.username = {.source = SecretRef::Source::Literal,
                           .literal = Secret(std::move(username))};
    settings.delay = {
        .first = milliseconds(20), .max = milliseconds(200), .stable_after = seconds(1)};
    Seat& made = *seats_.emplace_back(std::make_unique<Seat>());
    made.broker.emplace(settings, Wiring{.will = std::move(will), .relay_directory = directory_},
                        *loop_, *dialer_, secrets_, random_, made.desk);
    made.desk.broker = &*made.broker;
    made.broker->change_filters(std::move(filters));
    return made;
  }
  void publish(Seat& from, Publication what) {
    from.desk.waiting.push_back(std::move(what));
    from.broker->wake();
  }
  template <class Condition>
  bool wait_for(Condition condition, Duration limit = seconds(10)) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      loop_->run_once(milliseconds(20));
    }
    return true;
  }
  bool connected(const Seat& seat) {
    return wait_for([&] { return seat.broker->status().state == BrokerState::Connected; });
  }
  /// One publication to ourselves shows that the subscriptions are there.
  bool subscribed(Seat& receiver, Seat& sender, const std::string& topic) {
    return wait_for([&] {
      if (!receiver.desk.arrivals.empty()) return true;
      if (sender.desk.waiting.empty() && sender.desk.open.empty())
        publish(sender, publication(topic, "are you there", 0));
      return false;
    });
  }

  std::string directory_;
  std::unique_ptr<io::SdLoop> loop_;
  std::optional<io::Resolver> resolver_;
  io::TlsContexts contexts_;
  std::optional<io::NetDialer> dialer_;
  io::Secrets secrets_;
  SystemRandom random_;
  std::vector<std::unique_ptr<Seat>> seats_;
};

TEST_F(LiveBroker, PublishesAndReceivesAtBothLevels) {
  test::Mosquitto mosquitto;
  Seat& near = seat(mosquitto, "near");
  Seat& far = seat(mosquitto, "far", {{7, "a/#"}, {300, "$share/g/s"}});
  ASSERT_TRUE(connected(near) && connected(far));
  EXPECT_EQ(near.broker->status().protocol, 5);
  ASSERT_TRUE(subscribed(far, near, "a/probe"));
  far.desk.arrivals.clear();
  near.desk.verdicts.clear();
  for (int i = 0; i < 2000; ++i) publish(near, publication("a/b", std::to_string(i), i % 2));
  ASSERT_TRUE(wait_for([&] { return far.desk.arrivals.size() >= 2000; }));
  ASSERT_TRUE(wait_for([&] { return near.desk.verdicts.size() >= 2000; }));
  std::vector<int> seen[2];
  for (const Arrival& arrival : far.desk.arrivals) {
    EXPECT_THAT(arrival.filters, ElementsAre(7U));
    if (arrival.publication.payload.size() > 4) continue;  // a late probe
    const int number = std::stoi(std::string(as_text(arrival.publication.payload)));
    seen[number % 2].push_back(number);
  }
  EXPECT_THAT(seen[0], SizeIs(1000));
  EXPECT_THAT(seen[1], SizeIs(1000));
  EXPECT_TRUE(std::is_sorted(seen[0].begin(), seen[0].end()));
  EXPECT_TRUE(std::is_sorted(seen[1].begin(), seen[1].end()));
  EXPECT_THAT(near.desk.verdicts, testing::Each(Verdict::Delivered));
}

TEST_F(LiveBroker, CarriesALargeMessageBothWays) {
  test::Mosquitto mosquitto;
  Seat& near = seat(mosquitto, "near");
  Seat& far = seat(mosquitto, "far", {{1, "a"}});
  ASSERT_TRUE(connected(near) && connected(far));
  ASSERT_TRUE(subscribed(far, near, "a"));
  const std::string large(5'000'000, 'L');
  publish(near, publication("a", large, 1));
  ASSERT_TRUE(wait_for(
      [&] { return far.desk.arrivals.back().publication.payload.size() == large.size(); }));
}

TEST_F(LiveBroker, ComesBackAfterARestartAndLosesNothingAtQos1) {
  test::Mosquitto mosquitto;
  Seat& near = seat(mosquitto, "near");
  Seat& far = seat(mosquitto, "far", {{1, "a/+"}});
  ASSERT_TRUE(connected(near) && connected(far));
  ASSERT_TRUE(subscribed(far, near, "a/probe"));
  far.desk.arrivals.clear();
  for (int i = 0; i < 500; ++i) publish(near, publication("a/b", std::to_string(i), 1));
  ASSERT_TRUE(wait_for([&] { return far.desk.arrivals.size() > 50; }));
  mosquitto.stop();
  ASSERT_TRUE(wait_for([&] { return near.broker->status().state != BrokerState::Connected; }));
  for (int i = 500; i < 600; ++i) publish(near, publication("a/b", std::to_string(i), 1));
  mosquitto.start();
  std::set<std::string> seen;
  ASSERT_TRUE(wait_for([&] {
    for (const Arrival& arrival : far.desk.arrivals)
      seen.insert(std::string(as_text(arrival.publication.payload)));
    seen.erase("are you there");
    return seen.size() == 600;
  })) << seen.size();
  EXPECT_THAT(far.desk.failures, testing::Not(IsEmpty()));
}

TEST_F(LiveBroker, WhatIsNotAcknowledgedComesAgain) {
  test::Mosquitto mosquitto;
  Seat& near = seat(mosquitto, "near");
  Seat& far = seat(mosquitto, "far", {{1, "a"}});
  ASSERT_TRUE(connected(near) && connected(far));
  ASSERT_TRUE(subscribed(far, near, "a"));
  far.desk.arrivals.clear();
  far.desk.acknowledges = false;
  for (int i = 0; i < 5; ++i) publish(near, publication("a", std::to_string(i), 1));
  ASSERT_TRUE(wait_for([&] { return far.desk.arrivals.size() >= 5; }));
  far.broker.reset();
  seats_.back()->desk.arrivals.clear();

  Seat& again = seat(mosquitto, "far", {{1, "a"}});
  ASSERT_TRUE(connected(again));
  EXPECT_TRUE(again.broker->status().session_present);
  ASSERT_TRUE(wait_for([&] { return again.desk.arrivals.size() >= 5; }));
}

TEST_F(LiveBroker, ItsRetainedWillIsSpokenOnlyWhenItDoesNotTakeLeave) {
  test::Mosquitto mosquitto;
  Publication will = publication("base/state", "offline", 1);
  will.retain = true;
  Seat& watcher = seat(mosquitto, "watcher", {{1, "base/#"}});
  ASSERT_TRUE(connected(watcher));
  Seat& prober = seat(mosquitto, "prober");
  ASSERT_TRUE(subscribed(watcher, prober, "base/x"));
  Seat& polite = seat(mosquitto, "polite", {}, will);
  ASSERT_TRUE(connected(polite));
  polite.broker->stop(loop_->now() + seconds(5));
  ASSERT_TRUE(wait_for([&] { return polite.broker->status().state == BrokerState::Stopped; }));

  Seat& rude = seat(mosquitto, "rude", {}, will);
  ASSERT_TRUE(connected(rude));
  rude.broker.reset();
  const auto wills = [&] {
    return std::count_if(
        watcher.desk.arrivals.begin(), watcher.desk.arrivals.end(),
        [](const Arrival& each) { return each.publication.topic == "base/state"; });
  };
  ASSERT_TRUE(wait_for([&] { return wills() > 0; }));
  EXPECT_EQ(wills(), 1);
}

TEST_F(LiveBroker, SaysThatTheLoginIsNotAllowed) {
  test::Mosquitto mosquitto("allow_anonymous false\n");
  Seat& near = seat(mosquitto, "near");
  ASSERT_TRUE(wait_for([&] { return !near.desk.failures.empty(); }));
  EXPECT_EQ(near.desk.failures.front(), "the broker refused the login (not authorized)");
}

TEST_F(LiveBroker, LearnsOfForbiddenPublicationsAndFilters) {
  test::Mosquitto mosquitto;
  std::ofstream(mosquitto.directory() + "/acl") << "topic read allowed/#\n";
  std::ofstream(mosquitto.directory() + "/mosquitto.conf", std::ios::app)
      << "acl_file " << mosquitto.directory() << "/acl\n";
  mosquitto.stop();
  mosquitto.start();
  Seat& near = seat(mosquitto, "near", {{1, "allowed/#"}, {2, "forbidden/#"}});
  ASSERT_TRUE(connected(near));
  publish(near, publication("forbidden/x", "", 1));
  ASSERT_TRUE(wait_for([&] { return !near.desk.verdicts.empty(); }));
  EXPECT_THAT(near.desk.verdicts, ElementsAre(Verdict::Rejected));
}

TEST_F(LiveBroker, StaysBelowTheBrokersMaximumPacketSize) {
  test::Mosquitto mosquitto("max_packet_size 2000\n");
  Seat& near = seat(mosquitto, "near");
  ASSERT_TRUE(connected(near));
  publish(near, publication("a", std::string(1900, 'x'), 1));
  for (std::size_t size = 1950; size < 2050; ++size)
    publish(near, publication("a", std::string(size, 'x'), 1));
  ASSERT_TRUE(wait_for([&] { return near.desk.verdicts.size() == 101; }));
  const auto count = [&](Verdict verdict) {
    return std::count(near.desk.verdicts.begin(), near.desk.verdicts.end(), verdict);
  };
  EXPECT_GT(count(Verdict::Delivered), 1);
  EXPECT_GT(count(Verdict::TooLarge), 50);
  EXPECT_EQ(count(Verdict::Delivered) + count(Verdict::TooLarge), 101);
  EXPECT_THAT(near.desk.failures, IsEmpty());
}

TEST_F(LiveBroker, TwoWithOneClientIdAreToldSo) {
  test::Mosquitto mosquitto;
  Seat& first = seat(mosquitto, "twin");
  ASSERT_TRUE(connected(first));
  seat(mosquitto, "twin");
  ASSERT_TRUE(wait_for([&] {
    return std::any_of(
        first.desk.failures.begin(), first.desk.failures.end(), [](const auto& text) {
          return text.find("twin") != text.npos && text.find("in use by another") != text.npos;
        });
  }));
}

}  // namespace
}  // namespace wsrelay::mqtt
