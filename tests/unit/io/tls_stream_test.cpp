// TLS against a GnuTLS server in the same process, over a stream in memory that stutters.
#include "io/tls_stream.hpp"

#include <cerrno>

#include <gtest/gtest.h>

#include "certificates.hpp"
#include "support/pipe_stream.hpp"

namespace wsrelay::io {
namespace {

using test::PipeEnds;
using test::PipeOptions;
using test::PipeStream;

// The other side: plain GnuTLS, driven by hand.
class Server {
 public:
  Server(std::unique_ptr<PipeStream> pipe, const Identity& identity,
         const char* priority = "NORMAL", bool ask_certificate = false)
      : pipe_(std::move(pipe)) {
    gnutls_certificate_credentials_t credentials = nullptr;
    must(gnutls_certificate_allocate_credentials(&credentials));
    credentials_.reset(credentials);
    gnutls_x509_crt_t chain = identity.certificate.get();
    must(gnutls_certificate_set_x509_key(credentials, &chain, 1, identity.key.get()));
    gnutls_session_t session = nullptr;
    must(gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NONBLOCK));
    session_.reset(session);
    must(gnutls_priority_set_direct(session, priority, nullptr));
    must(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials));
    if (ask_certificate) gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
    gnutls_transport_set_ptr(session, this);
    gnutls_transport_set_pull_function(session, [](void* self, void* out, std::size_t size) {
      return static_cast<Server*>(self)->pull(out, size);
    });
    gnutls_transport_set_push_function(session, [](void* self, const void* data, std::size_t size) {
      return static_cast<Server*>(self)->push(data, size);
    });
  }
  void step() {
    if (!open && !failed) {
      const int rc = gnutls_handshake(session_.get());
      open = rc == 0;
      failed = rc < 0 && gnutls_error_is_fatal(rc) != 0;
      last = rc;
    }
    if (!open) return;
    std::array<char, 4096> buffer{};
    for (ssize_t got; (got = gnutls_record_recv(session_.get(), buffer.data(), buffer.size())) > 0;)
      received.append(buffer.data(), static_cast<std::size_t>(got));
    while (!to_send.empty()) {
      const ssize_t sent = gnutls_record_send(session_.get(), to_send.data(), to_send.size());
      if (sent < 0) break;
      to_send.erase(0, static_cast<std::size_t>(sent));
    }
  }
  gnutls_session_t session() const { return session_.get(); }
  void drop() { pipe_.reset(); }

  bool open = false, failed = false;
  int last = 0;
  std::string received, to_send;

 private:
  ssize_t pull(void* out, std::size_t size) {
    if (pipe_ == nullptr) return 0;
    const auto read = pipe_->read({static_cast<std::byte*>(out), size});
    if (read && read->bytes > 0) return static_cast<ssize_t>(read->bytes);
    if (read && read->end) return 0;
    gnutls_transport_set_errno(session_.get(), read ? EAGAIN : ECONNRESET);
    return -1;
  }
  ssize_t push(const void* data, std::size_t size) {
    if (pipe_ == nullptr) return static_cast<ssize_t>(size);
    const auto written = pipe_->write({static_cast<const std::byte*>(data), size});
    if (written && written->bytes > 0) return static_cast<ssize_t>(written->bytes);
    gnutls_transport_set_errno(session_.get(), written ? EAGAIN : ECONNRESET);
    return -1;
  }
  std::unique_ptr<PipeStream> pipe_;
  Handle<gnutls_certificate_credentials_st, gnutls_certificate_free_credentials> credentials_;
  Handle<gnutls_session_int, gnutls_deinit> session_;
};

const Identity& authority() {
  static const Identity made = make_identity({.common_name = "Test CA", .authority = true});
  return made;
}
const TemporaryFile& ca_file() {
  static const TemporaryFile file(pem_of(authority().certificate));
  return file;
}

