#include "ws/response_head.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace wsrelay::ws {
namespace {

std::string in_words(const ResponseHead& head) {
  std::string out = fmt::format("1.{} {} [{}]", head.minor_version, head.status, head.reason);
  if (head.fields.size() > 8) return out + fmt::format(" {} fields", head.fields.size());
  for (const auto& [name, value] : head.fields)
    out += value.size() > 100 ? fmt::format(" {}=({})", name, value.size())
                              : fmt::format(" {}={}", name, value);
  return out;
}

// What `wire` is, and what of it is left to whoever comes after the head.
struct Reading {
  ResponseHeadParser parser;
  std::string outcome = "more";
  std::string rest = {};

  void receive(std::string_view bytes) {
    if (outcome != "more") {
      rest += bytes;
      return;
    }
    BytesView input = as_bytes(bytes);
    const auto complete = parser.read(input);
    if (!complete) {
      outcome = "!" + complete.error().text.substr(std::string_view("bad HTTP response: ").size());
      EXPECT_EQ(complete.error().fault, Fault::Protocol);
    } else if (*complete) {
      outcome = in_words(parser.take());
      rest = as_text(input);
    } else {
      EXPECT_TRUE(input.empty()) << "asks for more with bytes left";
    }
  }
};

struct HeadCase {
  const char* name;
  std::string wire;
  std::string outcome;
  std::string rest = {};
};
class Reads : public testing::TestWithParam<HeadCase> {};

TEST_P(Reads, TheSameInPiecesOfEverySizeAndCutAnywhere) {
  const auto& row = GetParam();
  const std::string_view wire = row.wire;
  const std::size_t step = wire.size() > 4096 ? 509 : 1;
  const auto check = [&](const Reading& reading, std::size_t where) {
    ASSERT_EQ(reading.outcome, row.outcome) << where;
    if (row.outcome[0] != '!') {
      ASSERT_EQ(reading.rest, row.rest) << where;
    }
  };
  for (std::size_t piece = 1; piece <= wire.size(); piece += step) {
    Reading reading;
    for (std::size_t at = 0; at < wire.size(); at += piece) reading.receive(wire.substr(at, piece));
    check(reading, piece);
  }
  for (std::size_t cut = 0; cut <= wire.size(); cut += step) {
    Reading reading;
    reading.receive(wire.substr(0, cut));
    reading.receive(wire.substr(cut));
    check(reading, cut);
  }
}

TEST_P(Reads, AsksForMoreAtEveryPrefixOfAGoodHead) {
  const auto& row = GetParam();
  if (row.outcome[0] == '!') return;
  for (std::size_t size = 0; size + row.rest.size() < row.wire.size(); ++size) {
    Reading reading;
    reading.receive(std::string_view(row.wire).substr(0, size));
    ASSERT_EQ(reading.outcome, "more") << size;
  }
}

std::string with(std::string_view lines) {
  return "HTTP/1.1 101 OK\r\n" + std::string(lines) + "\r\n";
}
std::string many_fields(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) lines += "A: 1\r\n";
  return with(lines);
}
// A head of exactly `size` bytes, in lines of about a kilobyte.
std::string head_of(std::size_t size) {
  std::string head = "HTTP/1.1 101 OK\r\n";
  while (size - head.size() > 1500) head += "A: " + std::string(1000, 'x') + "\r\n";
  return head + "B: " + std::string(size - head.size() - 7, 'x') + "\r\n\r\n";
}
// A field line of `size` bytes without its line end.
std::string line_of(std::size_t size) {
  return "A: " + std::string(size - 3, 'x') + "\r\n";
}

const std::string kStatus = "!malformed status line";
const std::string kNoHttp = "!it does not begin with HTTP/1";
const auto kName = [](const auto& row) { return std::string(row.param.name); };

