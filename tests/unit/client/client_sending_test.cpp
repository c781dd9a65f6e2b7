#include "unit/client/rig.hpp"
#include "ws/deflate.hpp"

namespace wsrelay::client {
namespace {

using ws::Opcode;

class ClientSending : public ClientTest {
 protected:
  ClientSending() { settings.ping.interval = Duration::zero(); }  // only our own frames
  void send_all(std::initializer_list<Outgoing> items) {
    for (const Outgoing& item : items) ASSERT_TRUE(client->send(item));
  }
  static Outgoing text(std::string_view payload) { return {.payload = to_bytes(payload)}; }
  static Outgoing part(Opcode opcode, std::string_view payload, bool fin = false) {
    return {.opcode = opcode, .fin = fin, .payload = to_bytes(payload)};
  }
};

TEST_F(ClientSending, BeingDisconnectedIsNoError) {
  start();
  send_all({text("one"), text("two"), part(Opcode::Ping, "p", true)});
  ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
  sim.settle();
  EXPECT_EQ(frames(), "1:one 1:two 9:p");
}

TEST_F(ClientSending, EachOpcodeGoesOnTheWire) {
  start_ready();
  send_all({text("t"), part(Opcode::Binary, "b", true), part(Opcode::Ping, "i", true),
            part(Opcode::Pong, "o", true), text("")});
  sim.settle();
  EXPECT_EQ(frames(), "1:t 2:b 9:i 10:o 1:");
}

TEST_F(ClientSending, FragmentsStayTogetherAndPingsPassBetween) {
  start_ready();
  send_all({part(Opcode::Text, "a"), part(Opcode::Continuation, "b"),
            part(Opcode::Ping, "still there?", true)});
  sim.settle();
  EXPECT_EQ(frames(), "1+:a 0+:b 9:still there?") << "a part waits for no other";
  send_all({part(Opcode::Continuation, "", true), part(Opcode::Binary, "c"),
            part(Opcode::Continuation, "d", true)});
  sim.settle();
  EXPECT_EQ(frames(), "1+:a 0+:b 9:still there? 0: 2+:c 0:d");
}

TEST_F(ClientSending, TheOwnQueueGoesFirst) {
  start();
  floor.say("pulled");
  send_all({text("queued")});
  ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
  sim.settle();
  EXPECT_EQ(frames(), "1:queued 1:pulled");
  EXPECT_EQ(floor.sent, std::vector<std::string>{"pulled"}) << "told of its own only";
}

TEST_F(ClientSending, NobodyElseSpeaksInsideAMessage) {
  start_ready();
  send_all({part(Opcode::Text, "a")});
  floor.say("pulled");
  client->wake();
  sim.settle();
  EXPECT_EQ(frames(), "1+:a") << "the pulled one waits";
  send_all({part(Opcode::Continuation, "b", true)});
  sim.settle();
  EXPECT_EQ(frames(), "1+:a 0:b 1:pulled");
}

TEST_F(ClientSending, AMessageInterruptedByABreakIsDroppedWithItsRest) {
  start_ready();
  send_all({text("before"), part(Opcode::Text, "a")});
  sim.settle();
  floor.say("pulled");  // waits for the end of it
  dialer.peer().hang_up();
  ASSERT_TRUE(until(State::Resting));
  EXPECT_EQ(floor.dropped, 0U) << "the part had left already; nothing is held here";
  send_all({part(Opcode::Continuation, "b"), part(Opcode::Continuation, "c", true), text("after")});
  ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
  sim.settle();
  EXPECT_EQ(frames(), "1:after 1:pulled");
}

TEST_F(ClientSending, WhatTheStreamDidNotTakeIsSentAgainInOrder) {
  for (const std::size_t after : {250U, 300U, 500U, 1000U, 1500U, 2200U}) {
    SCOPED_TRACE(after);
    dialer.peers.clear();
    floor.dropped = 0;
    dialer.plan({{.pipe = {.capacity = 512, .break_after = after}}, {}});
    start();
    std::string all;
    for (int i = 0; i < 10; ++i) {
      const std::string payload = std::to_string(i) + std::string(200, 'x');
      all += payload + "|";
      ASSERT_TRUE(send(i % 2 == 0 ? Opcode::Text : Opcode::Binary, payload));
    }
    ASSERT_TRUE(send(Opcode::Ping, "only once"));
    ASSERT_TRUE(sim.advance_until(
        [&] { return dialer.peers.size() == 2 && dialer.peer().texts().ends_with("x|"); }));
    sim.advance(seconds(1));
    // The second server got what the first one did not, and perhaps a little of that again.
    const std::string again = dialer.peer().texts();
    EXPECT_TRUE(all.ends_with(again)) << again.size();
    EXPECT_LE(all.size() - again.size(), dialer.peers[0]->texts().size());
    EXPECT_LE(floor.dropped, 1U) << "the Ping, if it had been handed over";
    client.reset();
  }
}

TEST_F(ClientSending, AHandedPingIsNotSentTwice) {
  dialer.plan({{.pipe = {.capacity = 300}}, {}});
  start_ready();
  dialer.peer().stop_reading();
  send_all({text(std::string(1000, 't')), part(Opcode::Ping, "p", true)});
  sim.settle();
  dialer.peer().hang_up();
  send_all({part(Opcode::Ping, "q", true)});
  ASSERT_TRUE(sim.advance_until([&] { return dialer.peers.size() == 2 && ready(); }));
  sim.settle();
  EXPECT_EQ(floor.dropped, 1U);
  EXPECT_EQ(frames(), "1:" + std::string(1000, 't') + " 9:q");
}

TEST_F(ClientSending, TheQueueIsBounded) {
  start();
  std::size_t taken = 0;
  while (taken < 2000 && client->send(text("x"))) ++taken;
  EXPECT_EQ(taken, 1000U);
  ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
  sim.settle();
  EXPECT_EQ(dialer.peer().frames.size(), 1000U);
  EXPECT_TRUE(client->send(text("there is room again")));
}

TEST_F(ClientSending, WhatCannotStandThereIsRefusedAtOnce) {
  start();
  for (const Outgoing& bad :
       {part(Opcode::Continuation, "x", true), part(Opcode::Close, "", true), text("\xFF")}) {
    const auto sent = client->send(bad);
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().fault, Fault::Local);
  }
}

TEST_F(ClientSending, StutteringStreamsGetTheSameFrames) {
  for (const std::size_t piece : {1U, 3U, 64U, 4096U}) {
    SCOPED_TRACE(piece);
    dialer.plan({{.pipe = {.capacity = 256, .piece = piece, .stutter = true}}});
    start();
    send_all({text("one"), part(Opcode::Text, "a"), part(Opcode::Ping, "p", true),
              part(Opcode::Continuation, std::string(1000, 'b'), true)});
    floor.say("two");
    ASSERT_TRUE(sim.advance_until([&] { return ready(); }));
    sim.advance(seconds(1));
    EXPECT_EQ(frames(), "1:one 1+:a 9:p 0:" + std::string(1000, 'b') + " 1:two");
    client.reset();
  }
}

// ---- an answer goes out before the end

struct LastWordsRow {
  const char* name;
  bool queued;         // answered by send(), else by next_message()
  std::string ending;  // the bytes behind the message
  std::string code;
  std::size_t piece = 1000;  // of the stream; 4: the message alone
};
class LastWords : public ClientSending, public testing::WithParamInterface<LastWordsRow> {};

TEST_P(LastWords, AreAnsweredBeforeOurClose) {
  const LastWordsRow& row = GetParam();
  floor.tells_all = true;
  floor.when = [&](const std::string& word) {
    if (word != "message") return;
    if (row.queued)
      ASSERT_TRUE(send(Opcode::Text, "answer"));
    else
      floor.say("answer");
  };
  dialer.plan({{.pipe = {.piece = row.piece}, .peer = {.answer_close = false}}});
  start_ready();
  dialer.peer().send_raw(std::string("\x81\x02hi", 4) + row.ending);
  sim.settle();
  ASSERT_EQ(dialer.peer().frames.size(), 2U) << frames();
  EXPECT_EQ(dialer.peer().frames[0].payload, "answer");
  EXPECT_EQ(dialer.peer().frames[1].opcode, 8);
  EXPECT_EQ(dialer.peer().frames[1].payload.substr(0, 2), row.code);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, LastWords,
    testing::Values(
        LastWordsRow{"QueuedBeforeAComplaint", true, std::string("\x83\x00", 2), "\x03\xEA"},
        LastWordsRow{"PulledBeforeAComplaint", false, std::string("\x83\x00", 2), "\x03\xEA"},
        LastWordsRow{"QueuedInARecordOfItsOwn", true, std::string("\x83\x00", 2), "\x03\xEA", 4},
        LastWordsRow{"PulledInARecordOfItsOwn", false, std::string("\x83\x00", 2), "\x03\xEA", 4},
        LastWordsRow{"QueuedBeforeAClose", true, std::string("\x88\x02\x03\xE8", 4), "\x03\xE8"},
        LastWordsRow{"PulledBeforeAClose", false, std::string("\x88\x02\x03\xE8", 4), "\x03\xE8"}),
    [](const auto& row) { return row.param.name; });

// ---- compression

class ClientDeflate : public ClientSending {
 protected:
  ClientDeflate() {
    settings.limits.max_message = 64 << 20;
    dialer.plan(
        {{.peer = {.fields = "Sec-WebSocket-Extensions: permessage-deflate; "
                             "server_max_window_bits=12; client_no_context_takeover\r\n"}}});
  }
  std::string deflated(std::size_t size) {
    const Bytes* wire = server.deflate(Bytes(size, std::byte{'x'}));
    return wire == nullptr ? std::string() : std::string(as_text(*wire));
  }
  static constexpr int kCompressedText = 0x41;  // RSV1

