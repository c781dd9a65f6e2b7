// What a server hears: the client's bytes, unmasked by the tests' own codec, judged by RFC 6455 §5
// and told in words. A server that finds fault says so in broken().
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "conformance/deflate_peer.hpp"
#include "conformance/vector.hpp"
#include "support/ws_server_frames.hpp"

namespace wsrelay::conformance {

class Ear {
 public:
  explicit Ear(const std::optional<ws::DeflateParameters>& deflate);

  /// Whole frames and parts of them, in any pieces; what was said goes to the story.
  void hear(std::string_view bytes, Story& story);

  /// Empty: the client kept to the RFC.
  const std::string& broken() const { return broken_; }
  bool between_frames() const { return held_.empty(); }

 private:
  void hear_frame(test::ClientFrame& frame, Story& story);
  void hear_data(test::ClientFrame& frame, Story& story);
  void hear_control(const test::ClientFrame& frame, Story& story);
  void finish_message(Story& story);
  void complain(std::string_view what);

  std::string held_;  // the beginning of a frame
  std::string last_key_;
  std::optional<ServerInflater> inflater_;
  std::string message_;
  std::string frames_;   // of a message in several: the length of each, in words
  unsigned opcode_ = 0;  // of the message that is being heard; 0: none
  bool compressed_ = false;
  bool closed_ = false;
  std::string broken_;
};

}  // namespace wsrelay::conformance
