// What libmosquitto may not see, and how a PUBLISH for several filters reaches it.
#include "mqtt/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/mqtt_peer.hpp"

namespace wsrelay::mqtt {
namespace {

using test::mqtt_packet;
using test::MqttWriter;
using testing::ElementsAre;
using testing::IsEmpty;

std::string publish(std::string_view properties, unsigned first = 0x30) {
  MqttWriter body;
  body.text("t");
  if ((first & 6) != 0) body.two(1);
  return mqtt_packet(first, body.length(properties.size()).raw(properties).raw("payload").str());
}

struct GateCase {
  const char* name;
  std::string packet;
  bool admitted;
};
std::ostream& operator<<(std::ostream& out, const GateCase& row) {
  return out << row.name;
}
class Gate : public testing::TestWithParam<GateCase> {};

TEST_P(Gate, OpensOrNot) {
  const auto admission = admit(as_bytes(GetParam().packet));
  EXPECT_EQ(admission.has_value(), GetParam().admitted);
  EXPECT_FALSE(admission && admission->rewritten);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Gate,
    testing::Values(
        GateCase{"PublishWithoutProperties", publish(""), true},
        GateCase{"PublishWithEveryShape",
                 publish(MqttWriter()
                             .byte(1)
                             .byte(1)
                             .byte(35)
                             .two(1)
                             .byte(2)
                             .four(1)
                             .byte(3)
                             .text("x")
                             .byte(38)
                             .text("k")
                             .text("v")
                             .byte(11)
                             .length(300)
                             .str(),
                         0x32),
                 true},
        GateCase{"UnknownProperty", publish("\x7F\x01"), false},
        GateCase{"UnknownPropertyOfTwoBytes", publish("\x80\x01"), false},
        GateCase{"PropertyCutShort",
                 publish(std::string("\x03\x00\x05"
                                     "ab",
                                     5)),
                 false},
        GateCase{"PropertiesLongerThanThePacket",
                 mqtt_packet(0x30, MqttWriter().text("t").length(50).str()), false},
        GateCase{"PublishWithoutPropertyLength", mqtt_packet(0x30, MqttWriter().text("t").str()),
                 false},
        GateCase{"TopicCutShort", mqtt_packet(0x30, MqttWriter().two(9).raw("t").str()), false},
        GateCase{"ConnackWithUnknown", mqtt_packet(0x20, "\x01\x01\x01\x7F"), false},
        GateCase{"PubackWithoutReason", mqtt_packet(0x40, MqttWriter().two(1).str()), true},
        GateCase{"PubackWithReason", mqtt_packet(0x40, MqttWriter().two(1).byte(0x87).str()), true},
        GateCase{"PubackWithUnknown",
                 mqtt_packet(0x40, MqttWriter().two(1).byte(0x87).length(1).byte(127).str()),
                 false},
        GateCase{"SubackWithUnknown",
                 mqtt_packet(0x90, MqttWriter().two(1).length(1).byte(127).byte(1).str()), false},
        GateCase{"UnsubackWithUnknown",
                 mqtt_packet(0xB0, MqttWriter().two(1).length(1).byte(127).byte(0).str()), false},
        GateCase{"DisconnectWithUnknown",
                 mqtt_packet(0xE0, MqttWriter().byte(0x8B).length(1).byte(127).str()), false},
        GateCase{"AuthWithUnknown",
                 mqtt_packet(0xF0, MqttWriter().byte(0x18).length(1).byte(127).str()), false},
        GateCase{"Pingresp", mqtt_packet(0xD0, ""), true}),
    [](const auto& row) { return row.param.name; });

TEST(Gate, KeepsTheFirstIdentifierAndTellsAll) {
  const std::string before = MqttWriter().byte(11).length(7).byte(3).text("x").str();
  const std::string several =
      before + MqttWriter().byte(11).length(300).byte(1).byte(1).byte(11).length(9).str();
  for (const unsigned first : {0x30U, 0x32U}) {
    const std::string packet = publish(several, first);
    const auto admission = admit(as_bytes(packet));
    ASSERT_TRUE(admission);
    EXPECT_THAT(admission->identifiers, ElementsAre(7U, 300U, 9U));
    ASSERT_TRUE(admission->rewritten);
    EXPECT_EQ(as_text(*admission->rewritten), publish(before + "\x01\x01", first));
  }
}

// Regression: libmosquitto 2.0.11 leaks the properties of a PUBACK that nobody waits for.
TEST(Gate, OfAnAcknowledgementOnlyTheReasonGoesOn) {
  for (const unsigned first : {0x40U, 0x50U, 0x62U, 0x70U}) {
    MqttWriter reason;
    reason.two(7).byte(0x87);
    const auto admission = admit(as_bytes(
        mqtt_packet(first, MqttWriter().raw(reason.str()).length(7).byte(31).text("full").str())));
    ASSERT_TRUE(admission && admission->rewritten);
    EXPECT_EQ(as_text(*admission->rewritten), mqtt_packet(first, reason.length(0).str()));
  }
}

TEST(Gate, AnAnswerIn311IsPutIntoTheWordsOfMqtt5) {
  const std::pair<char, char> codes[] = {{0, '\x84'}, {1, '\x84'}, {2, '\x85'},
                                         {3, '\x88'}, {4, '\x86'}, {5, '\x87'}};
  for (const auto& [old_code, code] : codes) {
    const auto admitted = admit(as_bytes(mqtt_packet(0x20, std::string{'\0', old_code})));
    ASSERT_TRUE(admitted && admitted->rewritten);
    EXPECT_EQ(as_text(*admitted->rewritten), mqtt_packet(0x20, std::string{'\0', code, '\0'}));
  }
}

TEST(Gate, OtherPacketsNameNoFilters) {
  const auto admission = admit(as_bytes(mqtt_packet(
      0x90, MqttWriter().two(1).length(4).byte(11).length(1).byte(11).length(2).byte(1).str())));
  ASSERT_TRUE(admission);
  EXPECT_THAT(admission->identifiers, IsEmpty());
}

// Law: every prefix of a body is admitted as it stands, shortened or refused; nothing is read
// beyond it.
TEST(Gate, SurvivesEveryPrefixOfEveryType) {
  const std::string body = MqttWriter()
                               .text("t")
                               .length(9)
                               .byte(11)
                               .length(7)
                               .byte(11)
                               .length(300)
                               .byte(3)
                               .text("x")
                               .raw("payload")
                               .str();
  for (unsigned first = 0; first < 256; ++first)
    for (std::size_t size = 0; size <= body.size(); ++size) {
      const std::string packet = mqtt_packet(first, body.substr(0, size));
      const std::vector<std::byte> exact = to_bytes(packet);  // so that a sanitizer sees its end
      const auto admission = admit(exact);
      const bool old_connack = first >> 4 == 2 && size == 2;  // grows to MQTT 5's form
      EXPECT_TRUE(!admission || !admission->rewritten || old_connack ||
                  admission->rewritten->size() < exact.size());
    }
}

}  // namespace
}  // namespace wsrelay::mqtt
