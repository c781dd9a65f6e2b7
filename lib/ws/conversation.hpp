// RFC 6455 after the upgrade: frames come in, messages and the closing handshake come out. The part
// of a session that lives from Opened to Ended. Events and frames leave through the Outlet, which
// must stay where it is as long as the conversation.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "ws/assembler.hpp"
#include "ws/event_queue.hpp"
#include "ws/frame_decoder.hpp"
#include "ws/output_queue.hpp"
#include "ws/pongs.hpp"

namespace wsrelay::ws {

struct Outlet {
  Random* random;
  OutputQueue output = {};
  EventQueue events = {};
};

class Conversation {
 public:
  struct Rules {
    MessageLimits limits = {};
    std::uint8_t allowed_rsv = 0;
    Duration close_timeout = std::chrono::seconds(5);
  };
  Conversation(const Rules& rules, Outlet& outlet, Instant now);

  /// How many bytes were taken: see Session::receive.
  std::size_t receive(BytesView bytes, Instant now);
  void receive_eof();
  void tick(Instant now);
  void output_taken();

  void send(const Message& message);
  Result<void> send_part(Opcode opcode, BytesView payload, bool fin);
  bool in_parts() const { return in_parts_; }
  void send_control(Opcode opcode, BytesView payload);
  void close(CloseCode code, std::string_view reason, Instant now);

  bool is_open() const { return phase_ == Phase::Open; }
  bool is_closing() const { return close_sent_ || close_received_; }
  bool is_over() const { return phase_ == Phase::Over; }
  Instant deadline() const { return phase_ == Phase::Closing ? close_deadline_ : Instant::max(); }
  const CompressionCount& compression() const { return compression_; }

 private:
  enum class Phase : std::uint8_t { Open, Closing, Over };  // Closing: our Close awaits its answer

  void receive_data(const FramePiece& piece);
  void receive_control(const FramePiece& piece, Instant now);
  void receive_ping(BytesView payload, Instant now);
  void receive_close(BytesView payload);
  void send_close(std::uint16_t code, std::string_view reason);
  void fail_for(Violation violation);
  void end(std::optional<Error> error);
  Error abnormal(Fault fault, std::string_view text) const;

  Outlet* outlet_;
  FrameDecoder decoder_;
  Assembler assembler_;
  Pongs pongs_;
  Duration close_timeout_;
  Instant close_deadline_ = Instant::max();
  Phase phase_ = Phase::Open;
  bool close_sent_ = false;
  bool close_received_ = false;
  bool in_parts_ = false;
  CompressionCount compression_;
  std::uint8_t control_size_ = 0;
  std::array<std::byte, 125> control_;  // the payload of a control frame that comes in pieces
};

}  // namespace wsrelay::ws
