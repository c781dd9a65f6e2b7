// A broker that costs nothing: greets one client (MQTT 5 or 3.1.1), grants its subscriptions,
// acknowledges what it publishes, answers its pings, and pours messages for one filter at it. So
// that the daemon is what is measured, not a broker.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <thread>

#include "raw_mqtt.hpp"

namespace wsrelay::bench {

class BrokerStandIn {
 public:
  /// Messages will be for `topic`; the subscription that covers it is recognised by these words.
  explicit BrokerStandIn(std::string topic)
      : topic_(std::move(topic)), listener_(listen_on_loopback(port_)) {
    thread_ = std::thread([this] { serve(); });
  }
  BrokerStandIn(const BrokerStandIn&) = delete;
  BrokerStandIn& operator=(const BrokerStandIn&) = delete;
  ~BrokerStandIn() {
    stopping_ = true;
    thread_.join();
  }

  unsigned port() const { return port_; }
  bool subscribed() const { return subscribed_; }

  void pour(std::size_t size, std::uint64_t count, Nanoseconds deadline) {
    const std::lock_guard lock(writing_);
    bench::pour(client_.number(), unit(size), count, deadline);
  }

 private:
  Unit unit(std::size_t size) const {
    std::string properties;
    if (level_ == 5) {  // MQTT 5 §3.3.2.3: the subscription identifier, if there was one
      if (!identifier_.empty()) properties = "\x0B" + identifier_;
      properties.insert(0, 1, static_cast<char>(properties.size()));
    }
    Unit unit{.bytes = mqtt_packet(kPublish, mqtt_string(topic_) + properties + padding(size))};
    unit.stamp_at = unit.bytes.size() - size;
    return unit;
  }

  void serve() {
    while (!stopping_) {
      pollfd wait{
          .fd = client_ ? client_.number() : listener_.number(), .events = POLLIN, .revents = 0};
      if (::poll(&wait, 1, 100) <= 0) continue;
      if (!client_) {
        client_ = io::UniqueFd(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
        continue;
      }
      if (!reader_.read(client_.number())) return;  // one client, once
      for (MqttPacket packet; reader_.next(packet);) answer(packet);
    }
  }

  void say(int first, std::string_view body) {
    const std::lock_guard lock(writing_);
    write_all(client_.number(), mqtt_packet(first, body), now() + kSecond);
  }

  void answer(const MqttPacket& packet) {
    const bool five = level_ == 5;
    if (packet.first == kConnect) {
      level_ = packet.body[6];  // after the six bytes of "MQTT"
      say(kConnack, std::string(level_ == 5 ? 3 : 2, '\0'));
    } else if (packet.first == kSubscribe) {
      grant(packet.body, five);
    } else if (packet.first == kUnsubscribe) {  // one filter to a packet, as with identifiers
      say(kUnsuback,
          std::string(packet.body.substr(0, 2)) + (five ? std::string(2, '\0') : std::string()));
    } else if ((packet.first & 0xF6) == (kPublish | 0x02)) {  // QoS 1
      const std::size_t topic = length_at(packet.body, 0);
      say(kPuback, packet.body.substr(2 + topic, 2));
    } else if (packet.first == kPingreq) {
      say(kPingresp, {});
    }
  }

  static std::size_t length_at(std::string_view body, std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(body[at])) << 8 |
           static_cast<unsigned char>(body[at + 1]);
  }

  void grant(std::string_view body, bool five) {
    const std::string_view packet_id = body.substr(0, 2);
    const std::string_view properties =
        five ? body.substr(3, static_cast<unsigned char>(body[2])) : std::string_view();
    std::string codes;
    bool ours = false;
    for (std::size_t at = five ? 3 + properties.size() : 2; at + 2 < body.size();) {
      const std::string_view filter = body.substr(at + 2, length_at(body, at));
      ours = ours || filter == topic_ || covers(filter);
      at += 2 + filter.size() + 1;
      codes += '\0';
    }
    if (ours && properties.size() > 1) identifier_ = properties.substr(1);
    say(kSuback, std::string(packet_id) + (five ? std::string(1, '\0') : std::string()) + codes);
    subscribed_ = subscribed_ || ours;
  }
  bool covers(std::string_view filter) const {  // "a/#"
    return filter.ends_with("/#") && topic_.starts_with(filter.substr(0, filter.size() - 1));
  }

  std::string topic_;
  unsigned port_ = 0;
  io::UniqueFd listener_;
  io::UniqueFd client_;
  MqttReader reader_;
  std::mutex writing_;
  int level_ = 0;
  std::string identifier_;  // as it came, a variable byte integer
  std::atomic<bool> subscribed_ = false;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace wsrelay::bench
