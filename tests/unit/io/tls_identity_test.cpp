// What a server sees of us: our certificate, and the name that we ask for.
#include <gtest/gtest.h>

#include "tls_talk.hpp"

namespace wsrelay::io {
namespace {

using Verify = TlsSettings::Verify;

struct Login {
  Identity identity =
      make_identity({.common_name = "relay", .purpose = GNUTLS_KP_TLS_WWW_CLIENT}, &authority());
  TemporaryFile certificate{pem_of(identity.certificate)};
  TemporaryFile key{pem_of(identity.key)};
  TlsSettings settings() const { return {.cert_file = certificate.path(), .key_file = key.path()}; }
};

class ClientCertificate : public testing::TestWithParam<const char*> {
 protected:
  TlsServerOptions demanding{
      .priority = GetParam(), .demands_certificate = true, .trusts = &authority()};
  // With TLS 1.3 the handshake is over for us before the server has judged our certificate.
  static std::string verdict(Talk& talk) {
    if (talk.stream != nullptr) talk.read_all(1);
    EXPECT_TRUE(talk.error.has_value()) << "the server took it";
    return talk.error ? talk.error->text : "";
  }
};

TEST_P(ClientCertificate, OpensTheDoor) {
  const Login login;
  Talk talk(good(), {.name = "example.com"}, {}, demanding, login.settings());
  ASSERT_NE(talk.stream, nullptr) << talk.why();
  talk.write_all("it is me");
  EXPECT_EQ(talk.server->received, "it is me");
  EXPECT_EQ(talk.server->client_subject(), "CN=relay");
}

TEST_P(ClientCertificate, ThatIsMissingIsAskedForInWords) {
  Talk talk(good(), {.name = "example.com"}, {}, demanding);
  EXPECT_NE(verdict(talk).find("a client certificate"), std::string::npos) << talk.error->text;
  EXPECT_EQ(talk.error->fault, Fault::Tls);
}

// The server's request names the issuers that it trusts. GnuTLS would keep a certificate of any
// other to itself, and the server would miss one.
TEST_P(ClientCertificate, OfAStrangerIsShownAndRefusedInWords) {
  const Identity stranger = make_identity({.common_name = "Other CA", .authority = true});
  const Identity identity = make_identity({.purpose = GNUTLS_KP_TLS_WWW_CLIENT}, &stranger);
  const TemporaryFile certificate(pem_of(identity.certificate));
  const TemporaryFile key(pem_of(identity.key));
  Talk talk(good(), {.name = "example.com"}, {}, demanding,
            {.cert_file = certificate.path(), .key_file = key.path()});
  EXPECT_NE(verdict(talk).find("does not accept our certificate"), std::string::npos)
      << talk.error->text;
  EXPECT_EQ(talk.error->fault, Fault::Tls);
}

INSTANTIATE_TEST_SUITE_P(Versions, ClientCertificate, testing::Values(kTls12, kTls13),
                         [](const auto& row) {
                           return std::string(row.param == kTls12 ? "Tls12" : "Tls13");
                         });

struct NameCase {
  const char* name;
  TlsPeer peer;
  const char* shown;  // to the server
  bool accepted;
};
void PrintTo(const NameCase& row, std::ostream* out) {
  *out << row.name;
}
class Names : public testing::TestWithParam<NameCase> {};
TEST_P(Names, ShownAndExpectedAreTwoThings) {
  Talk talk(good(), GetParam().peer);
  EXPECT_EQ(talk.server->shown_name(), GetParam().shown);
  EXPECT_EQ(talk.stream != nullptr, GetParam().accepted) << talk.why();
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Names,
    testing::Values(
        NameCase{"Same", {.name = "example.com"}, "example.com", true},
        NameCase{"AnotherShown",
                 {.name = "example.com", .server_name = "front.example"},
                 "front.example",
                 true},
        NameCase{"AnotherExpected",
                 {.name = "other.example", .server_name = "example.com"},
                 "example.com",
                 false},
        NameCase{
            "ALiteralIsNotShown", {.name = "example.com", .server_name = "192.0.2.1"}, "", true},
        NameCase{"ExpectedIsNotLookedAtForTheChain",
                 {.name = "other.example", .server_name = "a.example", .verify = Verify::Chain},
                 "a.example",
                 true},
        NameCase{"NorForNothing",
                 {.name = "other.example", .server_name = "a.example", .verify = Verify::None},
                 "a.example",
                 true}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace wsrelay::io
