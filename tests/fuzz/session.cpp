// A script of what can happen to a session. Byte 0: 1 starts after a good upgrade, 0 before it.
// Then steps: an opcode byte and, for some, a count. Laws: one Opened before any message, one Ended
// at the very end, at most one Closed; one Close frame at most and nothing after it; every frame
// masked and well-formed; silence when finished; a deadline always ends what it guards.
#include "ws/session.hpp"

#include <cstdlib>
#include <string>

#include "support/ws_server_frames.hpp"

namespace {

using namespace wsrelay;
using namespace wsrelay::ws;
using namespace std::chrono_literals;

void law(bool holds) {
  if (!holds) std::abort();
}

class Play {
 public:
  explicit Play(bool upgraded)
      : session_({.host = "h", .subprotocols = {"a"}, .max_message = 1000}, random_, now_) {
    if (!upgraded) return;
    const std::string answer = test::accepting_answer(as_text(session_.output()));
    session_.output_taken(session_.output().size());
    in_request_ = false;
    session_.receive(as_bytes(answer), now_);
    law(session_.is_open());
  }

  void run(BytesView script) {
    while (!script.empty()) {
      const auto verb = static_cast<unsigned>(script[0]);
      script = script.subspan(1);
      const std::size_t n = std::min<std::size_t>(verb >> 3, script.size());
      switch (verb & 7) {
        case 0:
        case 1:
          session_.receive(script.first(n), now_);
          script = script.subspan(n);
          break;
        case 2:
          say(script.first(n)), script = script.subspan(n);
          break;
        case 3:
          session_.close(CloseCode::GoingAway, as_text(script.first(n)), now_);
          break;
        case 4:
          now_ += n * 500ms, session_.tick(now_);
          break;
        case 5:
          take(n);
          break;
        case 6:
          session_.tick(now_);
          break;
        case 7:
          if (n == 31) session_.receive_eof(now_);
          break;
      }
      look();
    }
    finish();
  }

 private:
  void say(BytesView payload) {
    if (!session_.is_open()) return;
    session_.send({Message::Kind::Binary, Bytes(payload.begin(), payload.end())});
    ++said_;
  }
  void take(std::size_t n) {
    const std::size_t taken = std::min(n, session_.output().size());
    if (!in_request_) sent_ += as_text(session_.output().first(taken));
    session_.output_taken(taken);
  }
  void look() {
    while (const auto event = session_.next_event()) {
      law(!ended_);
      law(!closed_ || std::holds_alternative<Ended>(*event));
      if (std::holds_alternative<Opened>(*event)) law(!std::exchange(opened_, true));
      if (std::holds_alternative<Received>(*event)) law(opened_);
      if (std::holds_alternative<Closed>(*event)) law(opened_ && !std::exchange(closed_, true));
      if (std::holds_alternative<Ended>(*event)) ended_ = true;
    }
    law(ended_ == session_.is_finished());
    law(!(session_.is_open() && session_.is_closing()));
    law(!session_.is_finished() || session_.deadline() == Instant::max());
  }
  // Whatever came before: a Close, and patience, end it.
  void finish() {
    session_.close(CloseCode::Normal, "", now_);
    look();
    if (!session_.is_finished()) law(session_.deadline() <= now_ + 5s);
    session_.tick(now_ + 5s);
    look();
    law(session_.is_finished());
    take(session_.output().size());
    if (!in_request_) check_sent();
    session_.receive(as_bytes(test::text_frame("more")), now_ + 6s);
    session_.receive_eof(now_ + 6s);
    look();
    law(session_.output().empty());
  }
  void check_sent() const {
    int closes = 0;
    int said = 0;
    for (const test::ClientFrame& frame : test::client_frames(sent_)) {
      law(closes == 0);
      law(frame.fin && frame.rsv == 0);
      law(frame.opcode == 2 || (frame.opcode >= 8 && frame.payload.size() <= 125));
      closes += frame.opcode == 8 ? 1 : 0;
      said += frame.opcode == 2 ? 1 : 0;
    }
    law(said == said_);
  }

  SeededRandom random_{1};
  Instant now_ = Instant(1000h);
  Session session_;
  bool in_request_ = true;  // a script cannot know the key: then the upgrade never succeeds
  std::string sent_;
  int said_ = 0;
  bool opened_ = false;
  bool closed_ = false;
  bool ended_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Play play((data[0] & 1) != 0);
  play.run(std::as_bytes(std::span(data + 1, size - 1)));
  return 0;
}
