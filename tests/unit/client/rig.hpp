// What tests of the Client share: a floor above that keeps the story and hands out messages, and a
// fixture with a network in memory and virtual time.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "client/client.hpp"
#include "support/fake_dialer.hpp"
#include "support/sim.hpp"

namespace wsrelay::client {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::FakeDialer;
using test::Sim;

inline constexpr std::uint64_t kSeed = 4711;

// What a floor above would do: keeps the story, hands out messages, remembers what was sent.
struct Floor final : Client::Listener {
  std::string story;
  bool tells_all = false;  // begin, attempts, headers and finish stand in the story, too
  std::deque<Message> waiting;
  std::deque<Message> flying;
  std::vector<std::string> sent;
  std::vector<std::string> received;
  std::vector<std::string> heads;  // "101 Upgrade=websocket …"
  std::vector<MessagePart> parts;
  std::vector<Error> errors;
  std::size_t dropped = 0;
  std::function<void(const std::string&)> when;  // called with each word of the story

  void tell(const std::string& word, bool always = true) {
    if (always || tells_all) story += word + " ";
    if (when) when(word);
  }
  void on_begin() override { tell("begin", false); }
  void on_finish() override { tell("finish", false); }
  void on_connecting(unsigned attempt) override {
    tell("attempt(" + std::to_string(attempt) + ")", false);
  }
  void on_headers(int status, const Client::Fields& fields) override {
    std::string head = std::to_string(status);
    for (const auto& field : fields) head += " " + field.first + "=" + field.second;
    heads.push_back(head);
    tell("headers(" + std::to_string(status) + ")", false);
  }
  void on_state(const Status& status) override { tell(std::string(name_of(status.state))); }
  void on_open(const ws::Opened& opened) override { tell("open(" + opened.subprotocol + ")"); }
  void on_message(Message message) override {
    received.emplace_back(as_text(message.payload));
    tell("message", false);
  }
  void on_part(MessagePart part) override {
    parts.push_back(std::move(part));
    tell("part", false);
  }
  void on_ping(BytesView payload) override {
    tell("ping(" + std::string(as_text(payload)) + ")", false);
  }
  void on_pong(BytesView payload) override {
    // Our own Pings bear a counter, which is no text.
    if (payload.size() != 8) tell("pong(" + std::string(as_text(payload)) + ")", false);
  }
  void on_close(const LastClose& close) override {
    tell("close(" + std::to_string(close.code) + (close.clean ? " clean " : " unclean ") +
         std::string(close.by) + ")");
  }
  void on_error(const Error& error) override {
    errors.push_back(error);
    tell(std::string(name_of(error.fault)) + (error.phase.empty() ? "" : ":" + error.phase));
  }
  const Message* next_message() override {
    if (waiting.empty()) return nullptr;
    flying.push_back(std::move(waiting.front()));
    waiting.pop_front();
    return &flying.back();
  }
  void on_sent() override {
    sent.emplace_back(as_text(flying.front().payload));
    flying.pop_front();
  }
  void on_unsent() override {
    waiting.insert(waiting.begin(), flying.begin(), flying.end());
    flying.clear();
  }
  void on_dropped(std::size_t items) override {
    dropped += items;
    tell("dropped(" + std::to_string(items) + ")", false);
  }
  void say(std::string_view text) { waiting.push_back({Message::Kind::Text, to_bytes(text)}); }
};

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    settings.url = *parse_url("ws://example.test/feed", {"ws", "wss"});
    settings.reconnect.delay = {
        .first = seconds(1), .max = seconds(60), .stable_after = seconds(30)};
  }
  void start() { client.emplace(settings, services(), floor); }
  Services services() {
    return {.loop = sim, .dialer = dialer, .secrets = secrets, .random = random, .starts = starts};
  }
  bool ready() const { return state() == State::Ready; }
  State state() const { return client->status().state; }
  void start_ready() {
    start();
    ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
  }
  bool until(State wanted) {
    return sim.advance_until([&] { return state() == wanted; });
  }
  bool until_attempt(std::size_t number, Duration limit = std::chrono::hours(1)) {
    return sim.advance_until([&] { return dialer.attempts.size() >= number; }, limit);
  }
  std::string told() { return std::exchange(floor.story, {}); }
  Result<void> send(ws::Opcode opcode, std::string_view payload, bool fin = true) {
    return client->send({.opcode = opcode, .fin = fin, .payload = to_bytes(payload)});
  }
  /// The frames a server got, as "1:hello 9:ping 0+:part".
  static std::string frames_of(const test::WsPeer& peer) {
    std::string all;
    for (const test::PeerFrame& frame : peer.frames)
      all += (all.empty() ? "" : " ") + std::to_string(frame.opcode) + (frame.fin ? ":" : "+:") +
             frame.payload;
    return all;
  }
  std::string frames() { return frames_of(dialer.peer()); }
  static FakeDialer::Plan refusing(const std::string& status_and_fields) {
    FakeDialer::Plan plan;
    plan.peer.refusal = "HTTP/1.1 " + status_and_fields + "\r\nContent-Length: 0\r\n\r\n";
    return plan;
  }
  static FakeDialer::Plan failing(Error error) {
    FakeDialer::Plan plan;
    plan.failure = std::move(error);
    return plan;
  }

  Sim sim;
  FakeDialer dialer{sim};
  io::Secrets secrets;
  SeededRandom random{kSeed};
  StartRate* starts = nullptr;
  Settings settings;
  Floor floor;
  std::optional<Client> client;
};

}  // namespace wsrelay::client
