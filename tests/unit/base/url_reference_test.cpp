#include <gtest/gtest.h>

#include "base/url.hpp"

namespace wsrelay {
namespace {

// Where it was found; one with everything that a reference may replace.
constexpr std::string_view kBase = "wss://a.example:8443/b/c/d?q=1";

struct Row {
  const char* name;
  std::string reference;
  std::string_view means;  // empty: refused
  std::string_view base = kBase;
};
class Reference : public testing::TestWithParam<Row> {};

TEST_P(Reference, MeansWhatRfc3986Says) {
  const Row& row = GetParam();
  const auto url =
      resolve(*parse_url(row.base, {"ws", "wss"}), row.reference, {"ws", "wss", "http", "https"});
  EXPECT_EQ(url ? url->text() : std::string(), row.means);
  EXPECT_TRUE(url || !url.error().text.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Followed, Reference,
    testing::Values(Row{"Absolute", "wss://z.example/x", "wss://z.example/x"},
                    Row{"OtherScheme", "https://z.example/x?y", "https://z.example/x?y"},
                    Row{"SchemeInUpperCase", "WSS://Z.example/", "wss://z.example/"},
                    Row{"UsualPortComesBack", "wss://a.example/", "wss://a.example/"},
                    Row{"Authority", "//z.example:99/x", "wss://z.example:99/x"},
                    Row{"AuthorityOnly", "//z.example", "wss://z.example/"},
                    Row{"Path", "/x/y", "wss://a.example:8443/x/y"},
                    Row{"Root", "/", "wss://a.example:8443/"},
                    Row{"Sibling", "x", "wss://a.example:8443/b/c/x"},
                    Row{"SiblingWithQuery", "x?y=2", "wss://a.example:8443/b/c/x?y=2"},
                    Row{"Query", "?y", "wss://a.example:8443/b/c/d?y"},
                    Row{"Nothing", "", "wss://a.example:8443/b/c/d?q=1"},
                    Row{"Here", "./", "wss://a.example:8443/b/c/"},
                    Row{"Up", "../x", "wss://a.example:8443/b/x"},
                    Row{"UpTooFar", "../../../../x", "wss://a.example:8443/x"},
                    Row{"DotsInside", "/x/../y/./z", "wss://a.example:8443/y/z"},
                    Row{"Escapes", "/a%20b", "wss://a.example:8443/a%20b"},
                    Row{"ColonInAPath", "./a:b", "wss://a.example:8443/b/c/a:b"},
                    Row{"FromIpv6", "/x", "ws://[2001:db8::1]:81/x", "ws://[2001:db8::1]:81/y"},
                    Row{"ToIpv6", "ws://[::1]/", "ws://[::1]/"},
                    Row{"FromTheRoot", "x", "ws://h/x", "ws://h/"},
                    Row{"BehindThreeSlashes", "x", "ws://h///x", "ws://h///"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Refused, Reference,
    testing::Values(Row{"OtherWorld", "ftp://z.example/", ""}, Row{"Script", "javascript:1", ""},
                    Row{"Login", "wss://u:p@z.example/", ""}, Row{"Fragment", "/x#y", ""},
                    Row{"Space", "/a b", ""}, Row{"LineBreak", "/a\r\nX: y", ""},
                    Row{"NotAscii", "/\xC3\xBC", ""}, Row{"NoHost", "wss:///x", ""},
                    Row{"SchemeAndAPathLikeAHost", "ws:x/..///z.example", ""},
                    Row{"BadPort", "wss://z.example:99999/", ""},
                    Row{"Nul", std::string("/a\0b", 4), ""},
                    Row{"FarTooLong", "/" + std::string(9000, 'x'), ""}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace wsrelay
