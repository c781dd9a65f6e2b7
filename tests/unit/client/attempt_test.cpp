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
  EXPECT_EQ(attempt.target.timeouts.dns, Duration(1));
  EXPECT_EQ(attempt.target.timeouts.connect, Duration(2));
  EXPECT_EQ(attempt.target.timeouts.proxy, Duration(3));
  EXPECT_EQ(attempt.target.timeouts.tls, Duration(4));
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
  EXPECT_EQ(refusal(), "header X-Token, from " + token.ref().name +
                           ", ends in a line break, which would be a part of it; remove that");
}

TEST_F(AttemptTest, WhatIsJoinedGoesOutAsOneAndItsPlaceIsNamed) {
  SecretFile token("one");
  settings.headers = {{"Authorization",
                       {.source = SecretRef::Source::Joined,
                        .parts = {literal("Bearer "), token.ref(), literal(";v=1")}}}};
  EXPECT_EQ(fields(), "Authorization=Bearer one;v=1");
  token.write("s3cret\n");
  EXPECT_EQ(refusal(), "header Authorization, from " + token.ref().name +
                           ", has a line break or control character");
}

// ---- bearer

TEST_F(AttemptTest, ABearerTokenIsReadAnewAndGoesBeforeABasicLogin) {
  SecretFile token("one.two~3+/==");
  settings.bearer = token.ref();
  settings.basic = {literal("u"), literal("p")};
  EXPECT_EQ(fields(), "Authorization=Bearer one.two~3+/==");
  token.write("1|new");
  EXPECT_EQ(fields(), "Authorization=Bearer 1|new");
  settings.headers = {{"authorization", literal("mine")}};
  EXPECT_EQ(fields(), "authorization=mine");
}

