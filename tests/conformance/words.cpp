#include "conformance/words.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace wsrelay::conformance {
namespace {

std::uint64_t digest(std::string_view bytes) {
  std::uint64_t sum = bytes.size();
  const auto stir = [&](std::uint64_t word) {
    sum = (sum ^ word) * 0x9E3779B97F4A7C15U;
    sum ^= sum >> 32;
  };
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t n = std::min<std::size_t>(bytes.size(), sizeof(word));
    std::memcpy(&word, bytes.data(), n);
    stir(word);
    bytes.remove_prefix(n);
  }
  return sum;
}

std::string error_words(const Error& error) {
  std::string out(name_of(error.fault));
  if (!error.phase.empty()) out += "/" + error.phase;
  if (error.http_status != 0) out += fmt::format(" {}", error.http_status);
  if (error.close_code != 0) out += fmt::format(" {}", error.close_code);
  return out;
}

struct EventWords {
  Line operator()(const ws::Opened& opened) const {
    Line line{"opened"};
    if (!opened.subprotocol.empty()) line.what += " " + opened.subprotocol;
    if (!opened.extensions.empty()) line.what += fmt::format(" with {}", opened.extensions);
    return line;
  }
  Line operator()(const ws::Refused& refused) const {
    return {fmt::format("refused {} {}", refused.status, payload_words(refused.body))};
  }
  Line operator()(const ws::Received& received) const {
    return {message_words(received.message.kind, as_text(received.message.payload))};
  }
  Line operator()(const ws::ReceivedPart& received) const { return {part_words(received.part)}; }
  Line operator()(const ws::PingReceived& ping) const {
    return {"ping " + payload_words(as_text(ping.payload))};
  }
  Line operator()(const ws::PongReceived& pong) const {
    return {"pong " + payload_words(as_text(pong.payload))};
  }
  Line operator()(const ws::Closed& closed) const {
    return {fmt::format("closed {} {} by {}", closed.code, payload_words(closed.reason),
                        closed.by_us ? "us" : "the server")};
  }
  Line operator()(const ws::Ended& ended) const {
    if (!ended.error) return {"ended"};
    return {"ended " + error_words(*ended.error), ended.error->text};
  }
};

std::string shown(const Line& line) {
  return line.saying.empty() ? line.what : fmt::format("{} ({})", line.what, line.saying);
}
const std::string& shown(const std::string& frame) {
  return frame;
}
bool same(const std::string& expected, const std::string& actual, bool) {
  return expected == actual;
}
bool same(const Line& expected, const Line& actual, bool loosely) {
  if (expected.what != actual.what) return false;
  return loosely ? actual.saying.find(expected.saying) != std::string::npos
                 : actual.saying == expected.saying;
}

template <class Each>
std::string parting(std::string_view what, const std::vector<Each>& expected,
                    const std::vector<Each>& actual, bool loosely) {
  std::size_t at = 0;
  while (at < expected.size() && at < actual.size() && same(expected[at], actual[at], loosely))
    ++at;
  if (at == expected.size() && at == actual.size()) return {};
  const auto from = [&](const std::vector<Each>& all) {
    std::string out;
    for (std::size_t i = at; i < all.size() && i < at + 4; ++i)
      out += (i == at ? "" : " · ") + shown(all[i]);
    if (all.size() > at + 4) out += fmt::format(" · and {} more", all.size() - at - 4);
    return out.empty() ? std::string("nothing") : out;
  };
  return fmt::format("  {}, number {}:\n    expected  {}\n    actual    {}\n", what, at + 1,
                     from(expected), from(actual));
}

}  // namespace

std::string payload_words(std::string_view payload) {
  constexpr std::size_t kLongest = 32;
  if (payload.size() > kLongest)
    return fmt::format("({} bytes {:016x})", payload.size(), digest(payload));
  const bool plain = std::all_of(payload.begin(), payload.end(),
                                 [](char c) { return c >= ' ' && c <= '~' && c != '"'; });
  if (plain) return fmt::format("\"{}\"", payload);
  std::string out = "<";
  for (const char c : payload) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out + ">";
}

std::string message_words(Message::Kind kind, std::string_view payload) {
  return fmt::format("{} {}", name_of(kind), payload_words(payload));
}

std::string part_words(const MessagePart& part) {
  const auto length = [](const std::optional<std::uint64_t>& known) {
    return known ? fmt::format("{}", *known) : std::string("?");
  };
  return fmt::format("part {}{}{}{} frame {}/{} message {}/{}",
                     message_words(part.kind, as_text(part.payload)),
                     part.continuation ? " continuation" : "", part.fin ? " fin" : "",
                     part.last ? " last" : "", part.frame_offset, length(part.frame_length),
                     part.message_offset, length(part.message_length));
}

std::string close_words(std::string_view payload) {
  if (payload.size() < 2) return payload.empty() ? "close" : "close with half a code";
  return fmt::format("close {}", static_cast<unsigned char>(payload[0]) * 256 +
                                     static_cast<unsigned char>(payload[1]));
}

Line event_words(const ws::Event& event) {
  return std::visit(EventWords{}, event);
}

void append(Story& to, const Story& more) {
  to.told.insert(to.told.end(), more.told.begin(), more.told.end());
  to.messages.insert(to.messages.end(), more.messages.begin(), more.messages.end());
  to.controls.insert(to.controls.end(), more.controls.begin(), more.controls.end());
}

std::string difference(const Story& expected, const Story& actual, bool loosely) {
  return parting("told", expected.told, actual.told, loosely) +
         parting("messages sent", expected.messages, actual.messages, loosely) +
         parting("control frames sent", expected.controls, actual.controls, loosely);
}

}  // namespace wsrelay::conformance
