// What connections share: files read once, read again when they changed, and keys that are closed.
#include "io/tls_context.hpp"

#include <gtest/gtest.h>

#include "tls_talk.hpp"

namespace wsrelay::io {
namespace {

TEST(TlsContexts, EqualFilesShareOneContext) {
  TlsContexts contexts;
  const auto a = contexts.context({.ca_file = ca_file().path()}).value();
  const auto b = contexts.context({.ca_file = ca_file().path(), .server_name = "x"}).value();
  EXPECT_EQ(a, b);
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

// --- Files that change --------------------------------------------------------------------------

/// A certificate and its key that a server would let in.
Identity client(const char* name) {
  return make_identity({.common_name = name, .purpose = GNUTLS_KP_TLS_WWW_CLIENT}, &authority());
}

struct ChangingFiles : testing::Test {
  Identity first = client("first"), second = client("second");
  TemporaryFile ca{pem_of(authority().certificate)};
  TemporaryFile certificate{pem_of(first.certificate)};
  TemporaryFile key{pem_of(first.key)};
  TlsSettings settings{
      .ca_file = ca.path(), .cert_file = certificate.path(), .key_file = key.path()};
  TlsContexts contexts;

  std::shared_ptr<const TlsContext> context() {
    const auto found = contexts.context(settings);
    EXPECT_TRUE(found) << found.error().text;
    return found.value_or(nullptr);
  }
};

TEST_F(ChangingFiles, AreReadAnewForTheNextConnection) {
  const auto before = context();
  EXPECT_EQ(context(), before);
  for (const TemporaryFile* file : {&ca, &certificate, &key}) {
    const auto last = context();
    file->write(pem_of(file == &ca ? authority().certificate : first.certificate) +
                (file == &key ? pem_of(first.key) : ""));
    EXPECT_NE(context(), last);
    EXPECT_EQ(context(), context());
  }
  EXPECT_TRUE(contexts.take_errors().empty());
}

TEST_F(ChangingFiles, ThatAreHalfWrittenTakeNothingDown) {
  const auto before = context();
  certificate.write(pem_of(second.certificate));  // and its key is still on its way
  EXPECT_EQ(context(), before);
  EXPECT_EQ(context(), before);
  auto errors = contexts.take_errors();
  ASSERT_EQ(errors.size(), 1U) << "once";
  EXPECT_NE(errors[0].text.find("does not belong to"), std::string::npos) << errors[0].text;
  EXPECT_TRUE(contexts.take_errors().empty());
  key.write(pem_of(second.key));
  EXPECT_NE(context(), before);
  EXPECT_TRUE(contexts.take_errors().empty());
}

TEST_F(ChangingFiles, ThatAreGoneAreSaidAgainWhenTheyAreDifferentlyWrong) {
  const auto before = context();
  ASSERT_EQ(::unlink(ca.path().c_str()), 0);
  EXPECT_EQ(context(), before);
  ca.write("no certificate");
  EXPECT_EQ(context(), before);
  EXPECT_EQ(contexts.take_errors().size(), 2U);
  ca.write(pem_of(authority().certificate));
  EXPECT_NE(context(), before);
}

TEST_F(ChangingFiles, AreNotKeptFromTheFirstTimeOn) {
  key.write("half a key");
  EXPECT_FALSE(contexts.context(settings));
  EXPECT_FALSE(contexts.context(settings));
  EXPECT_TRUE(contexts.take_errors().empty()) << "whoever asked was told";
  key.write(pem_of(first.key));
  EXPECT_TRUE(contexts.context(settings));
}

TEST_F(ChangingFiles, AreAllReadAnewAfterARefresh) {
  const auto before = context();
  contexts.refresh();
  const auto after = context();
  EXPECT_NE(after, before);
  EXPECT_EQ(context(), after);
}

TEST_F(ChangingFiles, FailNoMoreThanSixteenTimesInAWord) {
  context();
  for (int i = 0; i < 40; ++i) {
    ca.write(std::string(static_cast<std::size_t>(i), 'x'));
    context();
  }
  EXPECT_EQ(contexts.take_errors().size(), 16U);
}

// --- Keys that are encrypted --------------------------------------------------------------------

struct CipherRow {
  const char* name;
  unsigned cipher;
};
class EncryptedKey : public ChangingFiles, public testing::WithParamInterface<CipherRow> {
 protected:
  void SetUp() override { key.write(pem_of(first.key, "s3cret word", GetParam().cipher)); }
  std::string refusal(const std::string& password) {
    const auto context = contexts.context(settings, Secret(password));
    EXPECT_FALSE(context) << password;
    if (context) return {};
    EXPECT_EQ(context.error().fault, Fault::Tls);
    return context.error().text;
  }
};

TEST_P(EncryptedKey, OpensWithItsPassword) {
  Talk talk(good(), {.name = "example.com"}, {},
            {.demands_certificate = true, .trusts = &authority()}, settings, Secret("s3cret word"));
  ASSERT_NE(talk.stream, nullptr) << talk.why();
  talk.write_all("it is me");
  EXPECT_EQ(talk.server->client_subject(), "CN=first");
}

TEST_P(EncryptedKey, WithoutOrWithAnotherIsRefusedInWords) {
  settings.key_password = {.source = SecretRef::Source::File, .name = "/run/password"};
  EXPECT_EQ(refusal(""),
            "the key in " + key.path() + " is encrypted, and no key_password is given");
  EXPECT_EQ(refusal("wrong"),
            "the key_password from /run/password does not open the key in " + key.path());
  EXPECT_EQ(refusal("s3cret word\n"),
            "the key_password from /run/password does not open the key in " + key.path() +
                "; it ends in a line break");
  settings.key_password = {};
  EXPECT_EQ(refusal("wrong"), "the key_password does not open the key in " + key.path());
}

TEST_P(EncryptedKey, SharesAContextWithTheSamePasswordOnly) {
  const auto right = contexts.context(settings, Secret("s3cret word"));
  ASSERT_TRUE(right) << right.error().text;
  EXPECT_EQ(contexts.context(settings, Secret("s3cret word")).value(), *right);
  refusal("wrong");
  refusal("");
  EXPECT_EQ(contexts.context(settings, Secret("s3cret word")).value(), *right);
}

TEST_P(EncryptedKey, MayGetAnotherPasswordLater) {
  const auto before = contexts.context(settings, Secret("s3cret word"));
  ASSERT_TRUE(before);
  key.write(pem_of(first.key, "another"));
  EXPECT_EQ(contexts.context(settings, Secret("s3cret word")).value(), *before) << "half done";
  EXPECT_EQ(contexts.take_errors().size(), 1U);
  const auto after = contexts.context(settings, Secret("another"));
  ASSERT_TRUE(after) << after.error().text;
  EXPECT_NE(*after, *before);
}

INSTANTIATE_TEST_SUITE_P(Ciphers, EncryptedKey,
                         testing::Values(CipherRow{"Aes256", GNUTLS_PKCS_PBES2_AES_256},
                                         CipherRow{"TripleDes", GNUTLS_PKCS_PBES2_3DES}),
                         [](const auto& row) { return row.param.name; });

TEST(PlainKey, DoesNotMindAPassword) {
  const Identity identity = client("plain");
  const TemporaryFile certificate(pem_of(identity.certificate)), key(pem_of(identity.key));
  const auto context = TlsContexts().context(
      {.ca_file = ca_file().path(), .cert_file = certificate.path(), .key_file = key.path()},
      Secret("for nothing"));
  EXPECT_TRUE(context) << context.error().text;
}

}  // namespace
}  // namespace wsrelay::io
