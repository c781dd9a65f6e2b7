#include "config/document.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace wsrelay::config {
namespace {

struct Row {
  const char* name;
  std::string text;
  unsigned line;
  unsigned column;
  std::string what;  // the beginning of the first flaw; empty: none
};
class Documents : public testing::TestWithParam<Row> {};

TEST_P(Documents, AreTakenOrRefusedAtAPlace) {
  const Row& row = GetParam();
  const Document document = parse_document(row.text);
  if (row.what.empty()) {
    EXPECT_TRUE(document.complete);
    ASSERT_TRUE(document.flaws.empty()) << document.flaws[0].what;
    return;
  }
  ASSERT_FALSE(document.flaws.empty());
  EXPECT_EQ(document.flaws[0].what.substr(0, row.what.size()), row.what);
  EXPECT_EQ(document.flaws[0].place, (Place{row.line, row.column}));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Documents,
    testing::Values(
        Row{"Empty", "", 0, 0, ""}, Row{"DocumentMarks", "---\na: 1\n...\n", 0, 0, ""},
        Row{"BlockText", "a: |\n  \"one\n  two\n", 0, 0, ""},
        Row{"QuoteInPlainText", "a: it's \"so\n", 0, 0, ""},
        Row{"EscapedQuotes", "a: \"x\\\"y\"\nb: 'it''s'\n", 0, 0, ""},
        Row{"SameKeyInTwoMaps", "a: {k: 1}\nb: {k: 1}\n", 0, 0, ""},
        Row{"DuplicateKey", "a: 1\nb: 2\na: 3\n", 3, 1, "stands here twice"},
        Row{"DuplicateQuotedKey", "a: 1\n\"a\": 3\n", 2, 1, "stands here twice"},
        Row{"KeyThatIsAList", "[a]: 1\n", 1, 1, "a key must be a word"},
        Row{"Anchor", "a: &x 1\n", 1, 4, "anchors"}, Row{"Tag", "a: !t 1\n", 1, 4, "tags"},
        Row{"Alias", "a: &x 1\nb: *x\n", 1, 4, "anchors"},
        Row{"UnknownAlias", "b: *x\n", 1, 4, "the YAML breaks off here"},
        Row{"AliasOfItself", "&a [1, *a]\n", 1, 1, "anchors"},
        Row{"MergeKey", "a: {<<: {b: 1}}\n", 1, 5, "merge keys"},
        Row{"SecondDocument", "a: 1\n---\nb: 1\n", 3, 1, "a second document"},
        Row{"OpenDoubleQuote", "a: 1\nb: \"c\nd: 1\n", 2, 4, "this quote is never closed"},
        Row{"OpenSingleQuote", "b: 'it''s\n", 1, 4, "this quote is never closed"},
        Row{"OpenQuoteAtTheEnd", "b: 'c", 1, 6, "the YAML breaks off here"},
        Row{"OpenBracket", "b: [c\n", 1, 4, "this [ is never closed"},
        Row{"Nul", std::string("a: b\0c", 6), 1, 5, "a control character (0x00)"},
        Row{"EndOfTransmission", "a: 1\n\x04 b: 2\n", 2, 1, "a control character (0x04)"},
        Row{"Latin1", "a: \xE9\n", 1, 4, "this is not UTF-8"},
        Row{"Utf16",
            "\xFF\xFE"
            "a\xFF",
            1, 1, "this is UTF-16, not UTF-8"},
        Row{"CutInACharacter", "a: x\xC3", 1, 5, "this is not UTF-8"}),
    [](const auto& row) { return row.param.name; });

TEST(Place, CountsBytesFromOne) {
  const Document document = parse_document("\xC3\xA9: [1,\n   \"\xC3\xA9\", x]\n");
  ASSERT_TRUE(document.root.is(Node::Kind::Map));
  const Node& list = document.root.value(0);
  EXPECT_EQ(list.children[0].place, (Place{1, 6}));
  EXPECT_EQ(list.children[1].place, (Place{2, 4}));
  EXPECT_EQ(list.children[2].place, (Place{2, 10}));
}

TEST(Place, OfAnEmptyValueIsThatOfItsKey) {
  const Document document = parse_document("a:\n  b:\n\nc: 1\n");
  EXPECT_EQ(document.root.value(0).value(0).place, (Place{2, 3}));
}

TEST(Bounds, RefuseTooManyBytes) {
  const Document document = parse_document(std::string(kMaxDocumentBytes + 1, ' '));
  EXPECT_FALSE(document.complete);
  ASSERT_EQ(document.flaws.size(), 1U);
}

TEST(Bounds, RefuseTooManyLevels) {
  for (const std::size_t depth : {kMaxDepth, kMaxDepth + 1, std::size_t{100'000}}) {
    const Document document = parse_document(std::string(depth, '[') + std::string(depth, ']'));
    EXPECT_EQ(document.complete, depth <= kMaxDepth) << depth;
  }
}

TEST(Bounds, RefuseTooManyValues) {
  std::string text = "[";
  for (std::size_t i = 0; i < kMaxNodes; ++i) text += "1,";
  const Document document = parse_document(text + "]");
  EXPECT_FALSE(document.complete);
  ASSERT_EQ(document.flaws.size(), 1U);
  EXPECT_EQ(document.flaws[0].what, "more than 2000000 values");
}

TEST(Bounds, AnAliasBombIsOnlyItsOwnSize) {
  std::string text = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string n = std::to_string(i);
    const std::string before = std::to_string(i - 1);
    text += "a" + n + ": &a" + n + " [*a" + before + ", *a" + before + "]\n";
  }
  const Document document = parse_document(text);
  EXPECT_EQ(document.flaws.size(), 30U + 58U);
}

}  // namespace
}  // namespace wsrelay::config
