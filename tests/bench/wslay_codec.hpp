// wslay's ways through a frame, with callbacks that do no more than they must: what it costs to use
// it from memory to memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>

#include <wslay/wslay.h>

#include "base/random.hpp"
#include "clock.hpp"

namespace wsrelay::bench {

class WslayCodec {
 public:
  explicit WslayCodec(Random& random) : random_(&random) {
    wslay_frame_callbacks frame{};
    frame.recv_callback = [](std::uint8_t* to, std::size_t size, int, void* self) {
      return static_cast<WslayCodec*>(self)->read(to, size);
    };
    frame.send_callback = [](const std::uint8_t* from, std::size_t size, int, void* self) {
      return static_cast<WslayCodec*>(self)->write(from, size);
    };
    frame.genmask_callback = [](std::uint8_t* key, std::size_t size, void* self) {
      return static_cast<WslayCodec*>(self)->draw(key, size);
    };
    wslay_frame_context_ptr frames = nullptr;
    if (wslay_frame_context_init(&frames, &frame, this) != 0) throw Trouble("wslay: no memory");
    frames_.reset(frames);

    wslay_event_callbacks event{};
    event.recv_callback = [](wslay_event_context* context, std::uint8_t* to, std::size_t size, int,
                             void* self) {
      const ssize_t n = static_cast<WslayCodec*>(self)->read(to, size);
      if (n < 0) wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
      return n;
    };
    event.on_msg_recv_callback = [](wslay_event_context*, const wslay_event_on_msg_recv_arg*,
                                    void* self) { ++static_cast<WslayCodec*>(self)->messages; };
    wslay_event_context_ptr events = nullptr;
    if (wslay_event_context_client_init(&events, &event, this) != 0)
      throw Trouble("wslay: no memory");
    events_.reset(events);
  }
  // It is known to its callbacks by address.
  WslayCodec(const WslayCodec&) = delete;
  WslayCodec& operator=(const WslayCodec&) = delete;

  /// Frames in `bytes`; how many payload bytes they had.
  std::size_t decode(BytesView bytes) {
    input_ = bytes;
    std::size_t payload = 0;
    for (wslay_frame_iocb frame{};;) {
      const ssize_t n = wslay_frame_recv(frames_.get(), &frame);
      if (n < 0) return payload;
      payload += static_cast<std::size_t>(n);
    }
  }
  /// Whole messages; `messages` counts them.
  void receive(BytesView bytes) {
    input_ = bytes;
    wslay_event_recv(events_.get());
  }
  /// A masked frame to `to`.
  void encode(std::byte* to, BytesView payload) {
    output_ = to;
    wslay_frame_iocb frame{};
    frame.fin = frame.mask = 1;
    frame.opcode = WSLAY_BINARY_FRAME;
    frame.data = reinterpret_cast<const std::uint8_t*>(payload.data());
    frame.data_length = frame.payload_length = payload.size();
    wslay_frame_send(frames_.get(), &frame);
  }
  std::uint64_t messages = 0;

 private:
  ssize_t read(std::uint8_t* to, std::size_t size) {
    const std::size_t n = std::min(size, input_.size());
    if (n == 0) return -1;
    std::memcpy(to, input_.data(), n);
    input_ = input_.subspan(n);
    return static_cast<ssize_t>(n);
  }
  ssize_t write(const std::uint8_t* from, std::size_t size) {
    std::memcpy(output_, from, size);
    output_ += size;
    return static_cast<ssize_t>(size);
  }
  int draw(std::uint8_t* key, std::size_t size) {
    random_->fill({reinterpret_cast<std::byte*>(key), size});
    return 0;
  }

  struct Free {
    void operator()(wslay_frame_context* context) const { wslay_frame_context_free(context); }
    void operator()(wslay_event_context* context) const { wslay_event_context_free(context); }
  };
  Random* random_;
  BytesView input_;
  std::byte* output_ = nullptr;
  std::unique_ptr<wslay_frame_context, Free> frames_;
  std::unique_ptr<wslay_event_context, Free> events_;
};

}  // namespace wsrelay::bench
