// The whole bridge in virtual time: WebSocket peers and a broker in memory, the real rivers
// between. The books of all instances are checked at the end of every test.
#pragma once

#include <cstdlib>
#include <map>

#include <gtest/gtest.h>
#include <unistd.h>

#include "bridge/bridge.hpp"
#include "support/fake_dialer.hpp"
#include "support/mqtt_peer.hpp"
#include "support/sim.hpp"
#include "support/ws_peer.hpp"

namespace wsrelay::bridge {

using client::State;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::MqttBroker;

struct Lines final : Log {
  std::vector<std::string> all;
  void write(const LogLine& line) override { all.push_back(line.text); }
  std::size_t count(std::string_view part) const {
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(),
                      [&](const std::string& each) { return each.find(part) != each.npos; }));
  }
};

struct Host final : Bridge::Host {
  std::string summary;
  std::size_t applied = 0;
  bool stopped = false;
  void on_applied() override { ++applied; }
  void on_summary(const std::string& text) override { summary = text; }
  void on_stopped() override { stopped = true; }
};

class Directory {
 public:
  Directory() { path_ = mkdtemp(name_); }
  ~Directory() { ::rmdir(name_); }
  const std::string& path() const { return path_; }

 private:
  char name_[32] = "/tmp/wsrelay-flow-XXXXXX";
  std::string path_;
};

class BridgeFlow : public testing::Test {
 protected:
  BridgeFlow() {
    dialer.accept = [this](const io::DialTarget& target, std::unique_ptr<test::PipeStream>& far) {
      if (target.url.scheme == "mqtt") {
        broker_hosts.push_back(target.url.host);
        if (broker_away) far->break_now(Error{.fault = Fault::Tcp, .text = "connection refused"});
        brokers.push_back(std::make_unique<MqttBroker>(sim, std::move(far), broker_plan));
        return true;
      }
      peers[target.url.host].push_back(
          std::make_unique<test::WsPeer>(sim, std::move(far), peer_options));
      return true;
    };
    config.mqtt.broker.client_id = "test";
    config.report_interval = std::chrono::hours(1);
  }
  ~BridgeFlow() override {
    if (bridge) check_books();
  }

  void add(const std::string& name) {
    config::Instance& instance = config.instances[name];
    instance.client.url = *parse_url("ws://" + name + "/", {"ws"});
    instance.client.ping.interval = Duration::zero();
    instance.client.reconnect.delay.first = milliseconds(100);
  }
  void start() {
    running = std::make_shared<const config::Config>(config);
    bridge.emplace(
        config,
        Wiring{.version = "1",
               .host = "h",
               .relay_directory = directory.path(),
               .wall = [this] { return wall(); },
               .log = lines},
        client::Services{.loop = sim, .dialer = dialer, .secrets = secrets, .random = random},
        host);
  }
  config::Config without_instances() const {
    config::Config none = config;
    none.instances.clear();
    return none;
  }
  /// What `config` says now takes the place of what runs.
  void begin_reload() {
    auto next = std::make_shared<const config::Config>(config);
    bridge->apply(next, config::plan(*running, *next));
    running = std::move(next);
  }
  void reload() {
    const std::size_t before = host.applied;
    begin_reload();
    sim.settle();
    ASSERT_EQ(host.applied, before + 1);
  }
  void start_ready() {
    start();
    ASSERT_TRUE(sim.advance_until([&] { return all_ready() && subscribed(); }));
    sim.settle();
  }
  WallTime wall() const {
    return WallTime(std::chrono::duration_cast<milliseconds>(sim.now().time_since_epoch()));
  }
  bool all_ready() const {
    for (const auto& entry : config.instances)
      if (entry.second.enabled && bridge->find(entry.first)->status().state != State::Ready)
        return false;
    return true;
  }
  bool connected() const { return bridge->broker_status().state == mqtt::BrokerState::Connected; }
  bool subscribed() const { return connected() && !broker().subscribed.empty(); }
  MqttBroker& broker() const { return *brokers.back(); }
  test::WsPeer& peer(const std::string& name) { return *peers[name].back(); }
  const Instance& instance(const std::string& name) const { return *bridge->find(name); }

  std::string payloads(const std::string& topic) const {
    std::string all;
    for (const auto& packet : broker().published)
      if (packet.topic == topic) all += packet.payload + "|";
    return all;
  }
  /// The last retained payload of a topic, over all connections.
  std::string retained(const std::string& topic) const {
    std::string last = "(none)";
    for (const auto& each : brokers)
      for (const auto& packet : each->published)
        if (packet.topic == topic && packet.retain) last = packet.payload;
    return last;
  }
  void check_books() {
    for (const auto& entry : config.instances) {
      const Instance* each = bridge->find(entry.first);
      if (each == nullptr) continue;
      EXPECT_TRUE(each->publish().lane.counters().balance(each->publish().lane.queued()));
      EXPECT_TRUE(each->delivering().counters().balance(each->delivering().queued()));
    }
  }

  test::Sim sim;
  test::FakeDialer dialer{sim};
  std::vector<std::unique_ptr<MqttBroker>> brokers;
  std::vector<std::string> broker_hosts;
  std::map<std::string, std::vector<std::unique_ptr<test::WsPeer>>> peers;
  test::MqttBrokerPlan broker_plan;
  test::PeerOptions peer_options;
  bool broker_away = false;
  Directory directory;
  Lines lines;
  Host host;
  io::Secrets secrets;
  SeededRandom random{11};
  config::Config config;
  std::shared_ptr<const config::Config> running;
  std::optional<Bridge> bridge;
};

}  // namespace wsrelay::bridge
