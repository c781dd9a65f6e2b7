// The broker's side of MQTT for tests: a small strict codec (3.1.1 and 5) and a scripted broker on
// the far end of a pipe. It writes down every packet it gets, answers CONNECT, SUBSCRIBE,
// UNSUBSCRIBE and PINGREQ, acknowledges QoS 1 unless told otherwise, and says what a test makes it
// say.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "io/byte_stream.hpp"
#include "io/task.hpp"
#include "support/sim.hpp"

namespace wsrelay::test {

/// Big-endian fields, one after the other (MQTT 5.0 §1.5).
class MqttWriter {
 public:
  MqttWriter& byte(unsigned value) {
    out_.push_back(static_cast<char>(value));
    return *this;
  }
  MqttWriter& two(unsigned value) { return byte(value >> 8 & 0xFF).byte(value & 0xFF); }
  MqttWriter& four(std::uint32_t value) { return two(value >> 16).two(value & 0xFFFF); }
  MqttWriter& length(std::size_t value) {
    do {
      const auto low = static_cast<unsigned>(value % 128);
      value /= 128;
      byte(value > 0 ? low | 0x80 : low);
    } while (value > 0);
    return *this;
  }
  MqttWriter& raw(std::string_view text) {
    out_ += text;
    return *this;
  }
  MqttWriter& text(std::string_view value) {
    return two(static_cast<unsigned>(value.size())).raw(value);
  }
  const std::string& str() const { return out_; }

 private:
  std::string out_;
};

inline std::string mqtt_packet(unsigned first, std::string_view body) {
  return MqttWriter().byte(first).length(body.size()).raw(body).str();
}

class MqttReader {
 public:
  explicit MqttReader(std::string_view bytes) : bytes_(bytes) {}
  unsigned byte() {
    if (bytes_.empty()) throw std::runtime_error("packet too short");
    const auto value = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return value;
  }
  unsigned two() {
    const unsigned high = byte();
    return high << 8 | byte();
  }
  std::uint32_t four() {
    const unsigned high = two();
    return std::uint32_t{high} << 16 | two();
  }
  std::size_t length() {
    std::size_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
      const unsigned part = byte();
      value |= std::size_t{part & 0x7F} << shift;
      if ((part & 0x80) == 0) return value;
    }
    throw std::runtime_error("malformed length");
  }
  std::string take(std::size_t count) {
    if (count > bytes_.size()) throw std::runtime_error("packet too short");
    std::string out(bytes_.substr(0, count));
    bytes_.remove_prefix(count);
    return out;
  }
  std::string text() { return take(two()); }
  std::string rest() { return take(bytes_.size()); }
  bool empty() const { return bytes_.empty(); }
  /// Properties as "id=value" in order, e.g. "11=7,38=k:v".
  std::string properties() {
    MqttReader inner(std::string_view{});
    const std::string list = take(length());
    inner.bytes_ = list;
    std::string out;
    while (!inner.empty()) out += (out.empty() ? "" : ",") + inner.property();
    return out;
  }

 private:
  std::string property() {
    const unsigned id = byte();
    switch (id) {
      case 1:
      case 23:
      case 25:
      case 36:
      case 37:
      case 40:
      case 41:
      case 42:
        return fmt::format("{}={}", id, byte());
      case 19:
      case 33:
      case 34:
      case 35:
        return fmt::format("{}={}", id, two());
      case 2:
      case 17:
      case 24:
      case 39:
        return fmt::format("{}={}", id, four());
      case 11:
        return fmt::format("{}={}", id, length());
      case 38: {
        const std::string name = text();
        return fmt::format("{}={}:{}", id, name, text());
      }
      default:
        return fmt::format("{}={}", id, text());
    }
  }
  std::string_view bytes_;
};

