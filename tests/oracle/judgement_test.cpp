// Streams of every kind, legal, damaged and random, judged by a Session and by wslay as a client:
// both tell the same messages and end the same way. Where they differ, the difference has a name, a
// sentence of the RFC, and a row; there is no other leave.
#include <array>
#include <map>
#include <ostream>

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "some_frames.hpp"
#include "support/ws_server_frames.hpp"
#include "ws/session.hpp"

namespace wsrelay::test {
namespace {

constexpr std::size_t kMaxMessage = 3000;

std::string shown_as_hex(std::string_view bytes) {
  return fmt::format("{:02x}",
                     fmt::join(std::vector<unsigned char>(bytes.begin(), bytes.end()), ""));
}

// A Session after its upgrade, seen as WslayEnd is seen.
class OurEnd {
 public:
  OurEnd() : session_({.host = "example.com", .max_message = kMaxMessage}, random_, kNow) {
    const std::string request(as_text(session_.output()));
    session_.output_taken(request.size());
    receive(accepting_answer(request));
  }
  void receive(std::string_view bytes) {
    while (!bytes.empty()) bytes.remove_prefix(session_.receive(as_bytes(bytes), kNow));
    // What ends a session waits until all before it was told: then it is due at once.
    for (;; session_.tick(kNow)) {
      while (const auto event = session_.next_event()) tell(*event);
      session_.output_taken(session_.output().size());
      if (session_.deadline() > kNow) return;
    }
  }
  const Story& story() const { return story_; }

 private:
  static constexpr Instant kNow = Instant(std::chrono::hours(1));

  void tell(const ws::Event& event) {
    if (const auto* received = std::get_if<ws::Received>(&event))
      story_.told.push_back(in_words(received->message.kind == Message::Kind::Text ? 1 : 2,
                                     as_text(received->message.payload)));
    if (const auto* ping = std::get_if<ws::PingReceived>(&event))
      story_.told.push_back(in_words(9, as_text(ping->payload)));
    if (const auto* pong = std::get_if<ws::PongReceived>(&event))
      story_.told.push_back(in_words(10, as_text(pong->payload)));
    if (const auto* closed = std::get_if<ws::Closed>(&event))
      story_.told.push_back(close_in_words(closed->code, closed->reason));
    if (const auto* ended = std::get_if<ws::Ended>(&event); ended && ended->error) {
      story_.refused = ended->error->close_code;
      story_.why = ended->error->text;
    }
  }

