#include "route/table.hpp"

#include <map>

#include <gtest/gtest.h>

namespace wsrelay::route {
namespace {

Rules rules(std::vector<DeliverRule> deliver = {}, bool send_topics = true) {
  return {.deliver = std::move(deliver), .send_topics = send_topics};
}

Publication arrival(std::string topic, std::string_view payload = "hello") {
  return {.topic = std::move(topic), .payload = to_bytes(payload)};
}

/// What a broker has that is told every change.
class Subscribed {
 public:
  explicit Subscribed(Table& table) : table_(table) {}
  const std::map<std::string, Subscription>& all() {
    while (table_.has_changes())
      for (Subscription& each : table_.take_changes(2)) {
        if (each.id == 0)
          all_.erase(each.filter);
        else
          all_[each.filter] = each;
      }
    return all_;
  }
  std::uint32_t id_of(const std::string& filter) { return all().at(filter).id; }

 private:
  Table& table_;
  std::map<std::string, Subscription> all_;
};

TEST(Table, PublishesToTheDefaultTopicWithThePayloadUntouched) {
  Table table("wsrelay");
  table.add(1, "echo", rules());
  Message message{Message::Kind::Text, to_bytes("hi")};
  const auto publication = table.publication_for(1, message);
  ASSERT_TRUE(publication);
  EXPECT_EQ(publication->topic, "wsrelay/echo/recv");
  EXPECT_EQ(as_text(publication->payload), "hi");
  EXPECT_EQ(publication->qos, 0);
  EXPECT_TRUE(publication->is_utf8);
}

TEST(Table, PutsTheOpcodeIntoTheTopic) {
  Table table("b");
  Rules with_opcode = rules();
  with_opcode.publish = {{.topic = "{{base}}/{{instance}}/{{opcode}}", .qos = 1, .retain = true}};
  table.add(1, "x", with_opcode);
  Message message{Message::Kind::Binary, {}};
  const auto publication = table.publication_for(1, message);
  ASSERT_TRUE(publication);
  EXPECT_EQ(publication->topic, "b/x/binary");
  EXPECT_EQ(publication->qos, 1);
  EXPECT_TRUE(publication->retain);
  EXPECT_FALSE(publication->is_utf8);
}

TEST(Table, AnInstanceWithoutPublishRulesFiltersEverything) {
  Table table("b");
  Rules silent = rules();
  silent.publish.clear();
  table.add(1, "x", silent);
  Message message{Message::Kind::Text, to_bytes("kept")};
  EXPECT_EQ(table.publication_for(1, message).error(), Table::Refusal::Filtered);
  EXPECT_EQ(as_text(message.payload), "kept");
}

struct PartRow {
  const char* name;
  MessagePart part;
  std::string properties;  // "ws-opcode=1 ws-fin=0 …" without the "ws-"
  bool is_utf8;
};

class PartsOfMessages : public testing::TestWithParam<PartRow> {};

TEST_P(PartsOfMessages, SayWhereTheyBelong) {
  Table table("w");
  table.add(1, "i", rules());
  MessagePart part = GetParam().part;
  const Bytes payload = part.payload;
  const auto publication = table.publication_for(1, part);
  ASSERT_TRUE(publication);
  std::string properties;
  for (const auto& [name, value] : publication->user_properties)
    properties += (properties.empty() ? "" : " ") + name.substr(3) + "=" + value;
  EXPECT_EQ(properties, GetParam().properties);
  EXPECT_EQ(publication->payload, payload);
  EXPECT_EQ(publication->is_utf8, GetParam().is_utf8);
  EXPECT_EQ(publication->topic, "w/i/recv");
}

INSTANTIATE_TEST_SUITE_P(
    Parts, PartsOfMessages,
    testing::Values(
        PartRow{"FirstFrameOfText",
                {.payload = to_bytes("ab"), .fin = false, .last = false, .frame_length = 2},
                "opcode=1 fin=0 offset=0 frame-offset=0 frame-length=2",
                true},
        PartRow{"LastFrame",
                {.payload = to_bytes("cd"),
                 .continuation = true,
                 .frame_length = 2,
                 .message_offset = 2,
                 .message_length = 4},
                "opcode=0 fin=1 offset=2 length=4 frame-offset=0 frame-length=2",
                true},
        PartRow{"ChunkOfTheLastFrame",
                {.payload = to_bytes("c"),
                 .continuation = true,
                 .last = false,
                 .frame_length = 2,
                 .message_offset = 2,
                 .message_length = 4},
                "opcode=0 fin=1 offset=2 length=4 frame-offset=0 frame-length=2",
                true},
        PartRow{"CompressedChunkWhoseEndIsNotKnown",
                {.kind = Message::Kind::Binary, .payload = to_bytes("c"), .last = false},
                "opcode=2 fin=1 offset=0 frame-offset=0",
                false},
        PartRow{"CompressedChunkThatIsTheEnd",
                {.kind = Message::Kind::Binary,
                 .payload = to_bytes("xyz"),
                 .frame_offset = 7,
                 .message_offset = 107},
                "opcode=2 fin=1 offset=107 length=110 frame-offset=7",
                false},
        PartRow{"HalfACharacter",
                {.payload = to_bytes("\xC3"), .last = false, .message_length = 2},
                "opcode=1 fin=1 offset=0 length=2 frame-offset=0",
                false},
        PartRow{"EmptyLastFrame",
                {.payload = {},
                 .continuation = true,
                 .frame_length = 0,
                 .message_offset = 5,
                 .message_length = 5},
                "opcode=0 fin=1 offset=5 length=5 frame-offset=0 frame-length=0",
                true}),
    [](const auto& row) { return row.param.name; });

TEST(Table, APartThatIsRefusedIsLeftAsItWas) {
  Table table("b");
  Rules silent = rules();
  silent.publish.clear();
  table.add(1, "x", silent);
  MessagePart part{.payload = to_bytes("kept")};
  EXPECT_EQ(table.publication_for(1, part).error(), Table::Refusal::Filtered);
  EXPECT_EQ(as_text(part.payload), "kept");
}

struct SendRow {
  const char* name;
  std::string topic;
  std::string payload;
  std::optional<Message::Kind> kind;
};

class SendTopics : public testing::TestWithParam<SendRow> {};

TEST_P(SendTopics, DecideTheKind) {
  Table table("w");
  table.add(7, "i", rules());
  const auto& row = GetParam();
  const std::vector<Delivery> expected{{7, row.kind}};
  const std::uint32_t id = Subscribed(table).id_of("w/i/send/#");
  EXPECT_EQ(table.deliveries_for(arrival(row.topic, row.payload), std::array{id}), expected);
  EXPECT_EQ(table.deliveries_for(arrival(row.topic, row.payload), {}), expected)
      << "found by topic";
}

INSTANTIATE_TEST_SUITE_P(
    Send, SendTopics,
    testing::Values(SendRow{"TextIfItIsUtf8", "w/i/send", "gr\xC3\xBC\xC3\x9F",
                            Message::Kind::Text},
                    SendRow{"BinaryIfItIsNot", "w/i/send", "\xFF", Message::Kind::Binary},
                    SendRow{"EmptyIsText", "w/i/send", "", Message::Kind::Text},
                    SendRow{"TextForced", "w/i/send/text", "\xFF", Message::Kind::Text},
                    SendRow{"BinaryForced", "w/i/send/binary", "hi", Message::Kind::Binary},
                    SendRow{"UnknownEnd", "w/i/send/nowhere", "hi", std::nullopt},
                    SendRow{"TooDeep", "w/i/send/text/part", "hi", std::nullopt}),
    [](const auto& row) { return row.param.name; });

TEST(Table, ThePublishersWordCountsBeforeTheBytes) {
  Table table("w");
  table.add(1, "i", rules());
  Publication said = arrival("w/i/send", "text");
  said.user_properties = {{"ws-opcode", "binary"}};
  EXPECT_EQ(table.deliveries_for(said, {}).front().kind, Message::Kind::Binary);
}

TEST(Table, OneFilterForSeveralInstancesIsOneSubscription) {
  Table table("w");
  table.add(1, "a", rules({{.topic = "orders/#", .as = SendAs::Text}}, false));
  table.add(2, "b", rules({{.topic = "orders/#", .as = SendAs::Binary}}, false));
  Subscribed subscribed(table);
  ASSERT_EQ(subscribed.all().size(), 1U);
  const std::vector<Delivery> both{{1, Message::Kind::Text}, {2, Message::Kind::Binary}};
  EXPECT_EQ(table.deliveries_for(arrival("orders/new"), {}), both);
  table.remove(1);
  ASSERT_EQ(subscribed.all().size(), 1U);
  table.remove(2);
  EXPECT_TRUE(subscribed.all().empty());
  EXPECT_TRUE(table.deliveries_for(arrival("orders/new"), {}).empty());
}

TEST(Table, AnArrivalGoesOnlyToTheFiltersItCameFor) {
  Table table("w");
  table.add(1, "a", rules({{.topic = "x/#"}}, false));
  table.add(2, "b", rules({{.topic = "x/y"}}, false));
  const std::vector<Delivery> only_b{{2, Message::Kind::Text}};
  EXPECT_EQ(table.deliveries_for(arrival("x/y"), std::array{Subscribed(table).id_of("x/y")}),
            only_b);
  EXPECT_EQ(table.deliveries_for(arrival("x/y"), {}).size(), 2U);
}

TEST(Table, AnIdentifierOfAnEarlierRunMisleadsNobody) {
  Table table("w");
  table.add(1, "a", rules());
  table.add(2, "b", rules());
  const std::vector<Delivery> only_b{{2, Message::Kind::Text}};
  const std::uint32_t stale = Subscribed(table).id_of("w/a/send/#");
  EXPECT_EQ(table.deliveries_for(arrival("w/b/send"), std::array{stale}), only_b);
  EXPECT_EQ(table.deliveries_for(arrival("w/b/send"), std::array{stale + 1000}), only_b);
}

TEST(Table, ASubscriptionAsksForTheHighestQosBehindIt) {
  Table table("w");
  table.add(1, "a", rules({{.topic = "x", .qos = 0}}, false));
  Subscribed subscribed(table);
  EXPECT_EQ(subscribed.all().at("x").qos, 0);
  table.add(2, "b", rules({{.topic = "x", .qos = 1}}, false));
  EXPECT_EQ(subscribed.all().at("x").qos, 1);
  table.remove(2);
  EXPECT_EQ(subscribed.all().at("x").qos, 0);
}

TEST(Table, AnIdentifierStaysWhileItsFilterStays) {
  Table table("w");
  Subscribed subscribed(table);
  table.add(1, "a", rules());
  table.add(2, "b", rules());
  const std::uint32_t b = subscribed.id_of("w/b/send/#");
  table.remove(1);
  table.add(3, "c", rules());
  EXPECT_EQ(subscribed.id_of("w/b/send/#"), b);
  EXPECT_NE(subscribed.id_of("w/c/send/#"), b);
}

TEST(Table, NewRulesReplaceTheOldAndKeepTheIdentifiersOfWhatStays) {
  Table table("w");
  Subscribed subscribed(table);
  table.add(1, "a", rules({{.topic = "stays", .as = SendAs::Text}, {.topic = "goes"}}));
  const auto before = subscribed.all();
  table.add(1, "a", rules({{.topic = "comes"}, {.topic = "stays", .as = SendAs::Binary}}));
  EXPECT_EQ(subscribed.id_of("stays"), before.at("stays").id);
  EXPECT_EQ(subscribed.id_of("w/a/send/#"), before.at("w/a/send/#").id);
  EXPECT_EQ(subscribed.all().count("goes"), 0U);
  EXPECT_EQ(subscribed.all().count("comes"), 1U);
  const std::vector<Delivery> once{{1, Message::Kind::Binary}};
  EXPECT_EQ(table.deliveries_for(arrival("stays"), {}), once);
}

TEST(Table, TellsOnlyWhatChanged) {
  Table table("w");
  table.add(1, "a", rules());
  table.add(2, "b", rules());
  EXPECT_EQ(table.take_changes(100).size(), 2U);
  EXPECT_FALSE(table.has_changes());
  table.remove(1);
  const std::vector<Subscription> gone{{.id = 0, .filter = "w/a/send/#", .qos = 0}};
  EXPECT_EQ(table.take_changes(100), gone);
  table.remove(1);
  EXPECT_FALSE(table.has_changes()) << "nobody there";
}

}  // namespace
}  // namespace wsrelay::route
