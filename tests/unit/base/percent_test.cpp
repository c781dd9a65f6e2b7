#include "base/percent.hpp"

#include <gtest/gtest.h>

namespace wsrelay {
namespace {

struct Row {
  const char* name;
  std::string plain;
  std::string_view encoded;
};
class Percent : public testing::TestWithParam<Row> {};
TEST_P(Percent, EncodesWhatIsNotUnreserved) {
  EXPECT_EQ(percent_encoded(GetParam().plain), GetParam().encoded);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Percent,
    testing::Values(Row{"Nothing", "", ""}, Row{"Unreserved", "AZaz09-._~", "AZaz09-._~"},
                    Row{"Blank", "a b", "a%20b"}, Row{"Plus", "a+b", "a%2Bb"},
                    Row{"OfAQuery", "a=b&c;d/e?f#g", "a%3Db%26c%3Bd%2Fe%3Ff%23g"},
                    Row{"Percent", "100%", "100%25"}, Row{"Utf8", "\xC3\xA4", "%C3%A4"},
                    Row{"AnyByte", std::string("\0\xFF\n", 3), "%00%FF%0A"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace wsrelay
