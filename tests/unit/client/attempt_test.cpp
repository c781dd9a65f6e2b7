#include "client/attempt.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wsrelay::client {
namespace {

SecretRef literal(std::string value) {
  return {.source = SecretRef::Source::Literal, .literal = Secret(std::move(value))};
}

// A file that only its owner may read; removed at the end.
class SecretFile {
 public:
  explicit SecretFile(std::string_view content) {
    const int fd = ::mkstemp(path_.data());
    EXPECT_GE(fd, 0);
    ::close(fd);
    write(content);
  }
  ~SecretFile() { ::unlink(path_.c_str()); }
  void write(std::string_view content) {
    std::FILE* const file = std::fopen(path_.c_str(), "w");
    std::fwrite(content.data(), 1, content.size(), file);
    std::fclose(file);
  }
  SecretRef ref() const { return {.source = SecretRef::Source::File, .name = path_}; }

 private:
  std::string path_ = testing::TempDir() + "attemptXXXXXX";
};

class AttemptTest : public testing::Test {
 protected:
  AttemptTest() {
    settings.url = *parse_url("wss://a.example:8443/feed?x=1", {"ws", "wss"});
    hop.url = settings.url;
  }
  Attempt prepare() {
    auto attempt = prepare_attempt(settings, hop, secrets);
    EXPECT_TRUE(attempt) << attempt.error().text;
    return attempt ? std::move(*attempt) : Attempt{};
  }
  std::string refusal() {
    const auto attempt = prepare_attempt(settings, hop, secrets);
    EXPECT_FALSE(attempt);
    if (attempt) return {};
    EXPECT_EQ(attempt.error().fault, Fault::Local);
    return attempt.error().text;
  }
  /// All fields but User-Agent, as "A=b C=d".
  std::string fields() {
    std::string all;
    for (const auto& field : prepare().session.headers)
      if (field.first != "User-Agent")
        all += (all.empty() ? "" : " ") + field.first + "=" + field.second;
    return all;
  }

