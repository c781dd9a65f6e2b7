#include "conformance/beats.hpp"

#include <fmt/format.h>

#include "conformance/words.hpp"

namespace wsrelay::conformance {
namespace {

Beat echo_of(Message::Kind kind, std::string_view payload) {
  const std::string words = message_words(kind, payload);
  return {"echo", {.told = {{words}}, .messages = {words}, .controls = {}}};
}
Beat line(std::string words, std::string what) {
  return {std::move(words), {.told = {{std::move(what)}}, .messages = {}, .controls = {}}};
}
Beat closing(std::string words, std::string control, std::uint16_t code, std::string_view reason) {
  std::string told = fmt::format("closed {} {} by the server", code, payload_words(reason));
  return {std::move(words),
          {.told = {{std::move(told)}, {"ended"}}, .messages = {}, .controls = {control}}};
}

}  // namespace

Beat echo(std::string_view text) {
  return echo_of(Message::Kind::Text, text);
}
Beat echo_binary(std::string_view payload) {
  return echo_of(Message::Kind::Binary, payload);
}
Beat hear(std::string_view text) {
  return line("told", message_words(Message::Kind::Text, text));
}
Beat hear_binary(std::string_view payload) {
  return line("told", message_words(Message::Kind::Binary, payload));
}

Beat answer_ping(std::string_view payload) {
  const std::string words = payload_words(payload);
  return {"Pong", {.told = {{"ping " + words}}, .messages = {}, .controls = {"pong " + words}}};
}
Beat hear_ping(std::string_view payload) {
  return line("Ping told", "ping " + payload_words(payload));
}
Beat hear_pong(std::string_view payload) {
  return line("Pong told", "pong " + payload_words(payload));
}

Beat close_with(std::uint16_t code, std::string_view reason) {
  return closing(fmt::format("closes with {}", code), fmt::format("close {}", code), code, reason);
}
Beat close_without_code() {
  return closing("closes without a code", "close", 1005, {});
}

Beat fail_with(std::uint16_t code, std::string_view saying) {
  const bool too_large = code == 1009;
  const std::string told =
      fmt::format("ended {}/ready {}", too_large ? "too_large" : "protocol", code);
  return {fmt::format("**fails {}**", code),
          {.told = {{told, std::string(saying)}},
           .messages = {},
           .controls = {fmt::format("close {}", code)}}};
}

Beat sent(std::string_view message) {
  return {"message sent", {.told = {}, .messages = {std::string(message)}, .controls = {}}};
}
Beat sent_control(std::string_view frame) {
  return {fmt::format("{} sent", frame.substr(0, frame.find(' '))),
          {.told = {}, .messages = {}, .controls = {std::string(frame)}}};
}
Beat told(std::string name, std::string_view what, std::string_view saying) {
  return {std::move(name),
          {.told = {{std::string(what), std::string(saying)}}, .messages = {}, .controls = {}}};
}

Beat opened(std::string_view subprotocol, std::string_view extensions) {
  std::string words = "opened";
  if (!subprotocol.empty()) words += fmt::format(" {}", subprotocol);
  if (!extensions.empty()) words += fmt::format(" with {}", extensions);
  return line(extensions.empty() ? words : "opened with deflate", words);
}
Beat refused_for(std::string_view saying) {
  return {fmt::format("**refused**: {}", saying),
          {.told = {{"ended protocol/upgrading", std::string(saying)}},
           .messages = {},
           .controls = {}}};
}

Vector fails_at(std::string name, std::string_view bytes, std::size_t number, std::uint16_t code,
                std::vector<Beat> before) {
  const std::string decisive(bytes.substr(0, number).substr(number - 1));
  return play(std::move(name),
              {ServerSends{std::string(bytes.substr(0, number - 1))}, Expect{std::move(before)},
               ServerSends{decisive}, Expect{{fail_with(code)}},
               ServerSends{std::string(bytes.substr(number))}, Expect{}});
}

}  // namespace wsrelay::conformance