struct Talk {
  explicit Talk(const Identity& identity, TlsPeer peer = {.name = "example.com"},
                const PipeOptions& options = {}, const char* priority = "NORMAL",
                bool ask_certificate = false) {
    PipeEnds ends = test::pipe_pair(sim, options);
    ours = ends.first.get();
    server = std::make_unique<Server>(std::move(ends.second), identity, priority, ask_certificate);
    const auto context = contexts.context({.ca_file = ca_file().path()}).value();
    auto handshake = TlsHandshake::start(std::move(ends.first), context, peer).value();
    for (int i = 0; i < 200'000 && !stream && !error; ++i) {
      auto outcome = handshake.advance();
      if (!outcome) {
        error = outcome.error();
      } else if (*outcome != nullptr) {
        stream = std::move(*outcome);
      } else {
        const Wait wait = handshake.wait();
        EXPECT_TRUE(wait.fd && (wait.readable || wait.writable)) << "waits for nothing";
      }
      server->step();
    }
  }
  std::string why() const {
    return error ? error->text
                 : std::string("no end of the handshake; the server says ") +
                       gnutls_strerror(server->last);
  }
  // Everything that there is to read; also lets the server work.
  std::string read_all(std::size_t wanted) {
    std::string text;
    std::array<std::byte, 1000> buffer{};
    for (int i = 0; i < 500'000 && text.size() < wanted && !error && !end; ++i) {
      server->step();
      const auto read = stream->read(buffer);
      if (!read) {
        error = read.error();
      } else {
        end = read->end;
        text += as_text(BytesView(buffer).first(read->bytes));
      }
    }
    return text;
  }
  void write_all(std::string_view text) {
    for (int i = 0; i < 500'000 && !text.empty() && !error; ++i) {
      const auto written = stream->write(as_bytes(text));
      if (!written) {
        error = written.error();
      } else {
        text.remove_prefix(written->bytes);
      }
      server->step();
    }
    EXPECT_TRUE(text.empty());
    for (int i = 0; i < 1000; ++i) server->step();
  }

  test::Sim sim;
  TlsContexts contexts;
  PipeStream* ours = nullptr;
  std::unique_ptr<Server> server;
  std::unique_ptr<ByteStream> stream;
  std::optional<Error> error;
  bool end = false;
};

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

const Identity& good() {
  static const Identity made = make_identity({.names = {"example.com"}}, &authority());
  return made;
}

class Stutter : public testing::TestWithParam<std::size_t> {};

TEST_P(Stutter, TellsTheSameStoryInAnyPieces) {
  for (const char* version : {"NORMAL:-VERS-ALL:+VERS-TLS1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.3"})
    for (const std::size_t capacity : {std::size_t{500}, std::size_t{1} << 20}) {
      Talk talk(good(), {.name = "example.com", .alpn = "http/1.1"},
                {.capacity = capacity, .piece = GetParam(), .stutter = true}, version);
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
  Talk talk(good(), {.name = "example.com"}, {}, "NORMAL:-VERS-ALL:+VERS-TLS1.3");
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
  Talk talk(good(), {.name = "example.com"}, {}, "NORMAL:-VERS-ALL:+VERS-TLS1.2");
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
  Talk talk(good(), {.name = "example.com"}, {}, "NORMAL:-VERS-ALL:+VERS-TLS1.1:%COMPAT");
  ASSERT_TRUE(talk.error);
  EXPECT_EQ(talk.error->text, "the peer offers no TLS 1.2 or newer");
}

TEST(TlsStream, AMissingClientCertificateEndsTheConnection) {
  for (const char* version : {"NORMAL:-VERS-ALL:+VERS-TLS1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.3"}) {
    Talk talk(good(), {.name = "example.com"}, {}, version, true);
    for (int i = 0; i < 10; ++i) talk.server->step();
    if (talk.stream) {
      gnutls_alert_send_appropriate(talk.server->session(), GNUTLS_E_CERTIFICATE_REQUIRED);
      talk.read_all(1);
    }
    // A server of this library hangs up without an alert on 1.2; what matters is that we end.
    EXPECT_TRUE(talk.error || talk.end || talk.server->failed);
  }
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

// --- Contexts ----------------------------------------------------------------------------------

TEST(TlsContexts, EqualFilesShareOneContext) {
  TlsContexts contexts;
  const auto a = contexts.context({.ca_file = ca_file().path()}).value();
  const auto b = contexts.context({.ca_file = ca_file().path(), .server_name = "x"}).value();
  EXPECT_EQ(a, b);
}

TEST(TlsContexts, AReloadThatFailsKeepsTheOldOne) {
  TlsContexts contexts;
  auto file = std::make_unique<TemporaryFile>(pem_of(authority().certificate));
  const std::string path = file->path();
  const auto before = contexts.context({.ca_file = path}).value();
  file.reset();
  const auto errors = contexts.reload();
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_NE(errors.front().text.find(path), std::string::npos);
  EXPECT_EQ(contexts.context({.ca_file = path}).value(), before);
}

TEST(TlsContexts, ErrorsNameTheFile) {
  const TemporaryFile empty("");
  const TemporaryFile certificate(pem_of(good().certificate));
  const TemporaryFile wrong_key(pem_of(authority().key));
  const std::string& ca = ca_file().path();
  EXPECT_NE(TlsContexts().context({.ca_file = empty.path()}).error().text.find(empty.path()),
            std::string::npos);
  const auto mismatch = TlsContexts().context(
      {.ca_file = ca, .cert_file = certificate.path(), .key_file = wrong_key.path()});
  ASSERT_FALSE(mismatch);
  EXPECT_NE(mismatch.error().text.find(wrong_key.path()), std::string::npos);
  EXPECT_FALSE(TlsContexts().context({.ca_file = ca, .cert_file = certificate.path()}));
}

}  // namespace
}  // namespace wsrelay::io
