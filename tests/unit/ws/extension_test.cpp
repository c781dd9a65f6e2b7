#include "ws/extension.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace wsrelay::ws {
namespace {

using Offer = DeflateSettings::Offer;
const auto kName = [](const auto& row) { return std::string(row.param.name); };

struct OfferCase {
  const char* name;
  DeflateSettings settings;
  std::string text;
};
class ExtensionOffer : public testing::TestWithParam<OfferCase> {};

TEST_P(ExtensionOffer, IsInTheseWords) {
  EXPECT_EQ(extension_offer(GetParam().settings), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Deflate, ExtensionOffer,
    testing::Values(
        OfferCase{"Off", {.offer = Offer::Off}, ""},
        OfferCase{"Defaults",
                  {},
                  "permessage-deflate; client_no_context_takeover; server_max_window_bits=12; "
                  "client_max_window_bits, "
                  "permessage-deflate; client_no_context_takeover; client_max_window_bits"},
        OfferCase{"RequiredIsOfferedTheSame",
                  {.offer = Offer::Required},
                  "permessage-deflate; client_no_context_takeover; server_max_window_bits=12; "
                  "client_max_window_bits, "
                  "permessage-deflate; client_no_context_takeover; client_max_window_bits"},
        OfferCase{"WeKeepOurContext",
                  {.client_context_takeover = true},
                  "permessage-deflate; server_max_window_bits=12; client_max_window_bits, "
                  "permessage-deflate; client_max_window_bits"},
        OfferCase{"TheServerIsAskedToForget",
                  {.server_context_takeover = false},
                  "permessage-deflate; client_no_context_takeover; server_no_context_takeover; "
                  "server_max_window_bits=12; client_max_window_bits, "
                  "permessage-deflate; client_no_context_takeover; server_no_context_takeover; "
                  "client_max_window_bits"},
        OfferCase{"TheLargestWindowNeedsNoAsking",
                  {.server_max_window_bits = 15},
                  "permessage-deflate; client_no_context_takeover; client_max_window_bits"},
        OfferCase{"TheSmallestWindow",
                  {.server_max_window_bits = 8, .client_context_takeover = true},
                  "permessage-deflate; server_max_window_bits=8; client_max_window_bits, "
                  "permessage-deflate; client_max_window_bits"},
        OfferCase{"OurOwnWindowIsNobodysConcern",
                  {.client_max_window_bits = 9, .server_max_window_bits = 15},
                  "permessage-deflate; client_no_context_takeover; client_max_window_bits"}),
    kName);

// "client 15 forgets, server 12 keeps", "none", or the error.
std::string story(const Result<Extensions>& result) {
  if (!result) {
    EXPECT_EQ(result.error().fault, Fault::Protocol);
    return result.error().text;
  }
  if (!result->deflate) return "none" + result->text;
  const DeflateParameters& agreed = *result->deflate;
  const auto side = [](int bits, bool keeps) {
    return fmt::format("{} {}", bits, keeps ? "keeps" : "forgets");
  };
  return fmt::format("client {}, server {}",
                     side(agreed.client_max_window_bits, agreed.client_context_takeover),
                     side(agreed.server_max_window_bits, agreed.server_context_takeover));
}

struct AnswerCase {
  const char* name;
  std::vector<std::string> fields;
  std::string story;
  DeflateSettings offered = {};
};
class Agreement : public testing::TestWithParam<AnswerCase> {};

TEST_P(Agreement, IsJudgedByRfc7692) {
  const auto& row = GetParam();
  Fields answer = {{"Server", "x; permessage-deflate"}};
  for (const std::string& value : row.fields)
    answer.emplace_back("sec-webSocket-Extensions", value);
  EXPECT_EQ(story(agree_on_extensions(answer, row.offered)), row.story);
}

std::string plus(std::string_view parameters) {
  return fmt::format("permessage-deflate; {}", parameters);
}
const DeflateSettings kOff{.offer = Offer::Off};
const DeflateSettings kRequired{.offer = Offer::Required};
const DeflateSettings kKeeps{.client_context_takeover = true};
const DeflateSettings kAsksToForget{.server_context_takeover = false};
const DeflateSettings kAsksFor8{.server_max_window_bits = 8};
const DeflateSettings kAsksFor15{.server_max_window_bits = 15};

const std::string kPlain = "client 15 forgets, server 15 keeps";

INSTANTIATE_TEST_SUITE_P(
    Accepted, Agreement,
    testing::Values(
        AnswerCase{"None", {}, "none"}, AnswerCase{"NoneIfOff", {}, "none", kOff},
        AnswerCase{"Plain", {"permessage-deflate"}, kPlain},
        AnswerCase{"PlainIfRequired", {"permessage-deflate"}, kPlain, kRequired},
        AnswerCase{"BlanksAround", {"  permessage-deflate\t"}, kPlain},
        AnswerCase{"EmptyMembersAround", {" ,permessage-deflate, ,"}, kPlain},
        AnswerCase{"EmptySecondField", {"permessage-deflate", ""}, kPlain},
        AnswerCase{"TheWholeFirstOffer",
                   {plus("client_no_context_takeover; server_max_window_bits=12")},
                   "client 15 forgets, server 12 keeps"},
        AnswerCase{"ASmallerWindow",
                   {plus("server_max_window_bits=9")},
                   "client 15 forgets, server 9 keeps"},
        AnswerCase{"TheSmallestWindow",
                   {plus("server_max_window_bits=8")},
                   "client 15 forgets, server 8 keeps"},
        // Answers to the second offer, which asks for no window: §7.1.2.1.
        AnswerCase{"AWindowLargerThanTheFirstOfferAsks",
                   {plus("server_max_window_bits=13")},
                   "client 15 forgets, server 13 keeps"},
        AnswerCase{"TheLargestWindow", {plus("server_max_window_bits=15")}, kPlain},
        AnswerCase{"AWindowWhereNoneWasAsked",
                   {plus("server_max_window_bits=10")},
                   "client 15 forgets, server 10 keeps",
                   kAsksFor15},
        AnswerCase{"AnyWindowOfEight",
                   {plus("server_max_window_bits=8")},
                   "client 15 forgets, server 8 keeps",
                   kAsksFor8},
        AnswerCase{
            "OurWindow8", {plus("client_max_window_bits=8")}, "client 8 forgets, server 15 keeps"},
        AnswerCase{
            "OurWindow9", {plus("client_max_window_bits=9")}, "client 9 forgets, server 15 keeps"},
        AnswerCase{"OurWindow10",
                   {plus("client_max_window_bits=10")},
                   "client 10 forgets, server 15 keeps"},
        AnswerCase{"OurWindow15", {plus("client_max_window_bits=15")}, kPlain},
        AnswerCase{"QuotedWindow",
                   {plus("client_max_window_bits=\"10\"")},
                   "client 10 forgets, server 15 keeps"},
        AnswerCase{"QuotedAndEscapedWindow",
                   {plus("server_max_window_bits=\"1\\2\"")},
                   "client 15 forgets, server 12 keeps"},
        AnswerCase{"BlanksEverywhere",
                   {"permessage-deflate ;\tclient_max_window_bits = 10 "},
                   "client 10 forgets, server 15 keeps"},
        AnswerCase{"ServerForgetsUnasked",
                   {plus("server_no_context_takeover")},
                   "client 15 forgets, server 15 forgets"},
        AnswerCase{"ServerForgetsAsAsked",
                   {plus("server_no_context_takeover")},
                   "client 15 forgets, server 15 forgets",
                   kAsksToForget},
        AnswerCase{"WeForgetAsAnnounced", {plus("client_no_context_takeover")}, kPlain},
        AnswerCase{"WeForgetAsAnnouncedThoughTheServerIsSilent", {"permessage-deflate"}, kPlain},
        AnswerCase{"WeKeep", {"permessage-deflate"}, "client 15 keeps, server 15 keeps", kKeeps},
        AnswerCase{
            "WeForgetIfTheServerDemandsIt", {plus("client_no_context_takeover")}, kPlain, kKeeps},
        AnswerCase{"AllOfThem",
                   {plus("client_max_window_bits=11; server_no_context_takeover; "
                         "server_max_window_bits=10; client_no_context_takeover")},
                   "client 11 forgets, server 10 forgets"}),
    kName);

const std::string kUnoffered = "the server chose an extension that was not offered";
const std::string kTwice = "the server chose permessage-deflate twice";
const std::string kMalformed = "the server sent a malformed Sec-WebSocket-Extensions";
const std::string kRepeated = "the server named a parameter of permessage-deflate twice";
const std::string kInvalid =
    "the server answered with an unknown or invalid parameter of permessage-deflate";
const std::string kDeclined = "the server declined permessage-deflate, which is required";
const std::string kKeepsAnyway = "the server did not agree to server_no_context_takeover";

INSTANTIATE_TEST_SUITE_P(
    RefusedNames, Agreement,
    testing::Values(
        AnswerCase{"AnythingIfOff", {"permessage-deflate"}, kUnoffered, kOff},
        AnswerCase{"NonsenseIfOff", {"="}, kUnoffered, kOff},
        AnswerCase{"NothingInAFieldIfOff", {""}, kUnoffered, kOff},
        AnswerCase{"DeclinedThoughRequired", {}, kDeclined, kRequired},
        AnswerCase{"AnotherExtension", {"permessage-bzip2"}, kUnoffered},
        AnswerCase{"AnOldExtension", {"x-webkit-deflate-frame"}, kUnoffered},
        AnswerCase{"AnotherBesides", {"permessage-deflate, mux"}, kUnoffered},
        AnswerCase{"AnotherBefore", {"mux, permessage-deflate"}, kUnoffered},
        AnswerCase{"AnotherInASecondField", {"permessage-deflate", "mux"}, kUnoffered},
        AnswerCase{"InCapitals", {"Permessage-Deflate"}, kUnoffered},
        AnswerCase{"Twice", {"permessage-deflate, permessage-deflate"}, kTwice},
        AnswerCase{"TwiceInTwoFields", {"permessage-deflate", "permessage-deflate"}, kTwice},
        AnswerCase{"OurWholeOffer", {extension_offer({})}, kTwice},
        AnswerCase{"EmptyField", {""}, kMalformed},

        AnswerCase{"OnlyEmptyMembers", {" , ,"}, kMalformed},
        AnswerCase{"OnlyEmptyFields", {"", ""}, kMalformed},
        AnswerCase{"NoSemicolon", {"permessage-deflate server_no_context_takeover"}, kMalformed},
        AnswerCase{"EmptyParameter", {plus("")}, kMalformed},
        AnswerCase{"OpenQuote", {plus("server_max_window_bits=\"12")}, kMalformed}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    RefusedParameters, Agreement,
    testing::Values(
        AnswerCase{"Unknown", {plus("server_window=12")}, kInvalid},
        AnswerCase{"UnknownWithoutValue", {plus("x")}, kInvalid},
        AnswerCase{"InCapitalsToo", {plus("Server_No_Context_Takeover")}, kInvalid},
        AnswerCase{"ServerBitsTwice",
                   {plus("server_max_window_bits=9; server_max_window_bits=9")},
                   kRepeated},
        AnswerCase{"ClientBitsTwice",
                   {plus("client_max_window_bits=9; client_max_window_bits=10")},
                   kRepeated},
        AnswerCase{"ServerForgetsTwice",
                   {plus("server_no_context_takeover; server_no_context_takeover")},
                   kRepeated},
        AnswerCase{"ClientForgetsTwice",
                   {plus("client_no_context_takeover; x; client_no_context_takeover")},
                   kInvalid},
        AnswerCase{"ForgettingWithAValue", {plus("server_no_context_takeover=1")}, kInvalid},
        AnswerCase{"ForgettingWithTrue", {plus("client_no_context_takeover=true")}, kInvalid},
        AnswerCase{"ServerBitsWithoutValue", {plus("server_max_window_bits")}, kInvalid},
        AnswerCase{"ClientBitsWithoutValue", {plus("client_max_window_bits")}, kInvalid},
        AnswerCase{"ServerBits7", {plus("server_max_window_bits=7")}, kInvalid},
        AnswerCase{"ServerBits16", {plus("server_max_window_bits=16")}, kInvalid},
        AnswerCase{"ClientBits7", {plus("client_max_window_bits=7")}, kInvalid},
        AnswerCase{"ClientBits16", {plus("client_max_window_bits=16")}, kInvalid},
        AnswerCase{"Bits0", {plus("client_max_window_bits=0")}, kInvalid},
        AnswerCase{"LeadingZero", {plus("client_max_window_bits=09")}, kInvalid},
        AnswerCase{"QuotedLeadingZero", {plus("server_max_window_bits=\"012\"")}, kInvalid},
        AnswerCase{"PlusSign", {plus("server_max_window_bits=+12")}, kInvalid},
        AnswerCase{"MinusSign", {plus("server_max_window_bits=-12")}, kInvalid},
        AnswerCase{"Decimals", {plus("server_max_window_bits=12.0")}, kInvalid},
        AnswerCase{"Hexadecimal", {plus("server_max_window_bits=0xc")}, kInvalid},
        AnswerCase{"NoNumber", {plus("server_max_window_bits=max")}, kInvalid},
        AnswerCase{"ANumberThatWraps", {plus("server_max_window_bits=4294967305")}, kInvalid},
        AnswerCase{"AnEndlessNumber",
                   {plus("server_max_window_bits=" + std::string(1'000, '9'))},
                   kInvalid},
        AnswerCase{"KeepsThoughAskedToForget", {"permessage-deflate"}, kKeepsAnyway, kAsksToForget},
        AnswerCase{"ForgetsTheOtherSideThanAsked",
                   {plus("client_no_context_takeover")},
                   kKeepsAnyway,
                   kAsksToForget}),
    kName);

TEST(Agreement, TellsWhatTheServerWroteWithBlanksInOrder) {
  const auto agreed = agree_on_extensions({{"Sec-WebSocket-Extensions",
                                            " permessage-deflate;server_max_window_bits=\"10\" ;"
                                            "client_no_context_takeover"}},
                                          {});
  ASSERT_TRUE(agreed.has_value());
  EXPECT_EQ(agreed->text,
            "permessage-deflate; server_max_window_bits=10; client_no_context_takeover");
}

}  // namespace
}  // namespace wsrelay::ws
