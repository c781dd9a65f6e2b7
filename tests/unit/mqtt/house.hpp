// A Broker in virtual time with a scripted broker behind every dial, and a listener that writes
// everything down.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <map>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "mqtt/broker.hpp"
#include "support/mqtt_peer.hpp"
#include "support/pipe_stream.hpp"

namespace wsrelay::mqtt {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// A directory of ours that nobody else may enter, gone with its owner.
class PrivateDirectory {
 public:
  PrivateDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "wsrelay-mqtt-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a directory");
    path_ = name;
  }
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;
  ~PrivateDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  bool empty() const { return std::filesystem::is_empty(path_); }

 private:
  std::string path_;
};

/// Every dial meets the plan for it; the last plan stays.
class MqttNet final : public io::Dialer {
 public:
  explicit MqttNet(test::Sim& sim) : sim_(sim) {}

  std::unique_ptr<io::Dial> dial(io::DialTarget target, const io::Registration&,
                                 Instant now) override {
    attempts.push_back(now);
    hosts.push_back(target.url.host);
    return std::unique_ptr<io::Dial>(new Attempt(*this));
  }

  std::deque<test::MqttBrokerPlan> plans = {{}};
  test::PipeOptions pipe = {};
  std::optional<Error> failure;
  std::vector<Instant> attempts;
  std::vector<std::string> hosts;  // of each attempt
  std::vector<std::unique_ptr<test::MqttBroker>> brokers;
  std::vector<test::PipeStream*> ours;  // the Broker's ends; only while it holds them

 private:
  class Attempt final : public io::Dial {
   public:
    explicit Attempt(MqttNet& net) : net_(net) {}
    Result<std::unique_ptr<io::ByteStream>> advance(Instant) override {
      if (net_.failure) return tl::unexpected(*net_.failure);
      auto ends = test::pipe_pair(net_.sim_, net_.pipe);
      net_.ours.push_back(ends.first.get());
      net_.brokers.push_back(std::unique_ptr<test::MqttBroker>(
          new test::MqttBroker(net_.sim_, std::move(ends.second), net_.plans.front())));
      if (net_.plans.size() > 1) net_.plans.pop_front();
      return std::unique_ptr<io::ByteStream>(std::move(ends.first));
    }
    io::DialPhase phase() const override { return io::DialPhase::Connecting; }
    io::Wait wait() const override { return {}; }

   private:
    MqttNet& net_;
  };
  test::Sim& sim_;
};

/// A lane that keeps what has no verdict, and gives it again after a loss.
class Upstairs final : public Broker::Listener {
 public:
  void on_broker_state(const BrokerStatus& status) override {
    states.push_back(status.state);
    if (status.state == BrokerState::Resting && status.last_error)
      failures.push_back(status.last_error->text);
  }
  void on_arrival(Arrival arrival) override {
    arrivals.push_back(std::move(arrival));
    if (acknowledges && broker != nullptr) broker->acknowledge(arrivals.back().token);
    errno = EAGAIN;  // whoever lives up here may leave anything behind
  }
  void on_subscription_refused(const std::string& filter, int reason) override {
    refused.emplace_back(filter, reason);
  }
  std::optional<Outgoing> next_publication() override {
    ++asked;
    if (waiting.empty()) return std::nullopt;
    const std::uint64_t token = ++last_token;
    open[token] = std::move(waiting.front());
    waiting.pop_front();
    return Outgoing{&open[token], token};
  }
  void on_published(std::uint64_t token, Verdict verdict) override {
    ASSERT_EQ(open.erase(token), 1U) << "a verdict for what is not open";
    verdicts.push_back(verdict);
  }
  void on_connection_lost() override {
    ++losses;
    given_back += open.size();
    for (auto each = open.rbegin(); each != open.rend(); ++each)
      waiting.push_front(std::move(each->second));
    open.clear();
  }

  Broker* broker = nullptr;
  bool acknowledges = true;
  std::deque<Publication> waiting;
  std::map<std::uint64_t, Publication> open;
  std::vector<BrokerState> states;
  std::vector<std::string> failures;
  std::vector<Arrival> arrivals;
  std::vector<std::pair<std::string, int>> refused;
  std::vector<Verdict> verdicts;
  std::size_t asked = 0, losses = 0, given_back = 0;
  std::uint64_t last_token = 0;
};

inline Publication publication(std::string topic, std::string_view payload, int qos = 0) {
  Publication out;
  out.topic = std::move(topic);
  out.payload = to_bytes(payload);
  out.qos = static_cast<std::uint8_t>(qos);
  return out;
}

class BrokerHouse : public testing::Test {
 protected:
  BrokerHouse() {
    settings.client_id = "house";
    wiring.relay_directory = directory.path();
  }

  /// Builds the Broker and lets it connect.
  void open() {
    broker.emplace(settings, wiring, sim, net, secrets, random, upstairs);
    upstairs.broker = &*broker;
    sim.settle();
  }
  void publish(Publication what) {
    upstairs.waiting.push_back(std::move(what));
    broker->wake();
  }
  bool reaches(BrokerState state, Duration limit = minutes(10)) {
    return sim.advance_until([&] { return broker->status().state == state; }, limit);
  }
  test::MqttBroker& peer() { return *net.brokers.back(); }

  PrivateDirectory directory;
  Settings settings;
  Wiring wiring;
  test::Sim sim;
  MqttNet net{sim};
  io::Secrets secrets;
  SeededRandom random{4};
  Upstairs upstairs;
  std::optional<Broker> broker;
};

}  // namespace wsrelay::mqtt
