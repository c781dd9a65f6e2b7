// wslay, framing by RFC 6455 from other hands, as an oracle: it judges what we wrote and writes
// what we judge. Words and ownership around its C calls; knows nothing of lib/ws.
//
//   WslayEnd server(WslayEnd::Role::Server);
//   server.receive(bytes);        // any number of times
//   server.frames(), server.story()
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <wslay/wslay.h>

namespace wsrelay::test {

struct Frame {
  unsigned opcode = 1;
  bool fin = true;
  unsigned rsv = 0;
  std::string payload = {};

  friend bool operator==(const Frame&, const Frame&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Frame& frame) {
    return out << fmt::format("{:x}{}{}:({})", frame.opcode, frame.fin ? "" : "+",
                              frame.rsv != 0 ? "r" : "", frame.payload.size());
  }
};

/// What an endpoint understood: each message and control frame in its words, and how it ended.
struct Story {
  std::vector<std::string> told = {};
  unsigned refused = 0;  // 0: not; else the close code it answered with
  std::string why = {};  // of a refusal, if it says so

  bool ended() const { return refused != 0 || (!told.empty() && told.back().starts_with("close")); }
};

inline std::string in_words(unsigned opcode, std::string_view payload) {
  switch (opcode) {
    case 1:
      return fmt::format("text:{}", payload);
    case 2:
      return fmt::format("binary:{}", payload);
    case 9:
      return fmt::format("ping:{}", payload);
    case 10:
      return fmt::format("pong:{}", payload);
    default:
      return fmt::format("opcode {}:{}", opcode, payload);
  }
}
inline std::string close_in_words(unsigned code, std::string_view reason) {
  return fmt::format("close:{}:{}", code, reason);
}

/// One end of a conversation after the upgrade. Its answers gather in `output`.
class WslayEnd {
 public:
  enum class Role : std::uint8_t { Client, Server };

  explicit WslayEnd(Role role, std::uint64_t max_message = 1 << 20) {
    wslay_event_callbacks callbacks{};
    callbacks.recv_callback = on_read;
    callbacks.send_callback = on_write;
    callbacks.genmask_callback = [](wslay_event_context*, std::uint8_t* key, std::size_t size,
                                    void*) { return std::fill_n(key, size, 0x55), 0; };
    callbacks.on_frame_recv_start_callback = on_frame;
    callbacks.on_frame_recv_chunk_callback = on_chunk;
    callbacks.on_msg_recv_callback = on_message;
    wslay_event_context_ptr context = nullptr;
    const auto init =
        role == Role::Server ? wslay_event_context_server_init : wslay_event_context_client_init;
    if (init(&context, &callbacks, this) != 0) throw std::bad_alloc();
    context_.reset(context);
    wslay_event_config_set_max_recv_msg_length(context, max_message);
  }
  // It is known to its callbacks by address.
  WslayEnd(const WslayEnd&) = delete;
  WslayEnd& operator=(const WslayEnd&) = delete;

  void allow_rsv1() { wslay_event_config_set_allowed_rsv_bits(context_.get(), WSLAY_RSV1_BIT); }

  void receive(std::string_view bytes) {
    input_ = bytes;
    while (!input_.empty() && wslay_event_get_read_enabled(context_.get()) != 0)
      // An error of its frame layer: no code is given, what it means is 1002.
      if (wslay_event_recv(context_.get()) != 0) story_.refused = 1002;
    input_ = {};
    wslay_event_send(context_.get());
    const bool silent = wslay_event_get_read_enabled(context_.get()) == 0;
    if (silent && wslay_event_get_close_received(context_.get()) == 0 && story_.refused == 0)
      story_.refused = wslay_event_get_status_code_sent(context_.get());
  }

  const std::vector<Frame>& frames() const { return frames_; }
  const Story& story() const { return story_; }
  std::string output;

 private:
  struct Free {
    void operator()(wslay_event_context* context) const { wslay_event_context_free(context); }
  };
  static WslayEnd& self(void* user_data) { return *static_cast<WslayEnd*>(user_data); }

  static ssize_t on_read(wslay_event_context* context, std::uint8_t* to, std::size_t size, int,
                         void* user_data) {
    std::string_view& input = self(user_data).input_;
    if (input.empty()) return wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK), -1;
    const std::size_t n = std::min(size, input.size());
    std::copy_n(input.begin(), n, to);
    input.remove_prefix(n);
    return static_cast<ssize_t>(n);
  }
  static ssize_t on_write(wslay_event_context*, const std::uint8_t* bytes, std::size_t size, int,
                          void* user_data) {
    self(user_data).output.append(reinterpret_cast<const char*>(bytes), size);
    return static_cast<ssize_t>(size);
  }
  static void on_frame(wslay_event_context*, const wslay_event_on_frame_recv_start_arg* frame,
                       void* user_data) {
    self(user_data).frames_.push_back(
        {.opcode = frame->opcode, .fin = frame->fin != 0, .rsv = frame->rsv});
  }
  static void on_chunk(wslay_event_context*, const wslay_event_on_frame_recv_chunk_arg* chunk,
                       void* user_data) {
    self(user_data).frames_.back().payload.append(reinterpret_cast<const char*>(chunk->data),
                                                  chunk->data_length);
  }
  static void on_message(wslay_event_context* context, const wslay_event_on_msg_recv_arg* message,
                         void* user_data) {
    const std::string_view payload(reinterpret_cast<const char*>(message->msg),
                                   message->msg_length);
    self(user_data).story_.told.push_back(
        message->opcode == WSLAY_CONNECTION_CLOSE
            ? close_in_words(wslay_event_get_status_code_received(context),
                             payload.substr(std::min<std::size_t>(2, payload.size())))
            : in_words(message->opcode, payload));
  }

  std::unique_ptr<wslay_event_context, Free> context_;
  std::string_view input_;
  std::vector<Frame> frames_;
  Story story_;
};

/// The frames as wslay writes them, masked or not.
inline std::string written_by_wslay(const std::vector<Frame>& frames, bool masked) {
  std::string out;
  wslay_frame_callbacks callbacks{};
  callbacks.send_callback = [](const std::uint8_t* bytes, std::size_t size, int, void* to) {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), size);
    return static_cast<ssize_t>(size);
  };
  callbacks.genmask_callback = [](std::uint8_t* key, std::size_t size, void*) {
    return std::fill_n(key, size, 0x55), 0;
  };
  wslay_frame_context_ptr raw = nullptr;
  if (wslay_frame_context_init(&raw, &callbacks, &out) != 0) throw std::bad_alloc();
  const std::unique_ptr<wslay_frame_context, void (*)(wslay_frame_context*)> context(
      raw, wslay_frame_context_free);
  for (const Frame& frame : frames) {
    wslay_frame_iocb order{};
    order.fin = frame.fin ? 1 : 0;
    order.rsv = static_cast<std::uint8_t>(frame.rsv);
    order.opcode = static_cast<std::uint8_t>(frame.opcode);
    order.mask = masked ? 1 : 0;
    order.data = reinterpret_cast<const std::uint8_t*>(frame.payload.data());
    order.data_length = order.payload_length = frame.payload.size();
    if (wslay_frame_send(raw, &order) != static_cast<ssize_t>(frame.payload.size()))
      throw std::runtime_error("wslay cannot write this frame");
  }
  return out;
}

}  // namespace wsrelay::test
