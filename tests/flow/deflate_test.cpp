// Compressed messages on both rivers; the statistics say what it was worth.
#include "flow/bridge_flow.hpp"
#include "support/ws_server_frames.hpp"
#include "unit/ws/zlib_peer.hpp"

namespace wsrelay::bridge {
namespace {

constexpr unsigned kRsv1 = 4;

class Deflate : public BridgeFlow {
 protected:
  void start_compressed() {
    add("a");
    config.instances["a"].client.deflate = {.client_max_window_bits = 15,
                                            .server_max_window_bits = 15};
    peer_options.fields =
        "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n";
    start_ready();
  }
  void send_compressed(unsigned opcode, std::string_view plain) {
    peer("a").send_raw(
        test::wire({.opcode = opcode, .payload = deflater.message(plain), .rsv = kRsv1}));
  }
  test::ZlibDeflater deflater;
};

TEST_F(Deflate, BothRiversCarryWhatWasMeant) {
  start_compressed();
  const std::string down(50'000, 'd');
  const std::string up(50'000, 'u');
  send_compressed(1, down);
  send_compressed(2, down);  // in the context of the first
  broker().publish("wsrelay/a/send/text", up, 1, 7);
  broker().publish("wsrelay/a/send/text", "short", 1, 8);
  sim.settle();
  EXPECT_EQ(payloads("wsrelay/a/recv"), down + "|" + down + "|");
  ASSERT_EQ(peer("a").frames.size(), 2U);
  EXPECT_LT(peer("a").frames[0].payload.size(), 500U);
  EXPECT_EQ(test::ZlibInflater().message(peer("a").frames[0].payload), up);
  EXPECT_EQ(peer("a").frames[1].payload, "short") << "not worth it";
}

TEST_F(Deflate, IsShownInStateAndStatistics) {
  start_compressed();
  EXPECT_NE(retained("wsrelay/a/state")
                .find(R"("extensions":"permessage-deflate; client_no_context_takeover")"),
            std::string::npos)
      << retained("wsrelay/a/state");
  send_compressed(1, std::string(10'000, 'd'));
  broker().publish("wsrelay/a/send/text", std::string(20'000, 'u'), 1, 7);
  sim.settle();
  const ws::CompressionCount count = instance("a").compression();
  EXPECT_EQ(count.received_plain, 10'000U);
  EXPECT_EQ(count.sent_plain, 20'000U);
  EXPECT_LT(count.received_wire + count.sent_wire, 500U);
  EXPECT_GT(std::min(count.received_wire, count.sent_wire), 0U);
  const std::string sent =
      R"("compressed":{"wire_bytes":)" + std::to_string(count.sent_wire) + R"(,"bytes":20000})";
  sim.advance(config.report_interval);
  EXPECT_NE(retained("wsrelay/a/stats").find(sent), std::string::npos)
      << retained("wsrelay/a/stats");
}

TEST_F(Deflate, CountsGoOnWhenAReloadReplacesTheClient) {
  start_compressed();
  send_compressed(1, std::string(10'000, 'd'));
  sim.settle();
  config.instances["a"].client.user_agent = "another";
  reload();
  ASSERT_TRUE(sim.advance_until([&] { return peers["a"].size() == 2 && all_ready(); }));
  EXPECT_EQ(instance("a").compression().received_plain, 10'000U);
}

TEST_F(Deflate, OneThatIsRequiredAndDeclinedIsSaid) {
  add("a");
  config.instances["a"].client.deflate.offer = ws::DeflateSettings::Offer::Required;
  start();
  ASSERT_TRUE(sim.advance_until([&] { return connected() && peers["a"].size() > 1; }));
  sim.settle();
  EXPECT_NE(retained("wsrelay/a/state").find(R"("type":"protocol")"), std::string::npos)
      << retained("wsrelay/a/state");
  EXPECT_EQ(payloads("wsrelay/a/event/connected"), "");
}

TEST_F(Deflate, PartsOfCompressedMessagesCountTheirPlainBytes) {
  add("a");
  config.instances["a"].client.receiving = ws::Receiving::Chunks;
  config.instances["a"].client.limits.chunk = 1000;
  config.instances["a"].client.deflate = {.client_max_window_bits = 15,
                                          .server_max_window_bits = 15};
  peer_options.fields = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  start_ready();
  send_compressed(2, std::string(2500, 'd'));
  sim.settle();
  std::size_t bytes = 0;
  std::string last;
  for (const auto& packet : broker().published) {
    if (packet.topic != "wsrelay/a/recv") continue;
    bytes += packet.payload.size();
    last = packet.properties;
  }
  EXPECT_EQ(bytes, 2500U);
  EXPECT_NE(last.find("ws-length:2500"), std::string::npos) << last;
}

}  // namespace
}  // namespace wsrelay::bridge
