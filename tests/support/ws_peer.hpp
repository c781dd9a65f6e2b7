// A WebSocket server in memory, a Task on Sim at the far end of a pipe: answers the upgrade, keeps
// the frames it got, pongs and echoes if told to. Written from RFC 6455 on its own, without lib/ws,
// so that a mistake there is not repeated here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "support/pipe_stream.hpp"
#include "support/sim.hpp"

namespace wsrelay::test {

struct PeerOptions {
  bool pong = true;
  bool echo = false;
  bool answer_close = true;
  bool answer_upgrade = true;
  std::string refusal = {};      // a whole HTTP answer instead of 101
  std::string subprotocol = {};  // to be named in the answer
  std::string fields = {};       // more lines of it, "Name: value\r\n"
  bool hangs_up = false;         // as a server should, once both Closes are exchanged
};

struct PeerFrame {
  int opcode = 0;
  bool fin = true;
  bool masked = true;
  std::string payload = {};
};

class WsPeer final : public io::Task {
 public:
  WsPeer(Sim& sim, std::unique_ptr<PipeStream> stream, PeerOptions options)
      : stream_(std::move(stream)), options_(std::move(options)), registration_(sim.add(*this)) {}

  io::Wait run(const io::Turn&) override {
    if (stream_ == nullptr) return {};
    std::array<std::byte, 4096> buffer;
    while (!deaf_) {
      const auto got = stream_->read(buffer);
      if (!got || got->end) {
        saw_end_ = true;
        break;
      }
      if (got->bytes == 0) break;
      in_ += as_text(BytesView(buffer).first(got->bytes));
    }
    if (!upgraded_) upgrade();
    while (upgraded_ && take_frame()) {
    }
    flush();
    if (options_.hangs_up && closed_ && out_.empty()) hang_up();
    if (stream_ == nullptr) return {};
    return {.fd = stream_->fd(), .readable = !saw_end_ && !deaf_, .writable = !out_.empty()};
  }

  void send(int opcode, std::string_view payload, bool fin = true) {
    out_ += static_cast<char>((fin ? 0x80 : 0) | opcode);
    if (payload.size() < 126) {
      out_ += static_cast<char>(payload.size());
    } else if (payload.size() < 65536) {
      out_ += static_cast<char>(126);
      for (int shift = 8; shift >= 0; shift -= 8)
        out_ += static_cast<char>(payload.size() >> shift & 0xFF);
    } else {
      out_ += static_cast<char>(127);
      for (int shift = 56; shift >= 0; shift -= 8)
        out_ += static_cast<char>(payload.size() >> shift & 0xFF);
    }
    out_ += payload;
    registration_.wake();
  }
  void send_close(std::uint16_t code, std::string_view reason = {}) {
    options_.answer_close = false;  // the client's Close will be the answer
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    send(8, payload.append(reason));
  }
  void send_raw(std::string_view bytes) {
    out_ += bytes;
    registration_.wake();
  }
  void stop_reading(bool stop = true) { deaf_ = stop; }
  void hang_up() { stream_.reset(); }  // the kernel says FIN
  void break_now(const Error& error) { stream_->break_now(error); }

  bool upgraded() const { return upgraded_; }
  bool saw_end() const { return saw_end_; }
  /// Nobody is left to hear us: the client has let go of the stream.
  bool is_alone() const { return stream_ == nullptr || stream_->far_end_is_gone(); }
  const std::string& request() const { return request_; }
  std::vector<PeerFrame> frames;  // data and Close frames, and Pings and Pongs

  std::string texts() const {
    std::string all;
    for (const PeerFrame& frame : frames)
      if (frame.opcode == 1 || frame.opcode == 2) all += frame.payload + "|";
    return all;
  }

 private:
  static std::string field(const std::string& head, const std::string& name) {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const std::size_t from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }

  void upgrade() {
    const std::size_t end = in_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    request_ = in_.substr(0, end + 4);
    in_.erase(0, end + 4);
    if (!options_.answer_upgrade) return;
    if (!options_.refusal.empty()) {
      out_ += options_.refusal;
      return;
    }
    const std::string key =
        field(request_, "Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    out_ += "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    out_ += "Sec-WebSocket-Accept: " + base64(sha1(as_bytes(key))) + "\r\n";
    if (!options_.subprotocol.empty())
      out_ += "Sec-WebSocket-Protocol: " + options_.subprotocol + "\r\n";
    out_ += options_.fields + "\r\n";
    upgraded_ = true;
  }

  bool take_frame() {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(in_[at]); };
    if (in_.size() < 2) return false;
    PeerFrame frame{
        .opcode = byte(0) & 0xF, .fin = (byte(0) & 0x80) != 0, .masked = (byte(1) & 0x80) != 0};
    std::size_t length = byte(1) & 0x7F;
    std::size_t at = 2;
    const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (in_.size() < at + extra + 4) return false;
    if (extra > 0) length = 0;
    for (std::size_t i = 0; i < extra; ++i) length = length << 8 | byte(at++);
    const std::string key = frame.masked ? in_.substr(at, 4) : std::string(4, '\0');
    if (frame.masked) at += 4;
    if (in_.size() < at + length) return false;
    frame.payload = in_.substr(at, length);
    for (std::size_t i = 0; i < length; ++i)
      frame.payload[i] = static_cast<char>(frame.payload[i] ^ key[i % 4]);
    in_.erase(0, at + length);
    answer(frame);
    frames.push_back(std::move(frame));
    return true;
  }

  void answer(const PeerFrame& frame) {
    if (frame.opcode == 9 && options_.pong) send(10, frame.payload);
    if (frame.opcode == 8 && options_.answer_close) send(8, frame.payload.substr(0, 2));
    if (frame.opcode == 8) closed_ = true;
    if ((frame.opcode == 1 || frame.opcode == 2) && options_.echo)
      send(frame.opcode, frame.payload);
  }

  void flush() {
    while (stream_ != nullptr && !out_.empty()) {
      const auto put = stream_->write(as_bytes(out_));
      if (!put) out_.clear();  // nobody is left to hear it
      if (!put || put->bytes == 0) return;
      out_.erase(0, put->bytes);
    }
  }

  std::unique_ptr<PipeStream> stream_;
  PeerOptions options_;
  std::string in_, out_, request_;
  bool upgraded_ = false;
  bool saw_end_ = false;
  bool deaf_ = false;
  bool closed_ = false;
  io::Registration registration_;
};

}  // namespace wsrelay::test
