// Collects the payload of data frames until there is something to tell: a message, a frame, or a
// chunk of a frame. Knows where each byte stands, and neither opcodes nor UTF-8 nor compression.
// Memory grows with the bytes that came, never with what a header promises.
//
//   begin_message, then for each of its frames: begin_frame, append…, end_frame
//
// However the bytes are cut into append()s, the same is told.
#pragma once

#include <cstdint>
#include <optional>

#include "base/message.hpp"
#include "ws/event_queue.hpp"
#include "ws/session.hpp"

namespace wsrelay::ws {

class Collector {
 public:
  /// `limit`: bytes of a message (Messages) or of a frame (Frames); Chunks have none.
  Collector(Receiving receiving, std::size_t chunk, std::size_t limit);

  /// Counts from the next message on, or the next frame where those are told.
  void adjust(std::size_t chunk, std::size_t limit);

  void begin_message(Message::Kind kind);
  /// `length`: of its payload, where that is known beforehand.
  void begin_frame(bool fin, std::optional<std::uint64_t> length);
  /// How many bytes the limit still allows; append() must not get more.
  std::uint64_t room() const { return room_; }
  void append(BytesView bytes, EventQueue& events);
  void end_frame(EventQueue& events);

 private:
  void collect(BytesView bytes);
  void make_room(std::size_t more);
  void tell_part(bool completes_frame, EventQueue& events);
  Bytes take_payload();

  struct Bounds {
    std::size_t most;  // bytes that may be collected: a chunk's, or the limit
    std::size_t limit;
  };
  Bounds bounds_;
  Bounds next_;
  Receiving receiving_;
  Message::Kind kind_ = Message::Kind::Text;
  bool fin_ = true;
  bool continuation_ = false;
  bool in_message_ = false;
  Bytes payload_;                                   // collected and not told
  std::uint64_t room_ = 0;                          // see room()
  std::uint64_t told_of_frame_ = 0;                 // bytes
  std::uint64_t before_frame_ = 0;                  // bytes of the message's earlier frames
  std::optional<std::uint64_t> frame_length_ = {};  // where known
};

}  // namespace wsrelay::ws
