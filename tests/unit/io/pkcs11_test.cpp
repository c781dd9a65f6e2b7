// A key that never leaves its token: SoftHSM, in a directory of this test's own.
#include <fstream>
#include <gnutls/pkcs11.h>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "io/pkcs11_url.hpp"
#include "program.hpp"
#include "tls_talk.hpp"

namespace wsrelay::io {
namespace {

// --- URLs ---------------------------------------------------------------------------------------

struct ShownCase {
  const char* name;
  const char* url;
  const char* shown;
};
void PrintTo(const ShownCase& row, std::ostream* out) {
  *out << row.name;
}
class ShownUrl : public testing::TestWithParam<ShownCase> {};
TEST_P(ShownUrl, HasNoPin) {
  EXPECT_EQ(without_pin(GetParam().url), GetParam().shown);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, ShownUrl,
    testing::Values(
        ShownCase{"NoPin", "pkcs11:token=a;object=b", "pkcs11:token=a;object=b"},
        ShownCase{"Query", "pkcs11:token=a?pin-value=1234", "pkcs11:token=a?pin-value=…"},
        ShownCase{"OthersAfterIt", "pkcs11:a=b?pin-value=12?34&module-path=x",
                  "pkcs11:a=b?pin-value=…"},
        ShownCase{"InThePath", "pkcs11:pin-value=1234;token=a", "pkcs11:pin-value=…"},
        ShownCase{"Twice", "pkcs11:a=b?pin-value=12&pin-value=34", "pkcs11:a=b?pin-value=…"},
        ShownCase{"InCapitals", "pkcs11:a=b?PIN-Value=1234", "pkcs11:a=b?PIN-Value=…"},
        ShownCase{"ASourceIsNoSecret", "pkcs11:a=b?pin-source=file:/run/pin",
                  "pkcs11:a=b?pin-source=file:/run/pin"},
        ShownCase{"AFileIsNoUrl", "/etc/pin-value=1234.pem", "/etc/pin-value=1234.pem"}),
    [](const auto& row) { return row.param.name; });

TEST(PinSource, IsReadAndQuoted) {
  const TemporaryFile pin("5 6&7\n");
  ASSERT_EQ(::chmod(pin.path().c_str(), 0600), 0);
  const std::string quoted = "pin-value=%35%20%36%26%37";
  for (const std::string prefix : {"file:", "file://", ""})
    EXPECT_EQ(with_pin("pkcs11:token=a?pin-source=" + prefix + pin.path())->reveal(),
              "pkcs11:token=a?" + quoted);
  EXPECT_EQ(with_pin("pkcs11:token=a?pin-source=" + pin.path() + "&module-name=b")->reveal(),
            "pkcs11:token=a?" + quoted + "&module-name=b");
  std::string escaped = pin.path();
  escaped.replace(0, 1, "%2f");
  EXPECT_EQ(with_pin("pkcs11:token=a?pin-source=file:" + escaped)->reveal(),
            "pkcs11:token=a?" + quoted);
}

TEST(PinSource, WithoutOneAllStaysAsItIs) {
  for (const char* text : {"/etc/key.pem", "pkcs11:token=a?pin-value=1", "pkcs11:a=pin-source=x"})
    EXPECT_EQ(with_pin(text)->reveal(), text);
}

TEST(PinSource, ThatGivesNoPinIsALocalError) {
  const TemporaryFile open_to_all("1234"), empty("\n1234");
  ASSERT_EQ(::chmod(open_to_all.path().c_str(), 0604), 0);
  const std::vector<std::pair<std::string, std::string>> rows{
      {"pin-source=file:/nonexistent/pin", "cannot open /nonexistent/pin"},
      {"pin-source=file:" + open_to_all.path(), "everybody may read " + open_to_all.path()},
      {"pin-source=" + empty.path(), "there is no PIN in " + empty.path()},
      {"pin-source=|/usr/bin/pin-entry", "an absolute path"},
      {"pin-source=pin.txt", "an absolute path"},
      {"pin-source=/nonexistent/pin&pin-value=1234", "must not stand together"}};
  for (const auto& [query, verdict] : rows) {
    const auto url = with_pin("pkcs11:token=a?" + query);
    ASSERT_FALSE(url) << query;
    EXPECT_EQ(url.error().fault, Fault::Local);
    EXPECT_NE(url.error().text.find(verdict), std::string::npos) << url.error().text;
    EXPECT_EQ(url.error().text.find("1234"), std::string::npos);
  }
}

// --- A token ------------------------------------------------------------------------------------

constexpr const char* kPin = "87654321";

// Made once: GnuTLS looks for its modules once in a process, and SoftHSM reads its settings then.
class Token {
 public:
  static Token& instance() {
    static Token token;
    return token;
  }
  /// Empty if it can be used.
  const std::string& trouble() const { return trouble_; }
  std::string certificate_file() const { return certificate_->path(); }
  static std::string url(const std::string& type, const std::string& query) {
    return "pkcs11:token=relay;object=client;type=" + type + query;
  }
  static std::string key(const std::string& query) { return url("private", query); }

