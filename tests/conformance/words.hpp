// What stories are told in: payloads, events and frames as short words that compare like the things
// themselves. A long payload is its length and a digest of all its bytes.
#pragma once

#include <string>
#include <string_view>

#include "base/message.hpp"
#include "conformance/vector.hpp"
#include "ws/session.hpp"

namespace wsrelay::conformance {

std::string payload_words(std::string_view payload);
std::string message_words(Message::Kind kind, std::string_view payload);
std::string part_words(const MessagePart& part);
std::string close_words(std::string_view payload);
Line event_words(const ws::Event& event);

/// Story after story.
void append(Story& to, const Story& more);
/// Where two stories part; empty if they do not. `loosely`: an expected error's sentence is a part
/// of the actual one.
std::string difference(const Story& expected, const Story& actual, bool loosely);

}  // namespace wsrelay::conformance
