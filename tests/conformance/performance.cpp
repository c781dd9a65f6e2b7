#include "conformance/performance.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "conformance/ear.hpp"
#include "conformance/frames.hpp"
#include "conformance/words.hpp"

namespace wsrelay::conformance {
namespace {

constexpr std::uint64_t kSessionSeed = 7;  // its masking keys and its upgrade key

std::string accept_of(std::string_view answer) {
  constexpr std::string_view kField = "Sec-WebSocket-Accept: ";
  return std::string(answer.substr(answer.find(kField) + kField.size(), 28));
}
std::string with_case_swapped(std::string text) {
  for (char& c : text)
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) c = static_cast<char>(c ^ 0x20);
  return text;
}

/// See answer.hpp for what may stand in braces.
std::string filled(std::string bytes, const std::string& accept) {
  const std::pair<std::string_view, std::string> fillings[] = {
      {"{accept}", accept},
      {"{accept, its case swapped}", with_case_swapped(accept)},
      {"{accept, its end missing}", accept.substr(0, accept.size() - 1)}};
  for (const auto& [name, value] : fillings)
    for (std::size_t at = 0; (at = bytes.find(name, at)) != std::string::npos;)
      bytes.replace(at, name.size(), value);
  return bytes;
}

class Stage {
 public:
  Stage(const Opening& opening, const Reading& reading)
      : opening_(opening),
        reading_(reading),
        random_(kSessionSeed),
        session_(opening.settings, random_, now_),
        ear_(opening.deflate) {}

  Performance run(const Script& script) {
    open(script);
    for (const Step& step : script) std::visit([this](const auto& each) { act(each); }, step);
    result_.scenes.push_back(std::move(scene_));
    scene_ = {};
    result_.compression = session_.compression();
    take_leave();
    if (result_.broken.empty()) result_.broken = ear_.broken();
    return std::move(result_);
  }

 private:
  void open(const Script& script) {
    const std::string request(as_text(session_.output()));
    session_.output_taken(request.size());
    if (request.empty()) return pump();
    answer_ = test::accepting_answer(request, opening_.fields);
    accept_ = accept_of(answer_);
    if (opening_.by_script) return;
    const bool glued =
        reading_.glued && !script.empty() && std::holds_alternative<ServerSends>(script.front());
    if (glued) return;  // receive() puts it in front
    read(std::exchange(answer_, {}));
    expect_opened();
  }
  void expect_opened() {
    if (scene_.told.empty() || !scene_.told.front().what.starts_with("opened"))
      return complain("the upgrade did not succeed");
    scene_.told.erase(scene_.told.begin());
  }

  void act(const ServerSends& server) {
    const std::string answer = opening_.by_script ? filled(server.bytes, accept_) : std::string();
    std::string_view rest = opening_.by_script ? answer : server.bytes;
    while (!rest.empty()) {
      const auto cut = std::upper_bound(reading_.cuts.begin(), reading_.cuts.end(), came_);
      const std::size_t to_cut = cut == reading_.cuts.end() ? rest.size() : *cut - came_;
      const std::string_view piece = rest.substr(0, to_cut);
      rest.remove_prefix(piece.size());
      came_ += piece.size();
      if (!opening_.by_script && !answer_.empty()) {
        read(std::exchange(answer_, {}) + std::string(piece));
        expect_opened();
      } else {
        read(piece);
      }
      mark();
    }
  }
  void act(const TimePasses& time) {
    now_ += time.span;
    pump();
  }
  void act(const StreamEnds&) {
    session_.receive_eof(now_);
    pump();
  }
  void act(const WeSend& ours) {
    session_.send(ours.message);
    pump();
  }
  void act(const WeSendPart& ours) {
    const auto sent = session_.send_part(ours.opcode, as_bytes(ours.payload), ours.fin);
    if (sent.has_value() != ours.possible) complain("send_part() did not judge as expected");
    pump();
  }
  void act(const WePing& ours) {
    session_.ping(as_bytes(ours.payload));
    pump();
  }
  void act(const WePong& ours) {
    session_.pong(as_bytes(ours.payload));
    pump();
  }
  void act(const WeClose& ours) {
    session_.close(static_cast<ws::CloseCode>(ours.code), ours.reason, now_);
    pump();
  }
  void act(const Expect&) { result_.scenes.push_back(std::exchange(scene_, {})); }

