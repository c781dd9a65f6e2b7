// MQTT 3.1.1 by hand over a socket, so cheap that the bench's own ends are never what is measured:
// packets are spelled once and written in large blocks; what arrives is parsed in place and only
// counted. A codec for the bench: it trusts the broker and knows QoS 0 only.
//
//   MqttSubscriber far(port, "bench/#", arrivals);     // a thread reads
//   MqttPublisher near(port);  pour(near.fd(), mqtt_unit(topic, 64), n, deadline);
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <netinet/tcp.h>

#include "arrivals.hpp"
#include "outpour.hpp"
#include "process.hpp"

namespace wsrelay::bench {

// Packet types with their fixed flags (MQTT 3.1.1 §2.2).
inline constexpr int kConnect = 0x10, kConnack = 0x20, kPublish = 0x30, kPuback = 0x40,
                     kSubscribe = 0x82, kSuback = 0x90, kUnsubscribe = 0xA2, kUnsuback = 0xB0,
                     kPingreq = 0xC0, kPingresp = 0xD0;

inline std::string mqtt_string(std::string_view text) {
  std::string out{static_cast<char>(text.size() >> 8), static_cast<char>(text.size() & 0xFF)};
  return out.append(text);
}
inline std::string mqtt_packet(int first, std::string_view body) {
  std::string out(1, static_cast<char>(first));
  std::size_t left = body.size();
  do {
    const std::size_t digit = left & 0x7F;
    left >>= 7;
    out += static_cast<char>(digit | (left > 0 ? 0x80 : 0));
  } while (left > 0);
  return out.append(body);
}

inline Unit mqtt_unit(const std::string& topic, std::size_t size) {
  Unit unit{.bytes = mqtt_packet(kPublish, mqtt_string(topic) + padding(size))};
  unit.stamp_at = unit.bytes.size() - size;
  return unit;
}

struct MqttPacket {
  int first = 0;
  std::string_view body;
};

/// Takes whole packets off the front of what was read; views live until the next read().
class MqttReader {
 public:
  /// False at the end of the stream.
  bool read(int fd) {
    in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
    const std::size_t had = in_.size();
    in_.resize(had + 256 * 1024);
    const ssize_t n = ::recv(fd, in_.data() + had, in_.size() - had, 0);
    in_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
  }

  bool next(MqttPacket& packet) {
    const std::string_view rest = std::string_view(in_.data(), in_.size()).substr(taken_);
    std::size_t size = 0;
    for (std::size_t at = 1; at < rest.size() && at <= 4; ++at) {
      size |= static_cast<std::size_t>(rest[at] & 0x7F) << 7 * (at - 1);
      if ((rest[at] & 0x80) != 0) continue;
      if (rest.size() - at - 1 < size) return false;
      packet = {.first = static_cast<unsigned char>(rest[0]), .body = rest.substr(at + 1, size)};
      taken_ += at + 1 + size;
      return true;
    }
    return false;
  }

 private:
  std::vector<char> in_;
  std::size_t taken_ = 0;
};

/// Where the payload of a QoS 0 PUBLISH of 3.1.1 begins.
inline std::string_view payload_of(std::string_view publish) {
  const std::size_t topic = static_cast<std::size_t>(static_cast<unsigned char>(publish[0])) << 8 |
                            static_cast<unsigned char>(publish[1]);
  return publish.substr(2 + topic);
}

inline io::UniqueFd connect_to_loopback(unsigned port) {
  io::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  const int yes = 1;
  ::setsockopt(fd.number(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::connect(fd.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return {};
  return fd;
}

class MqttPublisher {
 public:
  explicit MqttPublisher(unsigned port, const std::string& client_id = "bench-near")
      : fd_(connect_to_loopback(port)) {
    if (!fd_) throw Trouble("cannot connect to the broker");
    // Protocol level 4, clean session, no keep-alive.
    say(mqtt_packet(kConnect, mqtt_string("MQTT") + std::string("\x04\x02\x00\x00", 4) +
                                  mqtt_string(client_id)));
    expect(kConnack);
  }
  int fd() const { return fd_.number(); }

 protected:
  void say(std::string_view packet) { write_all(fd(), packet, now() + 5 * kSecond); }
  void expect(int first) {
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const Nanoseconds deadline = now() + 5 * kSecond;
    MqttPacket packet;
    do {
      while (reader_.next(packet))
        if (packet.first == first) return;
    } while (now() < deadline && reader_.read(fd()));
    throw Trouble("the broker does not answer");
  }
  MqttReader reader_;

 private:
  io::UniqueFd fd_;
};

class MqttSubscriber : private MqttPublisher {
 public:
  MqttSubscriber(unsigned port, const std::string& filter, Arrivals& arrivals,
                 const std::string& client_id = "bench-far")
      : MqttPublisher(port, client_id), arrivals_(arrivals) {
    say(mqtt_packet(kSubscribe, std::string("\x00\x01", 2) + mqtt_string(filter) + '\0'));
    expect(kSuback);
    thread_ = std::thread([this] { listen(); });
  }
  MqttSubscriber(const MqttSubscriber&) = delete;
  MqttSubscriber& operator=(const MqttSubscriber&) = delete;
  ~MqttSubscriber() {
    stopping_ = true;
    ::shutdown(fd(), SHUT_RDWR);
    thread_.join();
  }

 private:
  void listen() {
    do {
      const Nanoseconds time = now();
      for (MqttPacket packet; reader_.next(packet);)
        if ((packet.first & 0xF0) == kPublish) arrivals_.note(payload_of(packet.body), time);
    } while (reader_.read(fd()) && !stopping_);
  }

  Arrivals& arrivals_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace wsrelay::bench