 private:
  Token() {
    if (!Program::is_installed("softhsm2-util")) {
      trouble_ = "softhsm2 is not installed";
      return;
    }
    const std::string tokens = directory_.path() + "/tokens";
    const std::string settings = directory_.path() + "/softhsm2.conf";
    std::filesystem::create_directory(tokens);
    std::ofstream(settings) << "directories.tokendir = " << tokens << "\nlog.level = ERROR\n";
    ::setenv("SOFTHSM2_CONF", settings.c_str(), 1);
    const int rc = Program({"softhsm2-util", "--init-token", "--free", "--label", "relay",
                            "--so-pin", "12345678", "--pin", kPin})
                       .wait();
    if (rc != 0) trouble_ = "softhsm2-util cannot make a token";
    if (rc == 0 && !fill())
      trouble_ = "GnuTLS finds no SoftHSM (is its module registered with p11-kit?)";
  }
  bool fill() {
    const Identity identity = make_identity(
        {.common_name = "in a token", .purpose = GNUTLS_KP_TLS_WWW_CLIENT}, &authority());
    certificate_ = std::make_unique<TemporaryFile>(pem_of(identity.certificate));
    const std::string token = std::string("pkcs11:token=relay?pin-value=") + kPin;
    return gnutls_pkcs11_copy_x509_privkey(
               token.c_str(), identity.key.get(), "client", GNUTLS_KEY_DIGITAL_SIGNATURE,
               GNUTLS_PKCS11_OBJ_FLAG_MARK_PRIVATE | GNUTLS_PKCS11_OBJ_FLAG_MARK_SENSITIVE |
                   GNUTLS_PKCS11_OBJ_FLAG_LOGIN) == 0 &&
           gnutls_pkcs11_copy_x509_crt(token.c_str(), identity.certificate.get(), "client",
                                       GNUTLS_PKCS11_OBJ_FLAG_LOGIN) == 0;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<TemporaryFile> certificate_;
  std::string trouble_;
};

class TokenTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Token::instance().trouble().empty()) GTEST_SKIP() << Token::instance().trouble();
  }
  TlsSettings with(const std::string& certificate, const std::string& key) const {
    return {.ca_file = ca_file().path(), .cert_file = certificate, .key_file = key};
  }
  TlsSettings with_key(const std::string& query) const {
    return with(Token::instance().certificate_file(), Token::key(query));
  }
  const std::string right = std::string("?pin-value=") + kPin;
};

TEST_F(TokenTest, SignsForUs) {
  for (const char* version : {kTls12, kTls13})
    for (const bool whole : {false, true}) {
      const TlsSettings settings =
          whole ? with(Token::url("cert", ""), Token::key(right)) : with_key(right);
      Talk talk(good(), {.name = "example.com"}, {},
                {.priority = version, .demands_certificate = true, .trusts = &authority()},
                settings);
      ASSERT_NE(talk.stream, nullptr) << talk.why();
      talk.write_all("it is me");
      EXPECT_EQ(talk.server->received, "it is me");
      EXPECT_EQ(talk.server->client_subject(), "CN=in a token");
    }
}

TEST_F(TokenTest, OpensWithAPinFromAFile) {
  const TemporaryFile pin(std::string(kPin) + "\n");
  ASSERT_EQ(::chmod(pin.path().c_str(), 0600), 0);
  const auto context = TlsContexts().context(with_key("?pin-source=file:" + pin.path()));
  EXPECT_TRUE(context) << context.error().text;
}

TEST_F(TokenTest, ShareAContextOnlyWhereTheUrlsAreEqual) {
  TlsContexts contexts;
  const auto one = contexts.context(with_key(right));
  ASSERT_TRUE(one) << one.error().text;
  EXPECT_EQ(contexts.context(with_key(right)).value(), *one);
  EXPECT_NE(contexts.context(with(Token::url("cert", ""), Token::key(right))).value(), *one);
}

struct TroubleCase {
  const char* name;
  const char* certificate;  // null: the file
  std::string key;
  const char* verdict;
};
class TokenTrouble : public TokenTest {};
TEST_F(TokenTrouble, HasASentenceWithoutPin) {
  const std::vector<TroubleCase> rows{
      {"WrongPin", nullptr, Token::key("?pin-value=11111111"), "the token wants a PIN"},
      {"NoPin", nullptr, Token::key(""), "the token wants a PIN"},
      {"NoSuchToken", nullptr, "pkcs11:token=nosuch?pin-value=11111111", "no token has it"},
      {"NoSuchKey", nullptr, "pkcs11:token=relay;object=nosuch" + right, "no token has it"},
      {"NoSuchCertificate", "pkcs11:token=relay;object=nosuch", Token::key(right),
       "no token has it"},
      {"AnotherKey", ca_file().path().c_str(), Token::key(right), "does not belong to"},
      {"NoUrl", nullptr, "pkcs11:nonsense?pin-value=11111111", "cannot load"}};
  for (const TroubleCase& row : rows) {
    const auto context = TlsContexts().context(
        with(row.certificate != nullptr ? row.certificate : Token::instance().certificate_file(),
             row.key));
    ASSERT_FALSE(context) << row.name;
    EXPECT_EQ(context.error().fault, Fault::Tls) << row.name;
    EXPECT_NE(context.error().text.find(row.verdict), std::string::npos) << context.error().text;
    EXPECT_NE(context.error().text.find(without_pin(row.key)), std::string::npos);
    EXPECT_EQ(context.error().text.find("11111111"), std::string::npos) << context.error().text;
    EXPECT_EQ(context.error().text.find(kPin), std::string::npos) << context.error().text;
  }
}

// Most tokens lock themselves after three wrong PINs, and a client that cannot connect tries often.
TEST_F(TokenTest, AWrongPinIsNotTriedAgainBeforeAReload) {
  const TemporaryFile pin("11111111");
  ASSERT_EQ(::chmod(pin.path().c_str(), 0600), 0);
  const TlsSettings settings = with_key("?pin-source=file:" + pin.path());
  TlsContexts contexts;
  const auto wrong = contexts.context(settings);
  ASSERT_FALSE(wrong);
  std::ofstream(pin.path()) << kPin;
  const auto again = contexts.context(settings);
  ASSERT_FALSE(again) << "the file was read again";
  EXPECT_EQ(again.error(), wrong.error());
  contexts.refresh();
  EXPECT_TRUE(contexts.context(settings));
}

}  // namespace
}  // namespace wsrelay::io
