// Messages told and sent in parts: frame by frame, or in chunks of frames; the same rules hold, and
// what is told does not depend on how the bytes came.
#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/deflate_cases.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"
#include "conformance/words.hpp"

namespace wsrelay::conformance {
namespace {

using ws::Opcode;

Opening receiving(ws::Receiving how, std::size_t chunk = 4) {
  Opening opening;
  opening.settings.receiving = how;
  opening.settings.chunk = chunk;
  opening.settings.max_message = 1000;
  opening.echo = false;
  return opening;
}
Vector frames(Vector vector) {
  return with(receiving(ws::Receiving::Frames), std::move(vector));
}
Vector chunks(Vector vector) {
  return with(receiving(ws::Receiving::Chunks), std::move(vector));
}

// Offsets in the frame and the message; lengths as far as they are known.
Beat part(std::string_view payload, std::string_view marks, std::string_view of_frame,
          std::string_view of_message, Message::Kind kind = Message::Kind::Text) {
  return told("part", fmt::format("part {}{}{} frame {} message {}", message_words(kind, payload),
                                  marks.empty() ? "" : " ", marks, of_frame, of_message));
}

std::vector<Vector> by_frames() {
  const std::string full(1000, 'x');
  return {
      frames(talk("frames: a whole text", text("abc"), {part("abc", "fin last", "0/3", "0/3")})),
      frames(talk("frames: an empty text", text(""), {part("", "fin last", "0/0", "0/0")})),
      frames(talk("frames: a binary", binary("\x01"),
                  {part("\x01", "fin last", "0/1", "0/1", Message::Kind::Binary)})),
      frames(talk("frames: three fragments", fragment("ab") + more("c") + last("def"),
                  {part("ab", "", "0/2", "0/?"), part("c", "continuation", "0/1", "2/?"),
                   part("def", "continuation fin last", "0/3", "3/6")})),
      frames(talk("frames: an empty last one", fragment("ab") + last(""),
                  {part("ab", "", "0/2", "0/?"), part("", "continuation fin last", "0/0", "2/2")})),
      frames(talk("frames: a ping between", fragment("a") + ping("p") + last("b"),
                  {part("a", "", "0/1", "0/?"), answer_ping("p"),
                   part("b", "continuation fin last", "0/1", "1/2")})),
      frames(talk("frames: each as large as allowed", fragment(full) + last(full),
                  {part(full, "", "0/1000", "0/?"),
                   part(full, "continuation fin last", "0/1000", "1000/2000")})),
      frames(fails_at("frames: one larger than allowed", text(full + "x"), 4, 1009)),
      frames(fails_at("frames: the second larger than allowed", fragment("a") + last(full + "x"),
                      3 + 4, 1009, {part("a", "", "0/1", "0/?")})),
      frames(fails_at("frames: a continuation of nothing", last("a"), 2, 1002)),
      frames(fails_at("frames: a text inside a text", fragment("a") + text("b"), 5, 1002,
                      {part("a", "", "0/1", "0/?")})),
      frames(fails_at("frames: text that is not UTF-8", text("a\xFF"), 4, 1007)),
      frames(talk("frames: a character cut by two frames", fragment("\xE2\x82") + last("\xAC"),
                  {part("\xE2\x82", "", "0/2", "0/?"),
                   part("\xAC", "continuation fin last", "0/1", "2/3")})),
      frames(fails_at("frames: a character cut off by the end", fragment("a") + last("\xE2\x82"), 7,
                      1007, {part("a", "", "0/1", "0/?")})),
      frames(talk("frames: Close inside a message", fragment("a") + close(1000),
                  {part("a", "", "0/1", "0/?"), close_with(1000)})),
      frames(talk("frames: two messages", text("a") + text("b"),
                  {part("a", "fin last", "0/1", "0/1"), part("b", "fin last", "0/1", "0/1")})),
  };
}

std::vector<Vector> by_chunks() {
  return {
      chunks(talk("chunks: less than one", text("abc"), {part("abc", "fin last", "0/3", "0/3")})),
      chunks(talk("chunks: exactly one", text("abcd"), {part("abcd", "fin last", "0/4", "0/4")})),
      chunks(talk("chunks: one and a rest", text("abcdef"),
                  {part("abcd", "fin", "0/6", "0/6"), part("ef", "fin last", "4/6", "4/6")})),
      chunks(talk("chunks: an empty text", text(""), {part("", "fin last", "0/0", "0/0")})),
      chunks(talk("chunks: two whole ones", text("abcdefgh"),
                  {part("abcd", "fin", "0/8", "0/8"), part("efgh", "fin last", "4/8", "4/8")})),
      chunks(talk("chunks of fragments", fragment("abcdef") + last("ghi"),
                  {part("abcd", "", "0/6", "0/?"), part("ef", "", "4/6", "4/?"),
                   part("ghi", "continuation fin last", "0/3", "6/9")})),
      chunks(talk("chunks: a ping inside a message", fragment("abcdef") + ping("p") + last("g"),
                  {part("abcd", "", "0/6", "0/?"), part("ef", "", "4/6", "4/?"), answer_ping("p"),
                   part("g", "continuation fin last", "0/1", "6/7")})),
      chunks(talk("chunks: past every limit of messages", binary(std::string(8, 'x')),
                  {part("xxxx", "fin", "0/8", "0/8", Message::Kind::Binary),
                   part("xxxx", "fin last", "4/8", "4/8", Message::Kind::Binary)})),
      with(receiving(ws::Receiving::Chunks, 1000),
           talk("chunks: of 1000 bytes, a message of 2500", binary(std::string(2500, 'x')),
                {part(std::string(1000, 'x'), "fin", "0/2500", "0/2500", Message::Kind::Binary),
                 part(std::string(1000, 'x'), "fin", "1000/2500", "1000/2500",
                      Message::Kind::Binary),
                 part(std::string(500, 'x'), "fin last", "2000/2500", "2000/2500",
                      Message::Kind::Binary)})),
      chunks(fails_at("chunks: text that is not UTF-8", text("abcde\xFF"), 8, 1007,
                      {part("abcd", "fin", "0/6", "0/6")})),
      chunks(
          talk("chunks: a character cut by two chunks", text("abc\xE2\x82\xAC"),
               {part("abc\xE2", "fin", "0/6", "0/6"), part("\x82\xAC", "fin last", "4/6", "4/6")})),
      chunks(fails_at("chunks: a text inside a text", fragment("abcde") + text("b"), 9, 1002,
                      {part("abcd", "", "0/5", "0/?"), part("e", "", "4/5", "4/?")})),
      chunks(talk("chunks: Close inside a message", fragment("abcde") + close(1000),
                  {part("abcd", "", "0/5", "0/?"), part("e", "", "4/5", "4/?"), close_with(1000)})),
  };
}

std::vector<Vector> sent_in_parts() {
  const auto sends = [](std::string name, std::vector<WeSendPart> parts, std::vector<Beat> beats) {
    Script script(parts.begin(), parts.end());
    script.emplace_back(Expect{std::move(beats)});
    return play(std::move(name), script);
  };
  return {
      sends("we send a text in two parts",
            {{Opcode::Text, "ab", false}, {Opcode::Continuation, "c"}},
            {sent("text \"abc\" in 2+1")}),
      sends("we send a binary in three parts",
            {{Opcode::Binary, "a", false},
             {Opcode::Continuation, "", false},
             {Opcode::Continuation, "b"}},
            {sent("binary \"ab\" in 1+0+1")}),
      sends("we send one part that is the whole", {{Opcode::Text, "ab"}}, {sent("text \"ab\"")}),
      sends("a continuation of nothing is refused", {{Opcode::Continuation, "a", true, false}}, {}),
      sends("a text inside a text of ours is refused",
            {{Opcode::Text, "a", false},
             {Opcode::Text, "b", true, false},
             {Opcode::Continuation, "c"}},
            {sent("text \"ac\" in 1+1")}),
      sends("a control frame is no part",
            {{Opcode::Ping, "a", true, false}, {Opcode::Close, "", true, false}}, {}),
      sends("a reserved opcode is no part", {{static_cast<Opcode>(3), "a", true, false}}, {}),
      play("a ping is answered between our parts",
           {WeSendPart{Opcode::Text, "a", false}, ServerSends{ping("p")},
            WeSendPart{Opcode::Continuation, "b"},
            Expect{{answer_ping("p"), sent("text \"ab\" in 1+1")}}}),
      play(
          "our ping between our parts",
          {WeSendPart{Opcode::Text, "a", false}, WePing{"p"}, WeSendPart{Opcode::Continuation, "b"},
           Expect{{sent_control("ping \"p\""), sent("text \"ab\" in 1+1")}}}),
      play("no part goes out after our Close",
           {WeClose{1000}, WeSendPart{Opcode::Text, "a", true, false},
            Expect{{sent_control("close 1000")}}}),
      play("our Close breaks a message of ours off",
           {WeSendPart{Opcode::Text, "a", false}, WeClose{1000},
            WeSendPart{Opcode::Continuation, "b", true, false},
            Expect{{sent_control("close 1000")}}}),
  };
}

// What comes in parts goes back in parts.
std::vector<Vector> echoed() {
  Opening by_frames = receiving(ws::Receiving::Frames);
  by_frames.echo = true;
  Opening by_chunks = receiving(ws::Receiving::Chunks);
  by_chunks.echo = true;
  const std::vector<Beat> frames_told = {part("ab", "", "0/2", "0/?"),
                                         part("c", "continuation fin last", "0/1", "2/3"),
                                         sent("text \"abc\" in 2+1")};
  return {
      with(by_frames, talk("an echo frame by frame", fragment("ab") + last("c"), frames_told)),
      with(by_chunks, talk("an echo chunk by chunk", text("abcdef"),
                           {part("abcd", "fin", "0/6", "0/6"), part("ef", "fin last", "4/6", "4/6"),
                            sent("text \"abcdef\" in 4+2")})),
      with(by_frames,
           talk("an echo of a whole frame before a violation", text("a") + frame(3, "x"),
                {part("a", "fin last", "0/1", "0/1"), sent("text \"a\""), fail_with(1002)})),
  };
}

// How long a compressed frame is that is not all there yet, nobody knows.
std::vector<Vector> compressed_parts() {
  const auto receiving_compressed = [](ws::Receiving how) {
    Opening opening = receiving(how);
    const Opening deflating = compressed(wide_deflate(), "", {});
    opening.settings.deflate = deflating.settings.deflate;
    opening.fields = deflating.fields;
    opening.deflate = deflating.deflate;
    return opening;
  };
  const Opening by_frames = receiving_compressed(ws::Receiving::Frames);
  const Opening by_chunks = receiving_compressed(ws::Receiving::Chunks);
  const std::string hello = hex("f248cdc9c90700"), again = hex("f200110000");
  const auto whole = [](std::string_view payload) { return frame(kText, payload, true, kRsv1); };
  const std::string in_two = frame(kText, hello.substr(0, 3), false, kRsv1) + last(hello.substr(3));
  return {
      with(by_frames,
           talk("frames: compressed", whole(hello), {part("Hello", "fin last", "0/5", "0/5")})),
      with(by_frames, talk("frames: two compressed fragments", in_two,
                           {part("He", "", "0/2", "0/?"),
                            part("llo", "continuation fin last", "0/3", "2/5")})),
      with(by_frames, talk("frames: compressed and empty", whole(std::string(1, '\0')),
                           {part("", "fin last", "0/0", "0/0")})),
      with(by_chunks,
           talk("chunks: compressed", whole(hello),
                {part("Hell", "fin", "0/?", "0/?"), part("o", "fin last", "4/5", "4/5")})),
      with(by_chunks,
           talk("chunks: compressed, and again by the window", whole(hello) + whole(again),
                {part("Hell", "fin", "0/?", "0/?"), part("o", "fin last", "4/5", "4/5"),
                 part("Hell", "fin", "0/?", "0/?"), part("o", "fin last", "4/5", "4/5")})),
      with(by_chunks, talk("chunks: two compressed fragments", in_two,
                           {part("He", "", "0/2", "0/?"),
                            part("llo", "continuation fin last", "0/3", "2/5")})),
      with(by_chunks,
           talk("chunks: compressed data that is bad", whole(hex("07000000")), {fail_with(1007)})),
  };
}

}  // namespace

std::vector<Vector> parts() {
  std::vector<Vector> all = by_frames();
  append(all, by_chunks());
  append(all, sent_in_parts());
  append(all, echoed());
  append(all, compressed_parts());
  return all;
}

}  // namespace wsrelay::conformance
