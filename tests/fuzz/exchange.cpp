// Two honest sides. Byte 0: what was agreed and how messages are told, see terms.hpp, and bit 6:
// we close, else the server; byte 1: how far each window goes; then what happens, a byte each: bits
// 0-2 the verb, 3-7 a number. Laws: all that one side said the other hears, whole and in order,
// however it was cut, compressed and mixed with Pings; Pongs answer Pings; and the closing
// handshake, whoever begins it, ends it cleanly; what is told in one breath with the server's Close
// can be answered.
#include "fuzz/client_side.hpp"
#include "fuzz/honest_server.hpp"
#include "fuzz/terms.hpp"
#include "ws/session.hpp"

namespace {

using namespace wsrelay;
using namespace wsrelay::ws;
using namespace std::chrono_literals;
using fuzz::law;

constexpr std::size_t kMost = 200'000;  // bytes under way
constexpr std::string_view kUnasked = "a Pong that nobody asked for";

fuzz::Terms terms_from(unsigned how, unsigned windows) {
  fuzz::Terms terms(how, static_cast<std::uint8_t>(8 + (windows & 7)),
                    static_cast<std::uint8_t>(9 + (windows >> 3) % 7));
  terms.settings.chunk = 1000;
  terms.settings.max_message = 65'535;
  return terms;
}

class Exchange {
 public:
  explicit Exchange(const fuzz::Terms& terms)
      : session_(terms.settings, random_, now_), server_(terms.agreed) {
    server_.answer_upgrade(as_text(session_.output()), terms.extension_line());
    session_.output_taken(session_.output().size());
    flow_to_client(server_.wire.size(), server_.wire.size());
    law(session_.is_open());
  }

  void act(unsigned verb, std::size_t n, fuzz::Script& script) {
    now_ += 100ms;  // honest servers ping less often than we allow
    switch (verb) {
      case 0:
        return server_.say(script.payload(), n);
      case 1:
        return say(script.payload());
      case 2:
        return say_part(script.payload(), (n & 1) != 0);
      case 3:
        return ping(script.bytes(n));
      case 4:
        return server_.ping(std::string(as_text(script.bytes(n))));
      case 5:
        return flow_to_client(n * 100, 1 + n);
      case 6:
        return flow_to_server(n * 100);
      default:
        return session_.pong(as_bytes(kUnasked));
    }
  }

  std::size_t said_so_far() const { return session_.output().size() + server_.wire.size(); }

  void finish(bool by_us, std::uint16_t code, std::size_t piece) {
    if (by_us) session_.close(CloseCode{code}, "bye", now_);
    while (!server_.wire.empty() || !session_.output().empty()) {
      flow_to_client(server_.wire.size(), piece);
      flow_to_server(session_.output().size());
    }
    law(server_.is_last_answered(client_.pings, kUnasked) || by_us);
    server_.say(to_bytes("the last"), 0);
    server_.close(code);
    flow_to_client(server_.wire.size(), server_.wire.size());
    if (!by_us) say(to_bytes("an answer yet"));
    session_.tick(now_);
    client_.look();
    flow_to_server(session_.output().size());
    check_all(by_us, code);
  }

 private:
  void check_all(bool by_us, std::uint16_t code) {
    law(server_.heard == said_ && server_.between_frames());
    law(server_.heard_close == test::big_endian(code, 2) + (by_us ? "bye" : ""));
    law(client_.messages == server_.said && client_.pongs == pings_);
    // Pings that come after our Close are not told.
    server_.pings.resize(by_us ? client_.pings.size() : server_.pings.size());
    law(client_.pings == server_.pings);
    law(client_.closed && client_.closed->code == code && client_.closed->by_us == by_us);
    law(client_.ended && !client_.ended->error);
  }
  void say(const Bytes& payload) {
    if (session_.in_parts()) return;
    session_.send({Message::Kind::Binary, payload});
    said_.push_back({2, true, std::string(as_text(payload))});
  }
  void say_part(const Bytes& payload, bool fin) {
    const Opcode opcode = session_.in_parts() ? Opcode::Continuation : Opcode::Binary;
    law(session_.send_part(opcode, payload, fin).has_value());
    said_.push_back({static_cast<unsigned>(opcode), fin, std::string(as_text(payload))});
  }
  void ping(BytesView payload) {
    session_.ping(payload);
    pings_.emplace_back(as_text(payload));
  }
  void flow_to_client(std::size_t n, std::size_t piece) {
    const std::string flowing = server_.wire.substr(0, n);
    server_.wire.erase(0, n);
    client_.receive(as_bytes(flowing), piece, now_);
  }
  void flow_to_server(std::size_t n) {
    const BytesView flowing = session_.output().first(std::min(n, session_.output().size()));
    server_.hear(as_text(flowing));
    session_.output_taken(flowing.size());
  }

  SeededRandom random_{1};
  Instant now_ = Instant(1000h);
  Session session_;
  fuzz::ClientSide client_{session_};
  fuzz::HonestServer server_;
  std::vector<fuzz::Heard> said_;
  std::vector<std::string> pings_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Script script(data, size);
  const unsigned how = script.byte();
  const unsigned windows = script.byte();
  const auto code = static_cast<std::uint16_t>(3000 + script.byte());
  const std::size_t piece = 1 + script.number();
  Exchange exchange(terms_from(how, windows));
  for (int steps = 0; steps < 24 && !script.empty() && exchange.said_so_far() < kMost; ++steps) {
    const unsigned step = script.byte();
    exchange.act(step & 7, step >> 3, script);
  }
  exchange.finish((how & 64) != 0, code, piece);
  return 0;
}
