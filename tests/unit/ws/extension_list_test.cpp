#include "ws/extension_list.hpp"

#include <gtest/gtest.h>

namespace wsrelay::ws {
namespace {

struct ListCase {
  const char* name;
  std::string_view text;
  std::string_view printed;  // "-": not by the grammar
};
class ExtensionList : public testing::TestWithParam<ListCase> {};

TEST_P(ExtensionList, IsReadAndPrinted) {
  const auto& row = GetParam();
  const auto choices = parse_extensions(row.text);
  ASSERT_EQ(choices ? print_extensions(*choices) : "-", row.printed);
  if (!choices) return;
  EXPECT_EQ(parse_extensions(row.printed), choices);
}

constexpr std::string_view kNo = "-";
const auto kName = [](const auto& row) { return std::string(row.param.name); };

INSTANTIATE_TEST_SUITE_P(
    Accepted, ExtensionList,
    testing::Values(ListCase{"Name", "a", "a"}, ListCase{"Blanks", " \ta\t ", "a"},
                    ListCase{"Two", "a,b", "a, b"}, ListCase{"TwoWithBlanks", "a \t,\t b", "a, b"},
                    ListCase{"SameNameTwice", "a, a", "a, a"},
                    ListCase{"EmptyMembersDoNotCount", ",, a , ,b,", "a, b"},
                    ListCase{"Parameter", "a;b", "a; b"},
                    ListCase{"Parameters", "a;b;c=1 ; d = 2", "a; b; c=1; d=2"},
                    ListCase{"ParametersOfEach", "a;b=1, c;d=2", "a; b=1, c; d=2"},
                    ListCase{"Quoted", "a;b=\"12\"", "a; b=12"},
                    ListCase{"QuotedWithBlanksAround", "a;b= \"12\" ;c", "a; b=12; c"},
                    ListCase{"QuotedAndEscaped", "a;b=\"\\1\\2\"", "a; b=12"},
                    ListCase{"EveryTokenCharacter", "!#$%&'*+-.^_`|~09azAZ",
                             "!#$%&'*+-.^_`|~09azAZ"},
                    ListCase{"CaseIsKept", "A;B=C", "A; B=C"}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Refused, ExtensionList,
    testing::Values(
        ListCase{"Nothing", "", kNo}, ListCase{"OnlyBlanks", " \t ", kNo},
        ListCase{"OnlyAComma", ",", kNo}, ListCase{"OnlyCommas", " , ,", kNo},

        ListCase{"TwoWords", "a b", kNo}, ListCase{"SemicolonLast", "a;", kNo},
        ListCase{"SemicolonFirst", ";a", kNo}, ListCase{"EmptyParameter", "a;;b", kNo},
        ListCase{"ParameterWithoutName", "a;=1", kNo},
        ListCase{"ParameterWithoutValue", "a;b=", kNo}, ListCase{"ValueOfTheName", "a=1", kNo},
        ListCase{"TwoValues", "a;b=1=2", kNo}, ListCase{"TwoValuesInARow", "a;b=1 2", kNo},
        ListCase{"QuotedName", "\"a\"", kNo}, ListCase{"QuotedParameter", "a;\"b\"", kNo},
        ListCase{"QuoteNotClosed", "a;b=\"12", kNo},
        ListCase{"QuoteEndsInABackslash", "a;b=\"12\\", kNo},
        ListCase{"QuotedNothing", "a;b=\"\"", kNo}, ListCase{"QuotedBlanks", "a;b=\"1 2\"", kNo},
        ListCase{"QuotedComma", "a;b=\"1,2\"", kNo}, ListCase{"QuotedQuote", "a;b=\"\\\"\"", kNo},
        ListCase{"TextAfterTheQuote", "a;b=\"1\"2", kNo},
        ListCase{"QuoteInAToken", "a;b=1\"2\"", kNo},
        ListCase{"SingleQuotesAreNoQuotes", "a;b='1 2'", kNo}, ListCase{"Slash", "a/b", kNo},
        ListCase{"ControlCharacter", "a\x01", kNo}, ListCase{"NotAscii", "caf\xC3\xA9", kNo}),
    kName);

}  // namespace
}  // namespace wsrelay::ws
