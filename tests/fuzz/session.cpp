// A script of what can happen to a session. Byte 0 is how it begins: bit 0: after a good upgrade,
// else before it; the others: see terms.hpp. Then steps, a byte each: bits 0-2 the verb, 3-7 a
// number. Laws: one Opened before any message, one Ended at the very end, at most one Closed; one
// Close frame at most and nothing after it; all that was said leaves; silence when finished; a
// deadline always ends what it guards; memory is bounded; and however the server's bytes are cut,
// the story is the same.
#include "ws/session.hpp"

#include <array>

#include "fuzz/client_side.hpp"
#include "fuzz/server_side.hpp"
#include "fuzz/terms.hpp"

namespace {

using namespace wsrelay;
using namespace wsrelay::ws;
using namespace std::chrono_literals;
using fuzz::law;

constexpr std::array kCodes{CloseCode::Normal, CloseCode::GoingAway, CloseCode::NoStatus,
                            CloseCode::InternalError, CloseCode{4321}};

fuzz::Terms terms_from(unsigned how) {
  fuzz::Terms terms(how, 10, 12);
  terms.settings.chunk = 100;
  terms.settings.max_message = 1000;
  return terms;
}

class Play {
 public:
  enum class Verdict { AtOnce, AfterAnswers };  // see the head of ws/session.hpp
  Play(unsigned how, std::size_t piece, Verdict verdict = Verdict::AtOnce)
      : terms_(terms_from(how)), piece_(piece), verdict_(verdict) {
    if ((how & 1) == 0) return;
    const std::string answer =
        test::accepting_answer(as_text(session_.output()), terms_.extension_line());
    session_.output_taken(session_.output().size());
    in_request_ = false;
    receive(as_bytes(answer));
    law(session_.is_open());
  }

  std::string run(fuzz::Script script) {
    while (!script.empty()) {
      const unsigned step = script.byte();
      act(step & 7, step >> 3, script);
      client_.look();
    }
    finish();
    return client_.story;
  }

 private:
  void act(unsigned verb, std::size_t n, fuzz::Script& script) {
    switch (verb) {
      case 0:
      case 1:
        return receive(script.bytes(verb == 0 ? n : n * 32));
      case 2:
        return say(script.bytes(n));
      case 3:
        return session_.close(kCodes[n % kCodes.size()], as_text(script.bytes(n)), now_);
      case 4:
        now_ += n * 500ms;
        return session_.tick(now_);
      case 5:
        return take(n);
      case 6:
        return say_part(static_cast<Opcode>(n & 3), (n & 4) != 0, script.bytes(n >> 3));
      default:
        break;
    }
    if (n == 31) return session_.receive_eof(now_);
    if (n == 30 || !session_.is_open()) return session_.tick(now_);
    (n % 2 == 0) ? session_.ping(script.bytes(n)) : session_.pong(script.bytes(n));
  }
  void receive(BytesView bytes) {
    client_.receive(bytes, piece_, now_);
    if (verdict_ == Verdict::AtOnce) session_.tick(now_);
    client_.look();
  }
  void say(BytesView payload) {
    if (!session_.is_open() || session_.in_parts()) return;
    session_.send({Message::Kind::Binary, Bytes(payload.begin(), payload.end())});
    said_.push_back({2, true, std::string(as_text(payload))});
  }
  void say_part(Opcode opcode, bool fin, BytesView payload) {
    const bool fits = session_.is_open() && static_cast<unsigned>(opcode) <= 2 &&
                      session_.in_parts() == (opcode == Opcode::Continuation);
    law(session_.send_part(opcode, payload, fin).has_value() == fits);
    if (fits) said_.push_back({static_cast<unsigned>(opcode), fin, std::string(as_text(payload))});
  }
  void take(std::size_t n) {
    const std::size_t taken = std::min(n, session_.output().size());
    const std::string leaving(as_text(session_.output().first(taken)));
    session_.output_taken(taken);
    client_.story += leaving;
    if (in_request_) return;
    for (fuzz::Heard& frame : server_.hear(leaving))
      if (frame.opcode <= 2) heard_.push_back(std::move(frame));
  }
  // Whatever came before: a Close, and patience, end it.
  void finish() {
    session_.close(CloseCode::Normal, "", now_);
    client_.look();
    if (!session_.is_finished()) law(session_.deadline() <= now_ + 5s);
    session_.tick(now_ + 5s);
    client_.look();
    law(session_.is_finished());
    take(session_.output().size());
    law(heard_ == said_ && server_.between_frames());
    session_.receive(as_bytes(test::text_frame("more")), now_ + 6s);
    session_.receive_eof(now_ + 6s);
    client_.look();
    law(session_.output().empty());
  }

  fuzz::Terms terms_;
  SeededRandom random_{1};
  Instant now_ = Instant(1000h);
  Session session_{terms_.settings, random_, now_};
  fuzz::ClientSide client_{session_};
  fuzz::ServerSide server_{terms_.agreed};
  std::size_t piece_;
  Verdict verdict_;
  bool in_request_ = true;  // a script cannot know the key: then the upgrade never succeeds
  std::vector<fuzz::Heard> said_, heard_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Script script(data, size);
  const unsigned how = script.byte();
  const std::string whole = Play(how, size + 500).run(script);
  law(whole == Play(how, 1).run(script));
  law(whole == Play(how, 7).run(script));
  Play(how, size + 500, Play::Verdict::AfterAnswers).run(script);
  return 0;
}
