// The driver of both proxy protocols, over a stream in memory that stutters.
#include "io/proxy_handshake.hpp"

#include <gtest/gtest.h>

#include "support/pipe_stream.hpp"

namespace wsrelay::io {
namespace {

using namespace std::string_literals;

struct Exchange {
  std::string request, answer;
};
struct Script {
  const char* scheme;
  std::vector<Exchange> exchanges;
};

const Url kServer{.scheme = "wss", .host = "h", .port = 443};
const std::vector<Script> kScripts{
    {"http",
     {{"CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\nProxy-Authorization: Basic dTpw\r\n\r\n",
       "HTTP/1.1 200 OK\r\nVia: 1.1 x\r\n\r\n"}}},
    {"socks5",
     {{"\5\2\0\2"s, "\5\2"s},
      {"\1\1u\1p"s, "\1\0"s},
      {"\5\1\0\3\1h\1\xBB"s, "\5\0\0\3\5proxy\0\x50"s}}}};

struct Talk {
  Talk(const std::string& scheme, const test::PipeOptions& options)
      : ends(test::pipe_pair(sim, options)), theirs(std::move(ends.second)) {
    const Proxy proxy{.url = {.scheme = scheme, .host = "proxy", .port = 1},
                      .user = Secret("u"),
                      .password = Secret("p")};
    handshake.emplace(ProxyHandshake::start(std::move(ends.first), proxy, kServer).value());
  }
  // Both sides once.
  void step() {
    if (stream != nullptr || error) return;
    auto outcome = handshake->advance();
    if (!outcome) {
      error = outcome.error();
    } else if (*outcome != nullptr) {
      stream = std::move(*outcome);
    } else {
      const Wait wait = handshake->wait();
      EXPECT_TRUE(wait.fd && wait.readable != wait.writable) << "waits for nothing, or for all";
    }
  }
  std::string heard(std::size_t size) {
    std::string text;
    std::array<std::byte, 64> buffer{};
    for (int i = 0; i < 10'000 && text.size() < size; ++i) {
      step();
      const auto got = theirs->read(std::span(buffer).first(std::min(buffer.size(), size)));
      if (got) text += as_text(BytesView(buffer).first(got->bytes));
    }
    return text;
  }
  void say(std::string_view text) {
    for (int i = 0; i < 10'000 && !text.empty(); ++i) {
      const auto written = theirs->write(as_bytes(text));
      text.remove_prefix(written ? written->bytes : 0);
      step();
    }
    EXPECT_TRUE(text.empty());
  }

  test::Sim sim;
  test::PipeEnds ends;
  std::unique_ptr<test::PipeStream> theirs;
  std::optional<ProxyHandshake> handshake;
  std::unique_ptr<ByteStream> stream;
  std::optional<Error> error;
};

class ProxyPieces : public testing::TestWithParam<std::size_t> {};
TEST_P(ProxyPieces, TellTheSameStory) {
  for (const Script& script : kScripts)
    for (const std::size_t capacity : {std::size_t{3}, std::size_t{4096}}) {
      Talk talk(script.scheme, {.capacity = capacity, .piece = GetParam(), .stutter = true});
      for (const Exchange& exchange : script.exchanges) {
        EXPECT_EQ(talk.stream, nullptr);
        EXPECT_EQ(talk.heard(exchange.request.size()), exchange.request);
        talk.say(exchange.answer);
      }
      for (int i = 0; i < 100; ++i) talk.step();
      ASSERT_NE(talk.stream, nullptr) << script.scheme;
      ASSERT_TRUE(talk.theirs->write(as_bytes("x")) && talk.theirs->write(as_bytes("x")));
      std::array<std::byte, 4> buffer{};
      const auto first = talk.stream->read(buffer), second = talk.stream->read(buffer);
      EXPECT_EQ(first->bytes + second->bytes, 1U) << "every second call says: not now";
    }
}
INSTANTIATE_TEST_SUITE_P(Sizes, ProxyPieces, testing::Values(1, 2, 5, 1000));

TEST(ProxyHandshake, AnEndBeforeConsentIsToldAsOne) {
  for (const Script& script : kScripts)
    for (std::size_t after = 0; after < script.exchanges.back().answer.size(); ++after) {
      Talk talk(script.scheme, {});
      for (const Exchange& exchange : script.exchanges) {
        EXPECT_EQ(talk.heard(exchange.request.size()), exchange.request);
        const bool last = &exchange == &script.exchanges.back();
        talk.say(std::string_view(exchange.answer).substr(0, last ? after : std::string::npos));
      }
      talk.theirs->shut();
      talk.step();
      ASSERT_TRUE(talk.error) << script.scheme << " after " << after << " bytes";
      EXPECT_EQ(talk.error->fault, Fault::Proxy);
      EXPECT_EQ(talk.error->text, "it closed the connection without an answer");
    }
}

TEST(ProxyHandshake, ABreakBelowIsTheProxysAndKeepsItsNumber) {
  for (const Script& script : kScripts) {
    Talk talk(script.scheme, {});
    talk.theirs->break_now({.fault = Fault::Tcp, .text = "gone", .sys_errno = ECONNRESET});
    talk.step();
    ASSERT_TRUE(talk.error);
    EXPECT_EQ(talk.error->fault, Fault::Proxy);
    EXPECT_EQ(talk.error->sys_errno, ECONNRESET);
  }
}

}  // namespace
}  // namespace wsrelay::io