struct MqttBrokerPlan {
  int version = 0;        // 0: any; 4 refuses 5 with `connack_code`
  bool silent = false;    // never answers CONNECT
  bool hangs_up = false;  // closes instead of answering
  int connack_code = 0;
  bool session_present = false;
  std::string connack_properties = {};  // raw, version 5
  bool acknowledges = true;
  int puback_reason = 0;
  std::function<int(const std::string&)> suback = {};  // code for a filter
};

class MqttBroker final : public io::Task {
 public:
  struct Publish {
    std::string topic, payload, properties;
    unsigned qos = 0, id = 0;
    bool retain = false, dup = false;
  };

  MqttBroker(Sim& sim, std::unique_ptr<io::ByteStream> stream, MqttBrokerPlan what)
      : plan(std::move(what)), stream_(std::move(stream)), registration_(sim.add(*this)) {}

  io::Wait run(const io::Turn&) override {
    if (!stream_) return {};
    std::array<std::byte, 4096> buffer{};
    bool writable = false;
    for (bool more = reads; more && stream_;) {
      const auto got = stream_->read(buffer);
      if (!got || got->end) {
        ended = true;
        stream_.reset();
        return {};
      }
      more = got->bytes > 0;
      in_ += as_text(BytesView(buffer).first(got->bytes));
      cut();
    }
    for (bool more = !out_.empty() && !deaf; more && stream_;) {
      const auto put = stream_->write(as_bytes(out_));
      if (!put) return {};
      out_.erase(0, put->bytes);
      writable = put->bytes == 0;
      more = !out_.empty() && !writable;
    }
    if (out_.empty() && closing_) stream_.reset();
    if (!stream_) return {};
    return {.fd = stream_->fd(), .readable = reads, .writable = writable, .until = Instant::max()};
  }

  void say(std::string_view bytes) {
    out_ += bytes;
    registration_.wake();
  }
  void resume() {
    reads = true;
    registration_.wake();
  }
  void close() {
    closing_ = true;
    registration_.wake();
  }
  void publish(const std::string& topic, const std::string& payload, unsigned qos = 0,
               unsigned id = 1, std::string_view properties = {}, unsigned flags = 0) {
    MqttWriter body;
    body.text(topic);
    if (qos > 0) body.two(id);
    if (version == 5) body.length(properties.size()).raw(properties);
    body.raw(payload);
    say(mqtt_packet(0x30 | qos << 1 | flags, body.str()));
  }
  void puback(unsigned id, int reason = 0) {
    MqttWriter body;
    body.two(id);
    if (reason != 0) body.byte(static_cast<unsigned>(reason)).length(0);
    say(mqtt_packet(0x40, body.str()));
  }
  void disconnect(unsigned reason) { say(mqtt_packet(0xE0, MqttWriter().byte(reason).str())); }

  MqttBrokerPlan plan;
  int version = 0;
  bool ended = false;
  bool deaf = false;  // hears everything and says nothing
  bool reads = true;
  bool said_goodbye = false;
  std::string client_id, will_topic, will_payload, user, password, connect_properties;
  bool clean_start = false, will_retain = false;
  unsigned will_qos = 0, keepalive = 0;
  std::vector<Publish> published;
  std::vector<unsigned> pubacks;
  std::vector<std::string> subscribed;  // "filter:options:properties"
  std::vector<std::string> unsubscribed;
  std::size_t subscribe_packets = 0;
  std::size_t pings = 0;

 private:
  void cut() {
    while (in_.size() >= 2) {
      std::size_t length = 0, used = 1;
      bool complete = false;
      for (unsigned shift = 0; used < in_.size() && !complete; shift += 7) {
        const auto part = static_cast<unsigned char>(in_[used++]);
        length |= std::size_t{part & 0x7FU} << shift;
        complete = (part & 0x80) == 0;
      }
      if (!complete || in_.size() < used + length) return;
      const std::string body = in_.substr(used, length);
      const auto first = static_cast<unsigned char>(in_[0]);
      in_.erase(0, used + length);
      handle(first, MqttReader(body));
      if (!stream_) return;
    }
  }