  SeededRandom random_{1};
  ws::Session session_;
  Story story_;
};

std::string end_of(const Story& story) {
  if (story.refused != 0) return fmt::format("refused {}", story.refused);
  return story.ended() ? story.told.back() : "open";
}
// The messages before a Close.
std::vector<std::string> messages_of(const Story& story) {
  std::vector<std::string> out = story.told;
  if (story.ended() && story.refused == 0) out.pop_back();
  return out;
}

Story our_story(const std::vector<std::string>& pieces) {
  OurEnd end;
  for (const std::string& piece : pieces) end.receive(piece);
  return end.story();
}
Story wslays_story(const std::vector<std::string>& pieces) {
  WslayEnd end(WslayEnd::Role::Client, kMaxMessage);
  for (const std::string& piece : pieces) end.receive(piece);
  return end.story();
}

// ---- where the two differ ----

struct Difference {
  const char* name;
  const char* sentence;             // RFC 6455's
  const char* hence;                // what either makes of it
  std::vector<std::string> stream;  // in pieces
  const char* ours;                 // how the stream ends
  const char* theirs;
  /// True if this is what makes two stories differ; null: no random stream gets that far.
  bool (*explains)(const Story& ours, const Story& theirs) = nullptr;
};

std::string repeated(std::string_view text, int times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

const char* const kLimits =
    "§10.4: Implementations that have implementation- and/or platform-specific limitations "
    "regarding the frame size or total message size after reassembly from multiple frames MUST "
    "protect themselves against exceeding those limits";

const Difference kDifferences[] = {
    {.name = "HalfACloseCode",
     .sentence = "§5.5.1: If there is a body, the first two bytes of the body MUST be a 2-byte "
                 "unsigned integer",
     .hence = "wslay takes a body of one byte for none",
     .stream = {hex("88 01 03")},
     .ours = "refused 1002",
     .theirs = "close:1005:",
     .explains =
         [](const Story& ours, const Story& theirs) {
           return ours.why == "Close with half a code" && end_of(theirs) == "close:1005:";
         }},
    {.name = "CloseCodesRegisteredLater",
     .sentence = "§7.4.2: Status codes in the range 1000-2999 are reserved for definition by this "
                 "protocol, its future revisions, and extensions",
     .hence = "1012 to 1014 were registered since; wslay knows none of them",
     .stream = {hex("88 02 03f4")},
     .ours = "close:1012:",
     .theirs = "refused 1002",
     .explains =
         [](const Story& ours, const Story& theirs) {
           const std::string end = end_of(ours).substr(0, 11);
           return (end == "close:1012:" || end == "close:1013:" || end == "close:1014:") &&
                  theirs.refused == 1002;
         }},
    {.name = "CloseWithCodeAndReasonBothWrong",
     .sentence = "§7.4.2: Status codes in the range 0-999 are not used",
     .hence = "neither may a reason be no UTF-8 (§8.1), and wslay looks at that first",
     .stream = {hex("88 03 03e7 ff")},
     .ours = "refused 1002",
     .theirs = "refused 1007",
     .explains =
         [](const Story& ours, const Story& theirs) {
           return ours.why == "Close with a reserved code" && theirs.refused == 1007;
         }},
    {.name = "CloseReasonInPieces",
     .sentence = "§5.5.1: Following the 2-byte integer, the body MAY contain UTF-8-encoded data",
     .hence = "wslay takes the first two bytes of each piece for the integer: what is wrong there "
              "it overlooks, and what is right it refuses",
     .stream = {hex("88 04 03e8"), hex("ff ff")},
     .ours = "refused 1007",
     .theirs = "close:1000:\xFF\xFF"},
    {.name = "CloseReasonUnfinished",
     .sentence = "§8.1: When an endpoint is to interpret a byte stream as UTF-8 but finds that the "
                 "byte stream is not, in fact, a valid UTF-8 stream, that endpoint MUST _Fail the "
                 "WebSocket Connection_",
     .hence = "wslay fails within the Close, we when it is whole: its code comes first",
     .stream = {hex("88 05 03e8 ff")},
     .ours = "open",
     .theirs = "refused 1007"},
    {.name = "HeadInPieces",
     .sentence = "§5.2: If an unknown opcode is received, the receiving endpoint MUST _Fail the "
                 "WebSocket Connection_",
     .hence = "we fail with the second byte, wslay once it has the whole head",
     .stream = {hex("83 7e")},
     .ours = "refused 1002",
     .theirs = "open"},
    {.name = "ManyEmptyFragments",
     .sentence = kLimits,
     .hence = "we count frames, too",
     .stream = {hex("01 00") + repeated(hex("00 00"), 16)},
     .ours = "refused 1008",
     .theirs = "open"},
    {.name = "ManyPings",
     .sentence = kLimits,
     .hence = "we answer 100 Pings a second, and refuse more",
     .stream = {repeated(hex("89 00"), 150)},
     .ours = "refused 1008",
     .theirs = "open"},
};

// gtest names a row by its bytes otherwise.
std::ostream& operator<<(std::ostream& out, const Difference& row) {
  return out << row.sentence << "; " << row.hence;
}

class Differences : public testing::TestWithParam<Difference> {};

TEST_P(Differences, AreAsTheyAreNamed) {
  const Difference& row = GetParam();
  const Story ours = our_story(row.stream), theirs = wslays_story(row.stream);
  EXPECT_EQ(end_of(ours), row.ours) << row;
  EXPECT_EQ(end_of(theirs), row.theirs) << row;
  if (row.explains != nullptr) {
    EXPECT_TRUE(row.explains(ours, theirs));
  }
}

INSTANTIATE_TEST_SUITE_P(Oracle, Differences, testing::ValuesIn(kDifferences),
                         [](const auto& row) { return std::string(row.param.name); });

// ---- and where they may not ----

std::string damaged(std::string bytes, SomeFrames& some) {
  for (std::size_t times = some.below(3); times > 0 && !bytes.empty(); --times) {
    const std::size_t at =
        some.below(some.one_in(2) ? std::min<std::size_t>(bytes.size(), 12) : bytes.size());
    const std::size_t n = 1 + some.below(4);
    switch (some.below(5)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ 1 << some.below(8));
        break;
      case 1:
        bytes[at] = static_cast<char>(some.below(256));
        break;
      case 2:
        bytes.erase(at, n);
        break;
      case 3:
        bytes.insert(at, some.bytes(n));
        break;
      default:
        bytes.resize(at);
        break;
    }
  }
  return bytes;
}

// A frame of which nothing need be right.
std::string any_frame(SomeFrames& some) {
  constexpr unsigned kOpcodes[] = {0, 0, 0, 1, 1, 1, 2, 2, 8, 9, 10, 3, 7, 11, 15};
  const unsigned rsv = some.one_in(30) ? 1 + static_cast<unsigned>(some.below(7)) : 0;
  const unsigned fin = some.one_in(3) ? 0 : 0x80, mask = some.one_in(30) ? 0x80 : 0;
  std::string payload = some.one_in(3) ? some.bytes(some.size(200)) : some.text(some.size(200));
  if (some.one_in(2)) payload.resize(some.below(payload.size() + 1));  // inside a character
  const std::size_t length = some.one_in(20) ? some.below(70'000) : payload.size();
  std::string out(1, static_cast<char>(fin | rsv << 4 | some.any_of(kOpcodes)));
  const unsigned form = some.one_in(20) ? some.any_of(std::to_array({126U, 127U}))
                        : length < 126  ? static_cast<unsigned>(length)
                                        : 126;
  out += static_cast<char>(mask | form);
  if (form == 126) out += big_endian(length, 2);
  if (form == 127) out += some.one_in(3) ? some.bytes(8) : big_endian(length, 8);
  return out + payload;
}

std::string close_of_any_kind(SomeFrames& some) {
  constexpr unsigned kCodes[] = {0,    999,  1000, 1001, 1003, 1004, 1005, 1006, 1007, 1011,
                                 1012, 1013, 1014, 1015, 1016, 2999, 3000, 4999, 5000, 65535};
  std::string reason = some.one_in(3) ? some.bytes(some.below(10)) : some.text(some.below(60));
  if (some.one_in(4)) reason.resize(some.below(reason.size() + 1));
  const unsigned code = some.one_in(3) ? 1000 : some.any_of(kCodes);
  return close_frame(static_cast<std::uint16_t>(code), reason);
}

std::string some_stream(SomeFrames& some) {
  std::string out;
  switch (some.below(3)) {
    case 0:
      out = damaged(written_by_wslay(some.conversation(1 + some.below(3), 300), false), some);
      break;
    case 1:
      for (std::size_t n = 1 + some.below(6); n > 0; --n) out += any_frame(some);
      break;
    default:
      return some.bytes(1 + some.below(60));
  }
  if (some.one_in(3)) out += close_of_any_kind(some);
  // One piece for wslay: see CloseReasonInPieces.
  return out.substr(0, 4000);
}

// Empty if they agree; else the name of the difference, or what it is.
std::string difference(const std::string& stream, OurEnd& end) {
  Story ours = end.story(), theirs = wslays_story({stream});
  // One of them may still wait for bytes that cannot change its mind.
  if (ours.refused != 0 && end_of(theirs) == "open")  // HeadInPieces
    theirs = wslays_story({stream, std::string(16, 'x')});
  if (theirs.refused == 1007 && end_of(ours) == "open") {  // CloseReasonUnfinished
    end.receive(std::string(125, 'x'));
    ours = end.story();
    if (!ours.why.starts_with("Close ")) return "an unfinished Close that is none of ours";
  }
  const bool same_messages = messages_of(ours) == messages_of(theirs);
  if (same_messages && end_of(ours) == end_of(theirs)) return {};
  for (const Difference& known : kDifferences)
    if (same_messages && known.explains != nullptr && known.explains(ours, theirs))
      return known.name;
  return fmt::format("ours: {} messages, {} ({}); wslay's: {} messages, {}", ours.told.size(),
                     end_of(ours), ours.why, theirs.told.size(), end_of(theirs));
}

TEST(Judgement, OfAnyStreamIsWslaysButForNamedDifferences) {
  constexpr std::uint64_t kSeed = 7692;
  SomeFrames some(kSeed);
  std::map<std::string, int> ends, differences;
  for (int round = 0; round < 50'000; ++round) {
    const std::string stream = some_stream(some);
    OurEnd end;
    in_pieces(stream, some, [&](std::string_view piece) { end.receive(piece); });
    const std::string ended = end_of(end.story());
    ++ends[ended.substr(0, ended.find(':', 6))];
    const std::string found = difference(stream, end);
    if (!found.empty()) ++differences[found];
    const bool known = std::any_of(std::begin(kDifferences), std::end(kDifferences),
                                   [&](const Difference& row) { return found == row.name; });
    ASSERT_TRUE(found.empty() || known)
        << found << "\nseed " << kSeed << ", round " << round << ": " << shown_as_hex(stream);
  }
  // The streams reach every end, or they would prove little.
  for (const char* end : {"open", "refused 1002", "refused 1007", "refused 1009", "close:1000"})
    EXPECT_GT(ends[end], 100) << end;
  for (const auto& [name, times] : differences) RecordProperty(name, times);
}

}  // namespace
}  // namespace wsrelay::test
