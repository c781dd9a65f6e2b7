#include "client/redirect.hpp"

#include <gtest/gtest.h>

namespace wsrelay::client {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

Hop at(std::string_view url, unsigned followed = 0, bool foreign = false) {
  return {.url = *parse_url(url, {"ws", "wss"}), .followed = followed, .foreign = foreign};
}

struct Row {
  const char* name;
  std::string_view from;
  std::string_view location;
  std::string_view to;
  bool foreign = false;
};
class Followed : public testing::TestWithParam<Row> {};

TEST_P(Followed, LeadsToTheNextHop) {
  const Row& row = GetParam();
  const auto hop = follow(at(row.from), 302, {{"Location", std::string(row.location)}});
  ASSERT_TRUE(hop) << hop.error().text;
  EXPECT_EQ(hop->url.text(), row.to);
  EXPECT_EQ(hop->foreign, row.foreign);
  EXPECT_EQ(hop->followed, 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Followed,
    testing::Values(Row{"Path", "ws://a/x", "/y", "ws://a/y"},
                    Row{"Relative", "ws://a/b/x", "y", "ws://a/b/y"},
                    Row{"SameOrigin", "wss://a/x", "wss://a/y", "wss://a/y"},
                    Row{"SameOriginSpelledOut", "wss://a/x", "wss://A:443/y", "wss://a/y"},
                    Row{"HttpMeansWs", "ws://a/x", "http://a/y", "ws://a/y"},
                    Row{"HttpsMeansWss", "wss://a/x", "https://a/y?z", "wss://a/y?z"},
                    Row{"FragmentIsDropped", "ws://a/x", "/y#z", "ws://a/y"},
                    Row{"SpacesAround", "ws://a/x", " /y\t", "ws://a/y"},
                    Row{"OtherHost", "ws://a/", "ws://b/", "ws://b/", true},
                    Row{"OtherPort", "ws://a/", "ws://a:81/", "ws://a:81/", true},
                    Row{"SubdomainIsAnotherHost", "wss://a.example/", "wss://www.a.example/",
                        "wss://www.a.example/", true},
                    Row{"UpgradeToTlsIsAnotherOrigin", "ws://a/", "wss://a/", "wss://a/", true},
                    Row{"UpgradeToTlsOnTheSamePort", "ws://a:8443/", "https://a:8443/",
                        "wss://a:8443/", true},
                    Row{"OtherHostWithoutScheme", "wss://a/", "//b/y", "wss://b/y", true}),
    [](const auto& row) { return row.param.name; });

struct Bad {
  const char* name;
  Hop from;
  Fields fields;
  std::string_view says;
};
class NotFollowed : public testing::TestWithParam<Bad> {};

TEST_P(NotFollowed, SaysWhy) {
  const Bad& row = GetParam();
  const auto hop = follow(row.from, 307, row.fields);
  ASSERT_FALSE(hop) << hop->url.text();
  EXPECT_EQ(hop.error().fault, Fault::Http);
  EXPECT_EQ(hop.error().http_status, 307);
  EXPECT_EQ(hop.error().phase, "upgrading");
  EXPECT_NE(hop.error().text.find("redirected (307)"), std::string::npos) << hop.error().text;
  EXPECT_NE(hop.error().text.find(row.says), std::string::npos) << hop.error().text;
  EXPECT_EQ(hop.error().text.find("s3cret"), std::string::npos) << hop.error().text;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, NotFollowed,
    testing::Values(
        Bad{"NoLocation", at("ws://a/"), {{"Server", "x"}}, "does not say where"},
        Bad{"TwoLocations", at("ws://a/"), {{"Location", "/x"}, {"location", "/x"}}, "two places"},
        Bad{"DownFromTls",
            at("wss://a/"),
            {{"Location", "ws://a/y?k=s3cret"}},
            "from wss to ws, which is refused: ws://a/y?k=…"},
        Bad{"DownFromTlsByHttp", at("wss://a/"), {{"Location", "http://a/"}}, "from wss to ws"},
        Bad{"OtherScheme", at("ws://a/"), {{"Location", "ftp://a/s3cret"}}, "must begin with"},
        Bad{"Login", at("ws://a/"), {{"Location", "ws://u:s3cret@a/"}}, "a login"},
        Bad{"NoAddress", at("ws://a/"), {{"Location", "s3cret /"}}, "do not belong"},
        Bad{"LineBreak", at("ws://a/"), {{"Location", "/x\r\nA: s3cret"}}, "do not belong"},
        Bad{"TheSixthInARow", at("ws://a/", 5), {{"Location", "/x"}}, "after 5 others"}),
    [](const auto& row) { return row.param.name; });

TEST(Redirect, OfTheseStatusesOnly) {
  for (int status = 100; status < 600; ++status)
    EXPECT_EQ(is_redirect(status),
              status == 301 || status == 302 || status == 303 || status == 307 || status == 308)
        << status;
}

TEST(Redirect, OnceForeignForeignItStays) {
  const auto out = follow(at("wss://a/"), 302, {{"Location", "wss://b/"}});
  ASSERT_TRUE(out && out->foreign);
  const auto back = follow(*out, 302, {{"Location", "wss://a/"}});
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->foreign) << "whoever sent us back must not get what the detour hid from them";
  const auto on = follow(*back, 302, {{"Location", "/x"}});
  ASSERT_TRUE(on);
  EXPECT_TRUE(on->foreign) << "nor one step further";
  EXPECT_EQ(on->followed, 3U);
}

TEST(Redirect, FiveInARowAreFollowed) {
  Hop hop = at("ws://a/");
  for (unsigned i = 1; i <= 5; ++i) {
    const auto next = follow(hop, 301, {{"Location", "/" + std::to_string(i)}});
    ASSERT_TRUE(next) << i;
    hop = *next;
  }
  EXPECT_EQ(hop.url.target, "/5");
  EXPECT_FALSE(hop.foreign);
  EXPECT_FALSE(follow(hop, 301, {{"Location", "/6"}}));
}

}  // namespace
}  // namespace wsrelay::client
