#include "base/url_parts.hpp"

#include <gmock/gmock.h>

namespace wsrelay {
namespace {

struct Row {
  std::string_view name;
  UrlParts parts;
  std::string_view text;  // empty: refused
};

class UrlFrom : public testing::TestWithParam<Row> {};

TEST_P(UrlFrom, Parts) {
  const auto url = url_from(GetParam().parts);
  EXPECT_EQ(url ? url->text() : "", GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, UrlFrom,
    testing::Values(
        Row{"host_alone", {.host = "a.example"}, "ws://a.example/"},
        Row{"secure", {.secure = true, .host = "a.example"}, "wss://a.example/"},
        Row{"port", {.host = "a.example", .port = 8080}, "ws://a.example:8080/"},
        Row{"the_schemes_port",
            {.secure = true, .host = "a.example", .port = 443},
            "wss://a.example/"},
        Row{"target", {.host = "a.example", .target = "/p?q=1"}, "ws://a.example/p?q=1"},
        Row{"target_without_slash", {.host = "a.example", .target = "p"}, "ws://a.example/p"},
        Row{"target_of_a_query_alone", {.host = "a.example", .target = "?q"}, "ws://a.example/?q"},
        Row{"ipv6", {.host = "::1", .port = 9}, "ws://[::1]:9/"},
        Row{"ipv6_in_brackets", {.host = "[::1]", .port = 9}, "ws://[::1]:9/"},
        Row{"uri_wins",
            {.uri = "wss://b.example:1/x", .host = "a.example", .port = 2, .target = "/y"},
            "wss://b.example:1/x"},
        Row{"uri_is_checked", {.uri = "http://b.example/", .host = "a.example"}, ""},
        Row{"no_host", {}, ""}, Row{"host_with_a_path", {.host = "a.example/p"}, ""},
        Row{"host_with_a_login", {.host = "me@a.example"}, ""},
        Row{"host_with_a_port", {.host = "a.example:8080"}, ""},
        Row{"fragment", {.host = "a.example", .target = "/#x"}, ""}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace wsrelay