struct BadTokenRow {
  const char* name;
  std::string token;
  std::string_view says;
};
class BadToken : public AttemptTest, public testing::WithParamInterface<BadTokenRow> {};
TEST_P(BadToken, IsRefusedByItsPlace) {
  SecretFile token(GetParam().token);
  settings.bearer = token.ref();
  const std::string text = refusal();
  EXPECT_EQ(text, "the bearer token, from " + token.ref().name + ", " + GetParam().says.data());
  EXPECT_EQ(text.find("s3cret"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, BadToken,
    testing::Values(
        BadTokenRow{"Empty", "", "is empty"},
        BadTokenRow{"TwoWords", "Bearer s3cret", "is not one word of visible ASCII"},
        BadTokenRow{"NotAscii", "s3cret\xC3\xA4", "is not one word of visible ASCII"},
        BadTokenRow{"LineBreakAtTheEnd", "s3cret\r\n",
                    "ends in a line break, which would be a part of it; remove that"},
        BadTokenRow{"LineBreakInside", "s3\ncret", "has a line break or control character"},
        BadTokenRow{"Nul", std::string("s3cret\0", 7), "has a line break or control character"}),
    [](const auto& row) { return row.param.name; });

// ---- the query

struct QueryRow {
  const char* name;
  std::string_view url;
  std::vector<std::pair<std::string, std::string>> query;
  std::string_view target;
};
class QueryFields : public AttemptTest, public testing::WithParamInterface<QueryRow> {};
TEST_P(QueryFields, AreAddedToTheUrl) {
  settings.url = hop.url = *parse_url(GetParam().url, {"ws"});
  for (const auto& [name, value] : GetParam().query)
    settings.query.push_back({name, literal(value)});
  EXPECT_EQ(prepare().session.target, GetParam().target);
  EXPECT_EQ(prepare().target.url, settings.url) << "what others see of it has none";
}
INSTANTIATE_TEST_SUITE_P(
    Rows, QueryFields,
    testing::Values(
        QueryRow{"None", "ws://a/x?y=1", {}, "/x?y=1"},
        QueryRow{"OnAPath", "ws://a/x", {{"token", "t"}}, "/x?token=t"},
        QueryRow{"OnNoPath", "ws://a", {{"token", "t"}}, "/?token=t"},
        QueryRow{"BehindAnother", "ws://a/x?y=1", {{"t", "a"}, {"u", "b"}}, "/x?y=1&t=a&u=b"},
        QueryRow{"BehindAnEmptyOne", "ws://a/x?", {{"t", "a"}}, "/x?t=a"},
        QueryRow{"BehindASeparator", "ws://a/x?y&", {{"t", "a"}}, "/x?y&t=a"},
        QueryRow{
            "Encoded", "ws://a/", {{"a b&", "x y+/=\xC3\xA4"}}, "/?a%20b%26=x%20y%2B%2F%3D%C3%A4"},
        QueryRow{"EmptyValue", "ws://a/", {{"t", ""}}, "/?t="},
        QueryRow{
            "TheUrlsOwnCounts", "ws://a/?t=1&uv=2", {{"t", "x"}, {"u", "y"}}, "/?t=1&uv=2&u=y"},
        QueryRow{"AlsoWithoutAValue", "ws://a/?x&t", {{"t", "x"}}, "/?x&t"},
        QueryRow{"ANameInThePathIsNone", "ws://a/t=1", {{"t", "x"}}, "/t=1?t=x"}),
    [](const auto& row) { return row.param.name; });

TEST_F(AttemptTest, AQueryIsReadAnewAndNamedByItsPlace) {
  SecretFile token("one");
  settings.query = {{"token", token.ref()}};
  EXPECT_EQ(prepare().session.target, "/feed?x=1&token=one");
  token.write("two");
  EXPECT_EQ(prepare().session.target, "/feed?x=1&token=two");
  token.write("s3cret\n");
  EXPECT_EQ(refusal(), "query token, from " + token.ref().name +
                           ", ends in a line break, which would be a part of it; remove that");
}

// ---- the key's password

TEST_F(AttemptTest, TheKeysPasswordIsReadAnewWhereThereIsTls) {
  SecretFile password("one");
  settings.tls = {.cert_file = "/c", .key_file = "/k", .key_password = password.ref()};
  EXPECT_EQ(prepare().target.key_password.reveal(), "one");
  password.write("two\n");
  EXPECT_EQ(prepare().target.key_password.reveal(), "two\n") << "any bytes";
  hop.url.scheme = "ws";
  EXPECT_TRUE(prepare().target.key_password.empty());
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
  settings.query = {{"t", literal("v")}};
  settings.tls.cert_file = "/c";
  hop = {.url = *parse_url("wss://a.example:8443/other", {"wss"}), .followed = 1};
  EXPECT_EQ(fields(), "Cookie=c Authorization=Basic dTpw");
  EXPECT_EQ(prepare().session.target, "/other?t=v");
  EXPECT_EQ(prepare().target.url, hop.url);
  EXPECT_EQ(prepare().target.tls, settings.tls);
}

TEST_F(AttemptTest, AForeignOneLeavesWhatBelongsToTheOrigin) {
  SecretFile token("t");
  settings.headers = {{"Authorization", literal("Bearer a")}, {"COOKIE", literal("c")},
                      {"Proxy-Authorization", literal("x")},  {"X-Api-Key", token.ref()},
                      {"X-Plain", literal("plain")},          {"Proxying", literal("is a word")}};
  settings.bearer = token.ref();
  settings.basic = {literal("u"), literal("p")};
  settings.query = {{"t", literal("v")}, {"u", token.ref()}};
  settings.tls = {.ca_file = "/ca",
                  .cert_file = "/cert",
                  .key_file = "/key",
                  .key_password = token.ref(),
                  .server_name = "a.example",
                  .verify_name = "b.example",
                  .verify = io::TlsSettings::Verify::Chain};
  hop = {.url = *parse_url("wss://z.example/", {"wss"}), .followed = 1, .foreign = true};
  EXPECT_EQ(fields(), "X-Plain=plain Proxying=is a word");
  EXPECT_EQ(prepare().target.tls,
            (io::TlsSettings{.ca_file = "/ca", .verify = io::TlsSettings::Verify::Chain}));
  EXPECT_EQ(prepare().session.host, "z.example");
  EXPECT_EQ(prepare().session.target, "/");
  EXPECT_TRUE(prepare().target.key_password.empty());
}

TEST_F(AttemptTest, AForeignHopReadsNoSecretThatItDoesNotSend) {
  const SecretRef missing{.source = SecretRef::Source::File, .name = "/nonexistent/x"};
  settings.headers = {{"X", missing}};
  settings.query = {{"x", missing}};
  settings.bearer = settings.tls.key_password = missing;
  settings.basic = {{.source = SecretRef::Source::File, .name = "/nonexistent/u"}, {}};
  hop.foreign = true;
  EXPECT_EQ(fields(), "");
}

}  // namespace
}  // namespace wsrelay::client
