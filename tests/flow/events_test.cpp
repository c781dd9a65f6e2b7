// The events of an instance: one life told in order, no secret in them, no storm of them.
#include "flow/bridge_flow.hpp"

namespace wsrelay::bridge {
namespace {

class Events : public BridgeFlow {
 protected:
  /// The kinds of event in the order in which the broker got them.
  std::string order(const std::string& name = "a") const {
    const std::string prefix = "wsrelay/" + name + "/event/";
    std::string all;
    for (const auto& packet : broker().published)
      if (packet.topic.starts_with(prefix)) all += packet.topic.substr(prefix.size()) + " ";
    return all;
  }
  std::size_t count(const std::string& kind) const {
    const std::string all = payloads("wsrelay/a/event/" + kind);
    return static_cast<std::size_t>(std::count(all.begin(), all.end(), '|'));
  }
};

TEST_F(Events, TellALifeInOrder) {
  add("a");
  start_ready();
  peer("a").send_close(4000, "enough");
  ASSERT_TRUE(sim.advance_until([&] { return peers["a"].size() == 2 && all_ready(); }));
  config.instances["a"].enabled = false;
  reload();
  sim.settle();
  EXPECT_EQ(order(),
            "begin connecting headers connected closed disconnected error "
            "connecting headers connected closed disconnected finish ");
  EXPECT_NE(payloads("wsrelay/a/event/finish").find(R"("state":"stopped")"), std::string::npos);
}

TEST_F(Events, SayWhereAndHowOften) {
  add("a");
  config.instances["a"].client.url = *parse_url("ws://a/?token=hunter2", {"ws"});
  config.instances["a"].client.proxy =
      client::ProxySettings{.url = *parse_url("http://proxy:3128", {"http"})};
  start_ready();
  const std::string connecting = payloads("wsrelay/a/event/connecting");
  EXPECT_NE(connecting.find(R"("url":"ws://a/?token=…","proxy":"http://proxy:3128","attempt":1)"),
            std::string::npos)
      << connecting;
  EXPECT_NE(retained("wsrelay/a/state").find(R"("proxy":"http://proxy:3128")"), std::string::npos);
}

TEST_F(Events, HeadersAreNamesWithoutValues) {
  add("a");
  peer_options.fields = "Set-Cookie: session=hunter2\r\nX-Node: hunter3\r\n";
  start_ready();
  const std::string headers = payloads("wsrelay/a/event/headers");
  EXPECT_NE(headers.find(R"("http_status":101)"), std::string::npos) << headers;
  EXPECT_NE(headers.find(R"("Set-Cookie","X-Node")"), std::string::npos);
  for (const auto& packet : broker().published)
    EXPECT_EQ(packet.payload.find("hunter"), std::string::npos) << packet.topic;
}

TEST_F(Events, AreAtMostOneOfAKindForEachAttempt) {
  add("a");
  peer_options.refusal = "HTTP/1.1 500 Oops\r\n\r\n";
  start();
  sim.advance(std::chrono::minutes(30));
  const std::size_t attempts = peers["a"].size();
  EXPECT_GT(attempts, 20U);
  EXPECT_EQ(count("begin"), 1U);
  EXPECT_EQ(count("connecting"), attempts);
  EXPECT_EQ(count("headers"), attempts);
  EXPECT_EQ(count("error"), attempts);
  EXPECT_EQ(count("finish") + count("connected") + count("disconnected"), 0U);
}

TEST_F(Events, AnErrorTellsAllFigures) {
  add("a");
  config.instances["a"].enabled = false;
  start();
  ASSERT_TRUE(sim.advance_until([&] { return connected(); }));  // the broker is dialed, too
  dialer.plan({{.failure = Error{.fault = Fault::Tls,
                                 .text = "certificate expired",
                                 .phase = "tls",
                                 .tls_code = -348,
                                 .tls_verify = 66}}});
  config.instances["a"].enabled = true;
  reload();
  ASSERT_TRUE(sim.advance_until([&] { return count("error") > 0; }));
  const std::string error = payloads("wsrelay/a/event/error");
  EXPECT_NE(error.find(R"("type":"tls","message":"certificate expired","phase":"tls",)"
                       R"("http_status":null,"tls":-348,)"
                       R"("tls_name":"GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR","tls_verify":66,)"
                       R"("errno":null)"),
            std::string::npos)
      << error;
}

TEST_F(Events, ComeAfterTheDataAndOutliveTheBroker) {
  add("a");
  start_ready();
  broker_away = true;
  broker().close();
  sim.settle();
  peer("a").hang_up();
  sim.advance(seconds(10));
  broker_away = false;
  ASSERT_TRUE(sim.advance_until([&] { return connected(); }));
  sim.settle();
  EXPECT_TRUE(order().starts_with("disconnected error connecting headers connected ")) << order();
}

}  // namespace
}  // namespace wsrelay::bridge
