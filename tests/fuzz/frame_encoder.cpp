// A script of frames, each encoded and then read with a server's eyes. Per frame: what it is (bits
// 0-2: opcode, 3: fin, 4-6: reserved bits, 7: some of the output leaves first), its length, and a
// byte from which its payload is made. Laws: every frame is read as it was written, masked with a
// key of its own, its length in the shortest form; positions in the output stay true.
#include "ws/frame_encoder.hpp"

#include <array>
#include <string>
#include <vector>

#include "fuzz/script.hpp"
#include "support/ws_server_frames.hpp"

namespace {

using namespace wsrelay;
using namespace wsrelay::ws;
using fuzz::law;

constexpr std::array kOpcodes{Opcode::Continuation, Opcode::Text, Opcode::Binary, Opcode::Close,
                              Opcode::Ping,         Opcode::Pong, Opcode::Text,   Opcode::Binary};
constexpr std::size_t kMost = 140'000;  // bytes of all payloads together

struct Frame {
  Opcode opcode;
  FrameBits bits;
  Bytes payload;
};

// Two bytes reach all three forms, the longest seldom.
std::size_t length_from(std::size_t number) {
  return (number >> 13) == 7 ? 0xFFFF + (number & 0xFF) : number & 0x1FFF;
}

Bytes payload_from(std::size_t length, unsigned seed) {
  Bytes payload(length);
  for (std::size_t i = 0; i < length; ++i) payload[i] = static_cast<std::byte>(seed + i * seed);
  return payload;
}

class Wire {
 public:
  void write(const Frame& frame) {
    append_frame(output_, frame.opcode, frame.payload, random_, frame.bits);
    law(output_.appended() == output_.taken() + output_.bytes().size());
  }
  void leave(std::size_t bytes) {
    const std::size_t leaving = std::min(bytes, output_.bytes().size());
    left_ += as_text(output_.bytes().first(leaving));
    output_.take(leaving);
    law(output_.taken() == left_.size());
  }
  void read_back(const std::vector<Frame>& written) {
    leave(output_.bytes().size());
    law(output_.bytes().empty());
    SeededRandom twin(1);
    const auto read = test::client_frames(left_);  // throws for one that a server must refuse
    law(read.size() == written.size());
    for (std::size_t i = 0; i < read.size(); ++i) {
      std::array<std::byte, 4> key{};
      twin.fill(key);
      law(read[i].key == as_text(key));
      law(read[i].opcode == static_cast<unsigned>(written[i].opcode));
      law(read[i].fin == written[i].bits.fin && read[i].rsv == written[i].bits.rsv);
      law(read[i].payload == as_text(written[i].payload));
    }
  }

 private:
  SeededRandom random_{1};
  OutputQueue output_;
  std::string left_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Script script(data, size);
  Wire wire;
  std::vector<Frame> written;
  for (std::size_t total = 0; !script.empty();) {
    const unsigned what = script.byte();
    const std::size_t length = length_from(script.number());
    const unsigned seed = script.byte();
    if ((total += length) > kMost) break;
    if ((what & 0x80) != 0) wire.leave(seed * 16);
    written.push_back(
        {.opcode = kOpcodes[what & 7],
         .bits = {.fin = (what & 8) != 0, .rsv = static_cast<std::uint8_t>((what >> 4) & 7)},
         .payload = payload_from(length, seed)});
    wire.write(written.back());
  }
  wire.read_back(written);
  return 0;
}