INSTANTIATE_TEST_SUITE_P(
    GoodHeads, Reads,
    testing::Values(
        HeadCase{"Shortest", "HTTP/1.1 101 \r\n\r\n", "1.1 101 []"},
        HeadCase{"NoReasonAndNoSpace", "HTTP/1.1 101\r\n\r\n", "1.1 101 []"},
        HeadCase{"Reason", "HTTP/1.1 404 Not Found\r\n\r\n", "1.1 404 [Not Found]"},
        HeadCase{"Http10", "HTTP/1.0 403 No\r\n\r\n", "1.0 403 [No]"},
        HeadCase{"ObsoleteTextInReason", "HTTP/1.1 404 Niet\xE9\r\n\r\n", "1.1 404 [Niet\xE9]"},
        HeadCase{"Fields", with("A: 1\r\nB: 2\r\n"), "1.1 101 [OK] A=1 B=2"},
        HeadCase{"SpacesAroundValue", with("A: \t 1 2 \t\r\n"), "1.1 101 [OK] A=1 2"},
        HeadCase{"NoSpaceBeforeValue", with("A:1\r\n"), "1.1 101 [OK] A=1"},
        HeadCase{"EmptyValue", with("A:\r\nB: \r\n"), "1.1 101 [OK] A= B="},
        HeadCase{"ColonInValue", with("A: b:c\r\n"), "1.1 101 [OK] A=b:c"},
        HeadCase{"NamesKeepTheirCase", with("sEc-A: 1\r\n"), "1.1 101 [OK] sEc-A=1"},
        HeadCase{"TokenPunctuation", with("!#$%&'*+-.^_`|~9: 1\r\n"),
                 "1.1 101 [OK] !#$%&'*+-.^_`|~9=1"},
        HeadCase{"RepeatedFieldsStay", with("A: 1\r\nA: 2\r\n"), "1.1 101 [OK] A=1 A=2"},
        HeadCase{"WhatFollowsIsLeft", with("A: 1\r\n") + "\x81\x01z\r\n\r\n", "1.1 101 [OK] A=1",
                 "\x81\x01z\r\n\r\n"},
        HeadCase{"Fields128", many_fields(128), "1.1 101 [OK] 128 fields"},
        HeadCase{"LineOf8KiB", with(line_of(8192)), "1.1 101 [OK] A=(8189)"},
        HeadCase{"HeadOf16KiB", head_of(16384), "1.1 101 [OK] 16 fields"},
        HeadCase{"HeadOf16KiBThenMore", head_of(16384) + "x", "1.1 101 [OK] 16 fields", "x"}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    BadStatusLines, Reads,
    testing::Values(HeadCase{"Garbage", "\x15\x03\x03", kNoHttp},
                    HeadCase{"OneWrongByte", "X", kNoHttp},
                    HeadCase{"EmptyLineFirst", "\r\nHTTP/1.1 101\r\n\r\n", kNoHttp},
                    HeadCase{"BareNewlineFirst", "\n", kNoHttp},
                    HeadCase{"SshBanner", "SSH-2.0-OpenSSH\r\n", kNoHttp},
                    HeadCase{"Http2", "HTTP/2 101\r\n\r\n", kNoHttp},
                    HeadCase{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", kNoHttp},
                    HeadCase{"LowerCase", "http/1.1 101 OK\r\n\r\n", kNoHttp},
                    HeadCase{"SpaceFirst", " HTTP/1.1 101 OK\r\n", kNoHttp},
                    HeadCase{"NoMinorVersion", "HTTP/1. 101 OK\r\n", kStatus},
                    HeadCase{"TwoDigitVersion", "HTTP/1.10 101 OK\r\n", kStatus},
                    HeadCase{"TwoSpaces", "HTTP/1.1  101 OK\r\n", kStatus},
                    HeadCase{"TabForSpace", "HTTP/1.1\t101 OK\r\n", kStatus},
                    HeadCase{"TwoDigits", "HTTP/1.1 10 OK\r\n", kStatus},
                    HeadCase{"FourDigits", "HTTP/1.1 1010 OK\r\n", kStatus},
                    HeadCase{"LettersForDigits", "HTTP/1.1 1o1 OK\r\n", kStatus},
                    HeadCase{"Status099", "HTTP/1.1 099 OK\r\n", kStatus},
                    HeadCase{"NegativeStatus", "HTTP/1.1 -01 OK\r\n", kStatus},
                    HeadCase{"NoStatus", "HTTP/1.1\r\n", kStatus},
                    HeadCase{"ReasonGluedOn", "HTTP/1.1 101OK\r\n", kStatus}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    BadLines, Reads,
    testing::Values(
        HeadCase{"BareNewlineAfterStatus", "HTTP/1.1 101 OK\nA: 1\r\n\r\n",
                 "!line ends without CR"},
        HeadCase{"BareNewlineAfterField", with("A: 1\nB: 2\r\n"), "!line ends without CR"},
        HeadCase{"BareNewlineAtTheEnd", "HTTP/1.1 101 OK\r\nA: 1\r\n\n", "!line ends without CR"},
        HeadCase{"BareCarriageReturn", with("A: 1\rB: 2\r\n"), "!control character in a line"},
        HeadCase{"TwoCarriageReturns", with("A: 1\r\r\n"), "!control character in a line"},
        HeadCase{"Nul", with(std::string("A: 1\0\r\n", 7)), "!control character in a line"},
        HeadCase{"Escape", with("A: \x1B[31m\r\n"), "!control character in a line"},
        HeadCase{"Delete", with("A: \x7F\r\n"), "!control character in a line"},
        HeadCase{"EscapeInReason", "HTTP/1.1 404 \x1B[31m\r\n", "!control character in a line"},
        HeadCase{"Folded", with("A: 1\r\n 2\r\n"), "!folded header line"},
        HeadCase{"FoldedByTab", with("A: 1\r\n\t2\r\n"), "!folded header line"},
        HeadCase{"FoldedFirstLine", with(" A: 1\r\n"), "!folded header line"},
        HeadCase{"NoColon", with("A 1\r\n"), "!header line without a colon"},
        HeadCase{"EmptyName", with(": 1\r\n"), "!malformed header name"},
        HeadCase{"SpaceBeforeColon", with("A : 1\r\n"), "!malformed header name"},
        HeadCase{"SpaceInName", with("A B: 1\r\n"), "!malformed header name"},
        HeadCase{"QuoteInName", with("\"A\": 1\r\n"), "!malformed header name"},
        HeadCase{"ObsoleteTextInName", with("\xE9: 1\r\n"), "!malformed header name"}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Limits, Reads,
    testing::Values(HeadCase{"Fields129", many_fields(129), "!more than 128 header fields"},
                    HeadCase{"LineOf8KiBAndOne", with(line_of(8193)), "!line longer than 8 KiB"},
                    HeadCase{"EndlessLine", with(std::string(100'000, 'x')),
                             "!line longer than 8 KiB"},
                    HeadCase{"EndlessReason", "HTTP/1.1 404 " + std::string(10'000, 'x'),
                             "!line longer than 8 KiB"},
                    HeadCase{"HeadOf16KiBAndOne", head_of(16385), "!head longer than 16 KiB"},
                    HeadCase{"EndlessFields", with(line_of(8000) + line_of(8000) + line_of(8000)),
                             "!head longer than 16 KiB"}),
    kName);

TEST(ResponseHead, IsReadyForTheNextOne) {
  Reading reading;
  reading.receive("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
  EXPECT_EQ(reading.outcome, "1.1 103 [Early Hints] Link=x");
  reading.outcome = "more";
  reading.receive("HTTP/1.1 101 OK\r\nA: 1\r\n\r\n");
  EXPECT_EQ(reading.outcome, "1.1 101 [OK] A=1");
}

}  // namespace
}  // namespace wsrelay::ws
