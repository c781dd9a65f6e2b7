// RFC 6455 after the upgrade: frames come in, messages and the closing handshake come out. The part
// of a session that lives from Opened to Ended. Events and frames leave through the Outlet, which
// must stay where it is as long as the conversation.
// What ends it while events wait to be told ends it only at the next call with bytes or time: until
// then it is open, so that an answer to what was said before can still go out, but deaf.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.hpp"
#include "ws/assembler.hpp"
#include "ws/close_payload.hpp"
#include "ws/deflate.hpp"
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
    Receiving receiving = Receiving::Messages;
    std::size_t chunk = 16 * 1024;
    Duration close_timeout = std::chrono::seconds(5);
    DeflateSettings deflate = {};
    std::optional<DeflateParameters> agreed = {};  // nothing: no compression

    void take(const SessionLimits& changed);
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
  void adjust(const SessionLimits& limits);

  bool is_open() const { return phase_ == Phase::Open; }
  bool is_closing() const { return close_sent_ || close_received_; }
  bool is_over() const { return phase_ == Phase::Over; }
  Instant deadline() const;
  CompressionCount compression() const;

 private:
  enum class Phase : std::uint8_t { Open, Closing, Over };  // Closing: our Close awaits its answer

  // What ends the conversation: the server's mistake, or its Close.
  using Verdict = std::variant<std::monostate, Violation, CloseStatus>;

  bool is_deaf() const { return is_over() || pending_.index() != 0; }
  void receive_data(const FramePiece& piece);
  void receive_control(const FramePiece& piece, Instant now);
  void receive_ping(BytesView payload, Instant now);
  void receive_close(BytesView payload);
  void conclude(Verdict verdict);
  void settle();
  void answer_close(CloseStatus status);
  void fail_for(Violation violation);
  void check_deadline(Instant now);
  void send_close(std::uint16_t code, std::string_view reason);
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
  Verdict pending_;  // reached, but events before it wait to be told
  std::optional<Deflater> deflater_;
  std::uint64_t sent_wire_ = 0;  // of compressed messages
  std::uint64_t sent_plain_ = 0;
  std::uint8_t control_size_ = 0;
  std::array<std::byte, 125> control_;  // the payload of a control frame that comes in pieces
};

}  // namespace wsrelay::ws