  void read(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t taken = session_.receive(as_bytes(bytes), now_);
      if (taken == 0) return complain("receive() takes no more bytes");
      if (taken > bytes.size()) return complain("receive() took more bytes than there were");
      bytes.remove_prefix(taken);
      pump();
    }
  }

  void pump() {
    for (int turn = 0; turn < 8; ++turn) {
      while (const auto event = session_.next_event()) tell(*event);
      hear();
      if (session_.deadline() > now_) return;
      session_.tick(now_);
    }
    complain("its deadline stays in the past, however often it is ticked");
  }

  void tell(const ws::Event& event) {
    if (ended_) complain("an event after Ended");
    ended_ = std::holds_alternative<ws::Ended>(event);
    scene_.told.push_back(event_words(event));
    if (!opening_.echo || !session_.is_open()) return;
    if (const auto* whole = std::get_if<ws::Received>(&event)) session_.send(whole->message);
    if (const auto* received = std::get_if<ws::ReceivedPart>(&event)) echo(received->part);
  }
  void echo(const MessagePart& part) {
    const ws::Opcode opcode = session_.in_parts()                ? ws::Opcode::Continuation
                              : part.kind == Message::Kind::Text ? ws::Opcode::Text
                                                                 : ws::Opcode::Binary;
    if (!session_.send_part(opcode, part.payload, part.last)) complain("a part cannot be echoed");
  }

  // A kernel takes what it likes: all, or all but one byte.
  void hear() {
    while (!session_.output().empty()) {
      const std::size_t size = session_.output().size();
      const std::size_t taken = reading_.glued && size > 1 ? size - 1 : size;
      ear_.hear(as_text(session_.output().first(taken)), scene_);
      session_.output_taken(taken);
    }
  }

  void mark() {
    Mark mark{.bytes = came_};
    for (const Story& scene : result_.scenes) count(scene, mark);
    count(scene_, mark);
    result_.marks.push_back(mark);
  }
  static void count(const Story& story, Mark& mark) {
    mark.told += story.told.size();
    mark.messages += story.messages.size();
    mark.controls += story.controls.size();
  }

  // Whatever was said, a conversation that goes on can be closed, and one that is over is silent.
  void take_leave() {
    if (!session_.is_finished()) {
      if (!session_.is_open() && !session_.is_closing())
        return complain("the script leaves the upgrade unfinished");
      read(close(1000));
      const bool clean = scene_.told.size() == 2 && scene_.told[1].what == "ended";
      if (!clean) complain("it cannot be closed any more");
    }
    if (!session_.is_finished()) return complain("Ended did not finish it");
    scene_ = {};
    read(text("x") + ping("y") + close(1001));
    session_.receive_eof(now_);
    session_.close(ws::CloseCode::Normal, {}, now_);
    now_ += std::chrono::hours(1);
    pump();
    if (!difference({}, scene_, false).empty()) complain("it speaks after its end");
    if (session_.is_open() || session_.deadline() != Instant::max())
      complain("it is not over after its end");
    if (!ear_.between_frames()) complain("its output ends inside a frame");
  }

  void complain(std::string_view what) {
    if (result_.broken.empty()) result_.broken = what;
  }

  const Opening& opening_;
  const Reading& reading_;
  SeededRandom random_;
  Instant now_ = Instant(std::chrono::hours(1000));
  ws::Session session_;
  Ear ear_;
  std::string answer_;  // that the server still has to give
  std::string accept_;
  std::size_t came_ = 0;  // bytes of the script
  bool ended_ = false;
  Story scene_;
  Performance result_;
};

}  // namespace

Performance perform(const Opening& opening, const Script& script, const Reading& reading) {
  return Stage(opening, reading).run(script);
}

std::string server_bytes(const Script& script) {
  std::string out;
  for (const Step& step : script)
    if (const auto* server = std::get_if<ServerSends>(&step)) out += server->bytes;
  return filled(std::move(out), std::string(28, '='));
}

}  // namespace wsrelay::conformance
