// The way of messages into a session: from the client's own queue first, then from the Listener;
// and the account of them until their last byte has left. Lives as long as the session's stream.
#pragma once

#include <cstdint>

#include "client/client.hpp"
#include "client/outgoing.hpp"
#include "client/under_way.hpp"
#include "ws/session.hpp"

namespace wsrelay::client {

class Handover {
 public:
  /// Both must outlive it.
  Handover(SendQueue& queue, Client::Listener& listener) : queue_(queue), listener_(listener) {}

  /// Hands over while the session is open and its output has room. True if nothing waits that could
  /// be sent now.
  bool fill(ws::Session& session);
  /// So many bytes of the session's output left: tells and settles what is complete now.
  void left(std::size_t bytes);
  /// The stream is gone: what did not leave waits again, or is told to be lost.
  void give_back();

 private:
  bool send_queued(ws::Session& session);
  bool send_pulled(ws::Session& session);

  SendQueue& queue_;
  Client::Listener& listener_;
  UnderWay under_way_ = {};
  std::uint64_t written_ = 0;
};

}  // namespace wsrelay::client
