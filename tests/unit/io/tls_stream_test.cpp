// TLS against a GnuTLS server in the same process, over a stream in memory that stutters.
#include "io/tls_stream.hpp"

#include <gtest/gtest.h>

#include "tls_talk.hpp"

namespace wsrelay::io {
namespace {

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
  return text;
}

// --- Who is trusted ---------------------------------------------------------------------------

struct TrustCase {
  const char* name;
  Wanted wanted;
  TlsPeer peer;
  const char* verdict;  // part of the error's text; empty: accepted
  bool trusted_issuer = true;
};
void PrintTo(const TrustCase& row, std::ostream* out) {
  *out << row.name;
}
class Trust : public testing::TestWithParam<TrustCase> {};

TEST_P(Trust, IsGivenOrRefusedWithAReason) {
  const TrustCase& row = GetParam();
  const Identity other = make_identity({.common_name = "Other CA", .authority = true});
  const Identity identity = make_identity(row.wanted, row.trusted_issuer ? &authority() : &other);
  Talk talk(identity, row.peer);
  if (*row.verdict == '\0') {
    ASSERT_NE(talk.stream, nullptr) << talk.why();
    return;
  }
  ASSERT_TRUE(talk.error.has_value()) << "accepted";
  EXPECT_EQ(talk.stream, nullptr);
  EXPECT_EQ(talk.error->fault, Fault::Tls);
  EXPECT_NE(talk.error->text.find(row.verdict), std::string::npos) << talk.error->text;
  EXPECT_NE(talk.error->tls_code, 0);
  EXPECT_NE(talk.error->tls_verify, 0U);
  EXPECT_TRUE(talk.server->received.empty());
}

const std::string kV4("\x7f\0\0\1", 4);
const std::string kV6 = std::string(15, '\0') + '\1';
using Verify = TlsSettings::Verify;

INSTANTIATE_TEST_SUITE_P(
    Certificates, Trust,
    testing::Values(
        TrustCase{"TheRightOne", {.names = {"example.com"}}, {.name = "example.com"}, ""},
        TrustCase{"AWildcard", {.names = {"*.example.com"}}, {.name = "a.example.com"}, ""},
        TrustCase{"WrongName",
                  {.names = {"example.org", "example.net"}},
                  {.name = "example.com"},
                  "is for other names (example.org, example.net), not for example.com"},
        TrustCase{"WildcardDoesNotReachTwoLevels",
                  {.names = {"*.example.com"}},
                  {.name = "a.b.example.com"},
                  "other names"},
        TrustCase{"UnknownIssuer",
                  {.names = {"example.com"}},
                  {.name = "example.com"},
                  "issuer not found",
                  false},
        TrustCase{"Expired",
                  {.names = {"example.com"}, .from = 1'000'000'000, .until = 1'600'000'000},
                  {.name = "example.com"},
                  "certificate expired on 2020-09-13T12:26:40"},
        TrustCase{"NotYetValid",
                  {.names = {"example.com"},
                   .from = time(nullptr) + 9999,
                   .until = time(nullptr) + 99999},
                  {.name = "example.com"},
                  "certificate not valid before"},
        TrustCase{"ForClientsOnly",
                  {.names = {"example.com"}, .purpose = GNUTLS_KP_TLS_WWW_CLIENT},
                  {.name = "example.com"},
                  "not meant for servers"},
        TrustCase{"CommonNameOnly",
                  {.common_name = "example.com"},
                  {.name = "example.com"},
                  "names no host"},
        TrustCase{"Ipv4Address", {.addresses = {kV4}}, {.name = "127.0.0.1"}, ""},
        TrustCase{"Ipv6Address", {.addresses = {kV6}}, {.name = "::1"}, ""},
        TrustCase{"AnotherAddress",
                  {.addresses = {kV4}},
                  {.name = "127.0.0.2"},
                  "other names (127.0.0.1)"},
        TrustCase{
            "AnAddressAsDnsName", {.names = {"127.0.0.1"}}, {.name = "127.0.0.1"}, "other names"},
        TrustCase{"AnAddressAsCommonName",
                  {.common_name = "127.0.0.1"},
                  {.name = "127.0.0.1"},
                  "names no host"},
        TrustCase{"ChainOnlyTakesAnyName",
                  {.names = {"example.org"}},
                  {.name = "example.com", .verify = Verify::Chain},
                  ""},
        TrustCase{"ChainOnlyStillWantsTheIssuer",
                  {.names = {"example.org"}},
                  {.name = "example.com", .verify = Verify::Chain},
                  "issuer not found",
                  false},
        TrustCase{"NoneTakesAll",
                  {.names = {"example.org"}, .from = 1, .until = 2},
                  {.name = "example.com", .verify = Verify::None},
                  "",
                  false}),
    [](const auto& row) { return row.param.name; });

TEST(TlsHandshake, ASelfSignedCertificateIsCalledSo) {
  Talk talk(make_identity({.names = {"example.com"}}));
  ASSERT_TRUE(talk.error);
  EXPECT_EQ(talk.error->text, "the certificate is self-signed and not trusted");
}

TEST(TlsHandshake, FullVerificationWithoutANameIsRefused) {
  test::Sim sim;
  TlsContexts contexts;
  const auto context = contexts.context({.ca_file = ca_file().path()}).value();
  EXPECT_FALSE(TlsHandshake::start(std::move(test::pipe_pair(sim).first), context, {.name = ""}));
}

// --- The stream --------------------------------------------------------------------------------

class Stutter : public testing::TestWithParam<std::size_t> {};

TEST_P(Stutter, TellsTheSameStoryInAnyPieces) {
  for (const char* version : {kTls12, kTls13})
    for (const std::size_t capacity : {std::size_t{500}, std::size_t{1} << 20}) {
      Talk talk(good(), {.name = "example.com", .alpn = "http/1.1"},
                {.capacity = capacity, .piece = GetParam(), .stutter = true},
                {.priority = version});
      ASSERT_NE(talk.stream, nullptr) << talk.why();
      const std::string text = pattern(40'000);
      talk.write_all(text);
      EXPECT_EQ(talk.server->received, text);
      talk.server->to_send = text;
      EXPECT_EQ(talk.read_all(text.size()), text);
    }
}
INSTANTIATE_TEST_SUITE_P(Pieces, Stutter, testing::Values(1, 7, 100, 100'000));

TEST(TlsStream, SaysWhatThePeerShowed) {
  Talk talk(good());
  ASSERT_NE(talk.stream, nullptr);
  const StreamFacts facts = talk.stream->facts();
  EXPECT_EQ(facts.remote, "pipe");
  EXPECT_EQ(facts.tls_version, "TLS1.3");
  EXPECT_FALSE(facts.tls_cipher.empty());
  EXPECT_EQ(facts.tls_peer, "CN=server");
  EXPECT_EQ(facts.tls_not_after.back(), 'Z');
}

TEST(TlsStream, SurvivesKeyUpdates) {
  Talk talk(good(), {.name = "example.com"}, {}, {.priority = kTls13});
  ASSERT_NE(talk.stream, nullptr);
  for (int i = 0; i < 3; ++i) {
    must(gnutls_session_key_update(talk.server->session(), GNUTLS_KU_PEER));
    talk.server->to_send = "after";
    EXPECT_EQ(talk.read_all(5), "after");
    talk.write_all("x");
  }
  EXPECT_EQ(talk.server->received, "xxx");
}

TEST(TlsStream, RefusesRenegotiationOnceAndEndsTheSecondTime) {
  Talk talk(good(), {.name = "example.com"}, {}, {.priority = kTls12});
  ASSERT_NE(talk.stream, nullptr);
  must(gnutls_rehandshake(talk.server->session()));
  std::array<std::byte, 100> buffer{};
  EXPECT_TRUE(talk.stream->read(buffer)->wants_readable);
  must(gnutls_rehandshake(talk.server->session()));
  const auto second = talk.stream->read(buffer);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().text, "the peer insists on renegotiation");
}

TEST(TlsStream, EndsInOrderAndCutOff) {
  for (const bool orderly : {true, false}) {
    Talk talk(good());
    ASSERT_NE(talk.stream, nullptr);
    talk.server->to_send = "last";
    talk.server->step();
    if (orderly) gnutls_bye(talk.server->session(), GNUTLS_SHUT_WR);
    talk.server->drop();
    EXPECT_EQ(talk.read_all(5), "last");
    EXPECT_TRUE(talk.end);
  }
}

TEST(TlsStream, ABreakBelowIsToldAsItIs) {
  Talk talk(good());
  ASSERT_NE(talk.stream, nullptr);
  talk.ours->break_now({.fault = Fault::Tcp, .text = "connection reset by peer", .sys_errno = 104});
  talk.read_all(1);
  ASSERT_TRUE(talk.error);
  EXPECT_EQ(talk.error->fault, Fault::Tcp);
  EXPECT_EQ(talk.error->sys_errno, 104);
}

TEST(TlsStream, OldVersionsOnlyAreRefused) {
  Talk talk(good(), {.name = "example.com"}, {},
            {.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.1:%COMPAT"});
  ASSERT_TRUE(talk.error);
  EXPECT_EQ(talk.error->text, "the peer offers no TLS 1.2 or newer");
}

// --- Peers that overdo it -----------------------------------------------------------------------

TEST(TlsHandshake, AMessageLargerThanTheLimitIsRefused) {
  for (const bool too_large : {false, true}) {
    const std::size_t size = too_large ? 140 * 1024 : 100 * 1024;
    Talk talk(make_identity({.names = {"example.com"}, .padding = size}, &authority()));
    EXPECT_EQ(talk.stream != nullptr, !too_large) << talk.why();
    if (too_large) {
      EXPECT_EQ(talk.why(), "a handshake message has more than 128 KiB");
    }
  }
}

TEST(TlsStream, AFewSessionTicketsAreNothingAndAFloodIsRefused) {
  for (const bool flood : {false, true}) {
    Talk talk(good(), {.name = "example.com"}, {}, {.priority = kTls13, .tickets = true});
    ASSERT_NE(talk.stream, nullptr) << talk.why();
    for (int i = 0; i < (flood ? 20 : 2); ++i)
      must(gnutls_session_ticket_send(talk.server->session(), flood ? 10 : 2, 0));
    talk.server->to_send = "after";
    EXPECT_EQ(talk.read_all(5), flood ? "" : "after");
    EXPECT_EQ(talk.error ? talk.error->text : "",
              flood ? "the peer floods us with empty records" : "");
  }
}

TEST(TlsStream, AFloodOfKeyUpdatesIsRefused) {
  Talk talk(good(), {.name = "example.com"}, {}, {.priority = kTls13});
  ASSERT_NE(talk.stream, nullptr) << talk.why();
  for (int i = 0; i < 100; ++i) must(gnutls_session_key_update(talk.server->session(), 0));
  talk.server->to_send = "after";
  EXPECT_EQ(talk.read_all(5), "");
  ASSERT_TRUE(talk.error);
  EXPECT_EQ(talk.error->text, "the peer changes its keys too often");
}

struct BannerCase {
  const char* name;
  const char* banner;
  const char* verdict;
};
void PrintTo(const BannerCase& row, std::ostream* out) {
  *out << row.name;
}
class Banner : public testing::TestWithParam<BannerCase> {};
TEST_P(Banner, IsNotTls) {
  test::Sim sim;
  TlsContexts contexts;
  auto [ours, theirs] = test::pipe_pair(sim);
  const auto context = contexts.context({.ca_file = ca_file().path()}).value();
  auto handshake = TlsHandshake::start(std::move(ours), context, {.name = "example.com"}).value();
  ASSERT_EQ(*handshake.advance(), nullptr);
  ASSERT_TRUE(theirs->write(as_bytes(GetParam().banner)));
  theirs->shut();
  const auto outcome = handshake.advance();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().text, GetParam().verdict);
}
INSTANTIATE_TEST_SUITE_P(
    Peers, Banner,
    testing::Values(
        BannerCase{"Http", "HTTP/1.1 400 Bad Request\r\n\r\n", "the peer does not speak TLS"},
        BannerCase{"Ssh", "SSH-2.0-OpenSSH_9.2\r\n", "the peer does not speak TLS"},
        BannerCase{"Silence", "", "the peer closed the connection during the TLS handshake"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace wsrelay::io
