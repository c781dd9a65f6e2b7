// What a caller of the library wants sent: a whole message, a part of one, or a control frame; and
// the bounded queue in which it waits for an open session. The counterpart of ESP-IDF's send
// functions, except that being disconnected is no error while there is room.
// An item is pushed, handed over to a session (sent_front) and settled when its last byte has left;
// until then it is kept, and counts.
#pragma once

#include <cstdint>
#include <list>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/utf8.hpp"
#include "ws/opcode.hpp"

namespace wsrelay::client {

struct Outgoing {
  ws::Opcode opcode = ws::Opcode::Text;  // not Close: that is Client::close()
  bool fin = true;                       // Text, Binary and Continuation
  Bytes payload = {};
};

/// First in, first out. Knows which frames belong to one message, and keeps them together.
class SendQueue {
 public:
  struct Bounds {
    std::size_t items = 1'000;
    std::size_t bytes = 4 * 1024 * 1024;
  };
  explicit SendQueue(Bounds bounds) : bounds_(bounds) {}

  /// Refused (Fault::Local): the queue is full, a control payload is longer than 125 bytes, a text
  /// is not UTF-8, or a frame cannot stand here (a continuation of nothing, a new message inside an
  /// unfinished one).
  Result<void> push(Outgoing item);

  Outgoing* front();     // the next to be handed to the session; null: none
  void sent_front();     // handed over; kept until settled
  void settle_oldest();  // its last byte left
  /// The connection broke. What was handed over waits again, in order, except for control frames
  /// and for a message of which a part has left: that one is dropped, with parts that wait and
  /// parts still to come (they are taken and forgotten; a new message may begin instead). How many
  /// items were dropped.
  std::size_t rewind();

  std::size_t size() const { return waiting_.size() + handed_.size(); }

 private:
  Result<void> check_place(const Outgoing& item) const;
  Result<void> check_text(const Outgoing& item);

  // Lists: the empty queue of an idle client owns no memory.
  std::list<Outgoing> waiting_;
  std::list<Outgoing> handed_;  // over to the session, not settled
  Bounds bounds_;
  std::size_t bytes_ = 0;
  ws::Opcode message_ = ws::Opcode::Text;  // of the newest message,
  Utf8Validator text_;                     // and what its text came to so far
  bool in_parts_ = false;                  // the newest item is part of a message without an end
  bool skipping_ = false;                  // the beginning of that message was dropped
};

}  // namespace wsrelay::client