  ws::Deflater server{{.client_max_window_bits = 12, .client_context_takeover = false}, {}};
};

// Runs as often as it gets the chance, until told otherwise.
struct Witness final : io::Task {
  explicit Witness(Sim& sim) : registration(sim.add(*this)) {}
  io::Wait run(const io::Turn&) override {
    if (++runs < 10'000 && !done()) registration.wake();
    return {};
  }
  std::function<bool()> done = [] { return true; };
  int runs = 0;
  io::Registration registration;
};

TEST_F(ClientDeflate, IsOfferedAndCounted) {
  start_ready();
  EXPECT_NE(dialer.peer().request().find("Sec-WebSocket-Extensions: permessage-deflate"),
            std::string::npos);
  EXPECT_TRUE(client->status().extensions.starts_with("permessage-deflate"));
  const std::string wire = deflated(10'000);
  dialer.peer().send(kCompressedText, wire);
  ASSERT_TRUE(send(Opcode::Text, std::string(5000, 'y')));
  sim.settle();
  EXPECT_EQ(floor.received, std::vector<std::string>{std::string(10'000, 'x')});
  const ws::CompressionCount first = client->status().compression;
  EXPECT_EQ(first.received_wire, wire.size());
  EXPECT_EQ(first.received_plain, 10'000U);
  EXPECT_EQ(first.sent_plain, 5000U);
  EXPECT_EQ(first.sent_wire, dialer.peer().frames.at(0).payload.size());
  EXPECT_LT(first.sent_wire, 500U);

  dialer.peer().hang_up();
  ASSERT_TRUE(sim.advance_until([&] { return dialer.peers.size() == 2 && ready(); }));
  dialer.peer().send(kCompressedText, wire);
  sim.settle();
  EXPECT_EQ(client->status().compression.received_plain, 20'000U) << "over all connections";
}

TEST_F(ClientDeflate, ALargeMessageLeavesOthersTheirTurns) {
  start_ready();
  Witness witness(sim);
  witness.done = [&] { return !floor.received.empty(); };
  dialer.peer().send(kCompressedText, deflated(32 << 20));
  dialer.peer().send(1, "and what came behind it");
  sim.settle();
  ASSERT_EQ(floor.received.size(), 2U);
  EXPECT_EQ(floor.received[0].size(), 32U << 20);
  EXPECT_EQ(floor.received[1], "and what came behind it");
  EXPECT_GT(witness.runs, 8) << "32 MiB in one turn would be a standstill for everybody else";
}

TEST_F(ClientDeflate, AnAnswerToALargeMessageGoesOutBeforeAComplaint) {
  floor.tells_all = true;
  floor.when = [&](const std::string& word) {
    EXPECT_TRUE(word != "message" || send(Opcode::Text, "answer"));
  };
  start_ready();
  dialer.peer().send(kCompressedText, deflated(4 << 20));
  dialer.peer().send(3, "reserved");
  dialer.peer().send_raw(std::string(200'000, 'x'));  // more than a read brings
  sim.settle();
  EXPECT_EQ(frames().substr(0, 12), "1:answer 8:\x03");
}

TEST_F(ClientDeflate, APauseHoldsBackWhatIsNotInflatedYet) {
  start_ready();
  dialer.peer().send(kCompressedText, deflated(32 << 20));
  for (int i = 0; i < 4; ++i) client->run({.now = sim.now(), .readable = true});
  client->pause(true);
  sim.advance(minutes(10));
  EXPECT_TRUE(floor.received.empty());
  EXPECT_TRUE(ready());
  client->pause(false);
  sim.settle();
  EXPECT_EQ(floor.received.size(), 1U);
}

}  // namespace
}  // namespace wsrelay::client