  void handle(unsigned first, MqttReader body) {
    if (version == 0 && first != 0x10) throw std::runtime_error("the first packet is no CONNECT");
    switch (first >> 4) {
      case 1:
        return connect(body);
      case 3:
        return publish_from(first, body);
      case 4:
        pubacks.push_back(body.two());
        return;
      case 8:
        return subscribe(body);
      case 10:
        return unsubscribe(body);
      case 12:
        ++pings;
        return say(mqtt_packet(0xD0, ""));
      case 14:
        said_goodbye = true;
        return;
      case 5:
      case 6:
      case 7:
      case 13:
        return;  // answers to packets that no broker should send
      default:
        throw std::runtime_error("a packet that no client of ours sends");
    }
  }

  void connect(MqttReader& body) {
    if (body.text() != "MQTT") throw std::runtime_error("not MQTT");
    version = static_cast<int>(body.byte());
    const unsigned flags = body.byte();
    keepalive = body.two();
    if (version == 5) connect_properties = body.properties();
    client_id = body.text();
    clean_start = (flags & 2) != 0;
    if ((flags & 4) != 0) {
      if (version == 5) body.properties();
      will_topic = body.text();
      will_payload = body.text();
      will_qos = flags >> 3 & 3;
      will_retain = (flags & 0x20) != 0;
    }
    if ((flags & 0x80) != 0) user = body.text();
    if ((flags & 0x40) != 0) password = body.text();
    if (!body.empty()) throw std::runtime_error("CONNECT is too long");
    if (plan.silent) return;
    if (plan.hangs_up || (plan.version == 4 && version == 5 && plan.connack_code == 0))
      return stream_.reset();
    const int code = plan.version == 4 && version == 4 ? 0 : plan.connack_code;
    MqttWriter answer;
    answer.byte(plan.session_present ? 1 : 0).byte(static_cast<unsigned>(code));
    // An old broker that knows only 3.1.1 answers in 3.1.1, whatever it was asked in.
    if (version == 5 && (plan.version != 4 || code >= 0x80))
      answer.length(plan.connack_properties.size()).raw(plan.connack_properties);
    say(mqtt_packet(0x20, answer.str()));
    if (code != 0) close();
  }

  void publish_from(unsigned first, MqttReader& body) {
    Publish packet;
    packet.qos = first >> 1 & 3;
    packet.retain = (first & 1) != 0;
    packet.dup = (first & 8) != 0;
    packet.topic = body.text();
    if (packet.qos > 0) packet.id = body.two();
    if (version == 5) packet.properties = body.properties();
    packet.payload = body.rest();
    published.push_back(packet);
    if (packet.qos == 1 && plan.acknowledges) puback(packet.id, plan.puback_reason);
  }

  void subscribe(MqttReader& body) {
    ++subscribe_packets;
    const unsigned id = body.two();
    const std::string properties = version == 5 ? body.properties() : "";
    MqttWriter answer;
    answer.two(id);
    if (version == 5) answer.length(0);
    while (!body.empty()) {
      const std::string filter = body.text();
      const unsigned options = body.byte();
      subscribed.push_back(fmt::format("{}:{:02x}:{}", filter, options, properties));
      const unsigned granted = options & 3;
      answer.byte(plan.suback ? static_cast<unsigned>(plan.suback(filter)) : granted);
    }
    say(mqtt_packet(0x90, answer.str()));
  }

  void unsubscribe(MqttReader& body) {
    const unsigned id = body.two();
    if (version == 5) body.properties();
    MqttWriter answer;
    answer.two(id);
    if (version == 5) answer.length(0);
    while (!body.empty()) {
      unsubscribed.push_back(body.text());
      if (version == 5) answer.byte(0);
    }
    say(mqtt_packet(0xB0, answer.str()));
  }

  std::string in_, out_;
  bool closing_ = false;
  std::unique_ptr<io::ByteStream> stream_;
  io::Registration registration_;
};

}  // namespace wsrelay::test
