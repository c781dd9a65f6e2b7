// Stands between libmosquitto and the broker's stream and knows where packets begin and end. Bytes
// in, bytes out; neither socket nor clock. All packets pass untouched, except:
//   PUBACKs to the broker wait until the arrival they answer is acknowledged, and leave in the
//   order
//     in which the arrivals came (MQTT 5.0 §4.6); libmosquitto sends them before anybody has the
//     message.
//   A PINGREQ may be put in between: the keep-alive is the connection's, on the loop's clock.
//   A packet from the broker beyond the limit is an error before libmosquitto allocates for it, and
//   on
//     MQTT 5 only whole packets that have passed the gate reach it.
//
// Call order: arrived() when libmosquitto has told of a QoS 1 message, before its PUBACK is given
// to from_library(); acknowledge() any time after. After an error only the to_… views are left.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "mqtt/packet_cutter.hpp"

namespace wsrelay::mqtt {

/// Bytes that wait to be taken from the front; what is added stays in one piece.
class Backlog {
 public:
  BytesView view() const { return BytesView(bytes_).subspan(taken_); }
  std::size_t size() const { return bytes_.size() - taken_; }
  bool empty() const { return size() == 0; }
  void add(BytesView bytes);
  void take(std::size_t count);

 private:
  Bytes bytes_;
  std::size_t taken_ = 0;
};

class Relay {
 public:
  /// `max_packet`: bytes of a whole packet from the broker; `protocol`: 5 or 4 (3.1.1).
  Relay(std::size_t max_packet, int protocol);

  /// What libmosquitto wrote.
  Result<void> from_library(BytesView bytes);
  /// What the broker sent.
  Result<void> from_broker(BytesView bytes);

  BytesView to_broker() const { return to_broker_.view(); }
  void to_broker_taken(std::size_t count);
  BytesView to_library() const { return to_library_.view(); }
  void to_library_taken(std::size_t count) { to_library_.take(count); }

  /// libmosquitto has told of a message at QoS 0 or 1: the filters it came for, if they are more
  /// than libmosquitto knows. Once for each, in order.
  std::vector<std::uint32_t> several_filters();
  /// A QoS 1 message came with this packet identifier; the ticket is for acknowledge().
  std::uint64_t arrived(std::uint16_t packet_id);
  /// Its PUBACK may leave. An unknown ticket is ignored.
  void acknowledge(std::uint64_t ticket);
  std::size_t parked() const { return parked_.size(); }

  /// A PINGREQ of ours, between two packets of libmosquitto.
  void ping();

  /// QoS 0 PUBLISH packets whose last byte has been taken, since the beginning.
  std::uint64_t qos0_written() const { return qos0_written_; }
  /// Whole packets, since the beginning.
  std::uint64_t packets_from_library() const { return packets_from_library_; }
  std::uint64_t packets_from_broker() const { return packets_from_broker_; }

 private:
  struct Parked {
    std::uint16_t packet_id;
    bool acknowledged = false;
    Bytes puback = {};  // empty until libmosquitto has written it
  };

  Result<void> pass_to_broker(const PacketCutter::Piece& piece);
  Result<void> pass_to_library(const PacketCutter::Piece& piece);
  Result<void> check_and_pass(std::uint8_t first, BytesView packet);
  Result<void> park(BytesView puback);
  void release();

  PacketCutter library_cutter_;
  PacketCutter broker_cutter_;
  Backlog to_broker_;
  Backlog to_library_;
  const bool gated_;
  Bytes puback_;                    // one that comes in pieces
  Bytes arriving_;                  // a packet from the broker that comes in pieces
  std::optional<Error> violation_;  // the gate's
  struct Several {
    std::uint64_t message;
    std::vector<std::uint32_t> filters;
  };
  std::deque<Several> several_;
  std::uint64_t messages_passed_ = 0;  // PUBLISH packets at QoS 0 or 1
  std::uint64_t messages_told_ = 0;
  bool ping_due_ = false;
  std::deque<Parked> parked_;
  std::uint64_t first_ticket_ = 1;  // of parked_.front()
  std::size_t pubacks_ = 0;         // how many of parked_ have their packet; they are the first
  std::uint64_t taken_ = 0;         // bytes that have left to the broker, ever
  std::deque<std::uint64_t> qos0_ends_;  // where QoS 0 PUBLISH packets end, counted like taken_
  std::uint64_t qos0_written_ = 0;
  std::uint64_t packets_from_library_ = 0;
  std::uint64_t packets_from_broker_ = 0;
};

}  // namespace wsrelay::mqtt