  Settings settings;
  Hop hop;
  io::Secrets secrets;
};

TEST_F(AttemptTest, TakesEverythingFromTheSettings) {
  settings.subprotocols = {"v2", "v1"};
  settings.subprotocol_required = true;
  settings.deflate.threshold = 77;
  settings.receiving = ws::Receiving::Chunks;
  settings.limits = {.max_message = 1, .max_frames = 2, .chunk = 3};
  settings.tcp.bind_interface = "eth1";
  settings.tls.ca_file = "/ca.pem";
  settings.timeouts = {.dns = Duration(1),
                       .connect = Duration(2),
                       .proxy = Duration(3),
                       .tls = Duration(4),
                       .upgrade = Duration(5),
                       .write = Duration(6),
                       .close = Duration(7)};
  const Attempt attempt = prepare();
  EXPECT_EQ(attempt.session.host, "a.example:8443");
  EXPECT_EQ(attempt.session.target, "/feed?x=1");
  EXPECT_EQ(attempt.session.subprotocols, settings.subprotocols);
  EXPECT_TRUE(attempt.session.subprotocol_required);
  EXPECT_EQ(attempt.session.deflate, settings.deflate);
  EXPECT_EQ(attempt.session.receiving, ws::Receiving::Chunks);
  EXPECT_EQ(attempt.session.max_message, 1U);
  EXPECT_EQ(attempt.session.max_frames, 2U);
  EXPECT_EQ(attempt.session.chunk, 3U);
  EXPECT_EQ(attempt.session.upgrade_timeout, Duration(5));
  EXPECT_EQ(attempt.session.close_timeout, Duration(7));
  EXPECT_EQ(attempt.target.url, settings.url);
  EXPECT_EQ(attempt.target.tcp, settings.tcp);
  EXPECT_EQ(attempt.target.tls, settings.tls);
  EXPECT_EQ(attempt.target.dns_timeout, Duration(1));
  EXPECT_EQ(attempt.target.connect_timeout, Duration(2));
  EXPECT_EQ(attempt.target.proxy_timeout, Duration(3));
  EXPECT_EQ(attempt.target.tls_timeout, Duration(4));
  EXPECT_FALSE(attempt.target.proxy.has_value());
}

// ---- logins

struct LoginRow {
  const char* name;
  std::string user, password;
  std::string_view authorization;
};
class BasicLogin : public AttemptTest, public testing::WithParamInterface<LoginRow> {};
TEST_P(BasicLogin, IsEncodedAsRfc7617Says) {
  settings.basic = {literal(GetParam().user), literal(GetParam().password)};
  EXPECT_EQ(fields(), "Authorization=" + std::string(GetParam().authorization));
}
INSTANTIATE_TEST_SUITE_P(
    Rows, BasicLogin,
    testing::Values(LoginRow{"FromTheRfc", "Aladdin", "open sesame",
                             "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
                    LoginRow{"Utf8", "test", "123\xC2\xA3", "Basic dGVzdDoxMjPCow=="},
                    LoginRow{"NoPassword", "user", "", "Basic dXNlcjo="},
                    LoginRow{"ColonInThePassword", "user", "a:b", "Basic dXNlcjphOmI="},
                    LoginRow{"EmptyUser", "", "token", "Basic OnRva2Vu"}),
    [](const auto& row) { return row.param.name; });

struct BadLoginRow {
  const char* name;
  std::string user, password;
  std::string_view says;
};
class BadBasicLogin : public AttemptTest, public testing::WithParamInterface<BadLoginRow> {};
TEST_P(BadBasicLogin, IsRefusedWithoutBeingRepeated) {
  settings.basic = {literal(GetParam().user), literal(GetParam().password)};
  const std::string text = refusal();
  EXPECT_NE(text.find(GetParam().says), std::string::npos) << text;
  EXPECT_EQ(text.find("s3cret"), std::string::npos) << text;
}
INSTANTIATE_TEST_SUITE_P(
    Rows, BadBasicLogin,
    testing::Values(
        BadLoginRow{"ColonInTheUser", "s3cret:x", "p", "the user of the basic login has a colon"},
        BadLoginRow{"LineBreakInTheUser", "s3cret\n", "p", "the user of the basic login"},
        BadLoginRow{"LineBreakInThePassword", "u", "s3cret\r\n", "the password of the basic login"},
        BadLoginRow{"NulInThePassword", "u", std::string("s3cret\0", 7),
                    "the password of the basic login"},
        BadLoginRow{"NotUtf8", "u", "s3cret\xFF", "is not UTF-8"}),
    [](const auto& row) { return row.param.name; });

TEST_F(AttemptTest, AHeaderOfOnesOwnBeatsTheLogin) {
  settings.headers = {{"authorization", literal("Bearer x")}};
  settings.basic = {literal("u"), literal("p")};
  EXPECT_EQ(fields(), "authorization=Bearer x");
}

TEST_F(AttemptTest, WithoutAUserThereIsNoLogin) {
  settings.basic.password = literal("p");
  EXPECT_EQ(fields(), "");
}

TEST_F(AttemptTest, SecretsAreReadAnewForEachAttempt) {
  SecretFile token("one"), password("first");
  settings.headers = {{"X-Token", token.ref()}};
  settings.basic = {literal("u"), password.ref()};
  EXPECT_EQ(fields(), "X-Token=one Authorization=Basic dTpmaXJzdA==");
  token.write("two");
  password.write("second");
  EXPECT_EQ(fields(), "X-Token=two Authorization=Basic dTpzZWNvbmQ=");
  token.write("three\n");
  EXPECT_EQ(refusal(), "the value of header X-Token has a line break or control character");
}

TEST_F(AttemptTest, AMissingSecretNamesItsPlace) {
  settings.headers = {{"X", {.source = SecretRef::Source::File, .name = "/nonexistent/x"}}};
  EXPECT_NE(refusal().find("/nonexistent/x"), std::string::npos);
  settings.headers.clear();
  settings.basic = {literal("u"), {.source = SecretRef::Source::File, .name = "/nonexistent/p"}};
  EXPECT_NE(refusal().find("/nonexistent/p"), std::string::npos);
}

// ---- the proxy

TEST_F(AttemptTest, TheProxyGetsItsLogin) {
  settings.proxy = ProxySettings{.url = *parse_url("http://proxy:3128", {"http"}),
                                 .login = {literal("pu"), literal("pp")}};
  const Attempt attempt = prepare();
  ASSERT_TRUE(attempt.target.proxy);
  EXPECT_EQ(attempt.target.proxy->url.text(), "http://proxy:3128");
  EXPECT_EQ(attempt.target.proxy->user.reveal(), "pu");
  EXPECT_EQ(attempt.target.proxy->password.reveal(), "pp");
  EXPECT_EQ(fields(), "") << "and the server does not";
}

TEST_F(AttemptTest, TheProxysSecretsAreCheckedToo) {
  settings.proxy = ProxySettings{.url = *parse_url("http://proxy:3128", {"http"}),
                                 .login = {literal("u"), literal("s3cret\n")}};
  const std::string text = refusal();
  EXPECT_NE(text.find("the password of the proxy login"), std::string::npos) << text;
  EXPECT_EQ(text.find("s3cret"), std::string::npos);
}

// ---- who we are

TEST_F(AttemptTest, SaysWhoAsksUnlessToldOtherwise) {
  const auto agent = [&] {
    std::string all;
    for (const auto& field : prepare().session.headers)
      if (field.first.size() == 10) all += field.second + ";";
    return all;
  };
  const std::string usual = agent();
  EXPECT_TRUE(usual.starts_with("wsrelayd/")) << usual;
  EXPECT_EQ(usual.find_first_not_of("0123456789.", 9), usual.size() - 1) << usual;
  settings.user_agent = "mine/1";
  EXPECT_EQ(agent(), "mine/1;");
  settings.headers = {{"user-agent", literal("header/2")}};
  EXPECT_EQ(agent(), "header/2;");
  settings.headers.clear();
  settings.user_agent = "a\r\nX: y";
  EXPECT_NE(refusal().find("User-Agent"), std::string::npos);
}

// ---- hops

TEST_F(AttemptTest, AHopOfTheSameOriginTakesEverythingAlong) {
  settings.headers = {{"Cookie", literal("c")}};
  settings.basic = {literal("u"), literal("p")};
  settings.tls.cert_file = "/c";
  hop = {.url = *parse_url("wss://a.example:8443/other", {"wss"}), .followed = 1};
  EXPECT_EQ(fields(), "Cookie=c Authorization=Basic dTpw");
  EXPECT_EQ(prepare().session.target, "/other");
  EXPECT_EQ(prepare().target.url, hop.url);
  EXPECT_EQ(prepare().target.tls, settings.tls);
}

TEST_F(AttemptTest, AForeignOneLeavesWhatBelongsToTheOrigin) {
  SecretFile token("t");
  settings.headers = {{"Authorization", literal("Bearer a")}, {"COOKIE", literal("c")},
                      {"Proxy-Authorization", literal("x")},  {"X-Api-Key", token.ref()},
                      {"X-Plain", literal("plain")},          {"Proxying", literal("is a word")}};
  settings.basic = {literal("u"), literal("p")};
  settings.tls = {.ca_file = "/ca",
                  .cert_file = "/cert",
                  .key_file = "/key",
                  .server_name = "a.example",
                  .verify_name = "b.example",
                  .verify = io::TlsSettings::Verify::Chain};
  hop = {.url = *parse_url("wss://z.example/", {"wss"}), .followed = 1, .foreign = true};
  EXPECT_EQ(fields(), "X-Plain=plain Proxying=is a word");
  EXPECT_EQ(prepare().target.tls,
            (io::TlsSettings{.ca_file = "/ca", .verify = io::TlsSettings::Verify::Chain}));
  EXPECT_EQ(prepare().session.host, "z.example");
}

TEST_F(AttemptTest, AForeignHopReadsNoSecretThatItDoesNotSend) {
  settings.headers = {{"X", {.source = SecretRef::Source::File, .name = "/nonexistent/x"}}};
  settings.basic = {{.source = SecretRef::Source::File, .name = "/nonexistent/u"}, {}};
  hop.foreign = true;
  EXPECT_EQ(fields(), "");
}

}  // namespace
}  // namespace wsrelay::client
