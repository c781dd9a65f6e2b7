// A WebSocket client in one file: says hello to an echo server, sends a text and a binary message
// in fragments, prints what comes back, and leaves when nothing has come for a while.
//
//   echo_client ws://localhost:8080/            echo_client wss://echo.example.com/ --ca ca.pem
//
// Run an echo server beside it, e.g. with node-ws or python3-websockets.
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "client/client.hpp"
#include "client/runtime.hpp"
#include "client/timer.hpp"

using namespace wsrelay;

namespace {

constexpr Duration kPatience = std::chrono::seconds(5);

class Echo final : public client::Client::Listener {
 public:
  Echo(client::Runtime& runtime, client::Settings settings)
      : runtime_(runtime),
        patience_(runtime.loop(), [this] { leave(); }),
        client_(std::move(settings), runtime.services(), *this) {}

 private:
  void on_begin() override { std::puts("begin"); }
  void on_connecting(unsigned attempt) override {
    std::printf("connecting, attempt %u\n", attempt);
  }
  void on_headers(int status, const client::Client::Fields& fields) override {
    std::printf("the server answered %d with %zu header fields\n", status, fields.size());
  }

  void on_open(const ws::Opened&) override {
    std::printf("connected to %s\n", client_.status().stream.remote.c_str());
    send(ws::Opcode::Text, "hello");
    // One message may travel in any number of frames; Pings and Pongs pass between them.
    send(ws::Opcode::Text, "a text in ", false);
    send(ws::Opcode::Continuation, "three ", false);
    send(ws::Opcode::Continuation, "fragments");
    send(ws::Opcode::Binary, std::string_view("\x01\x02\x03\x04", 4), false);
    send(ws::Opcode::Ping, "still there?");
    send(ws::Opcode::Continuation, "");
    patience_.after(kPatience);
  }

  void on_message(Message message) override {
    const std::string_view text = as_text(message.payload);
    if (message.kind == Message::Kind::Text)
      std::printf("text: %.*s\n", static_cast<int>(text.size()), text.data());
    else
      std::printf("binary: %zu bytes\n", text.size());
    patience_.after(kPatience);
  }
  void on_pong(BytesView payload) override {
    const std::string_view text = as_text(payload);
    std::printf("pong: %.*s\n", static_cast<int>(text.size()), text.data());
  }

  void on_close(const client::LastClose& close) override {
    std::printf("closed by %.*s with code %u%s%s\n", static_cast<int>(close.by.size()),
                close.by.data(), unsigned{close.code}, close.reason.empty() ? "" : ": ",
                close.reason.c_str());
  }
  void on_error(const Error& error) override {
    const std::string_view fault = name_of(error.fault);
    std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(fault.size()), fault.data(),
                 error.text.c_str());
  }
  void on_finish() override {
    std::puts("finish");
    runtime_.exit(0);
  }

  void send(ws::Opcode opcode, std::string_view payload, bool fin = true) {
    const auto queued = client_.send({.opcode = opcode, .fin = fin, .payload = to_bytes(payload)});
    if (!queued) on_error(queued.error());
  }
  void leave() {
    std::puts("nothing has come for a while");
    client_.stop(ws::CloseCode::Normal, "bye");
  }

  client::Runtime& runtime_;
  client::Timer patience_;
  client::Client client_;  // last: it calls back into all of the above
};

// A whole program would have more options; the fields of client::Settings say which.
std::optional<client::Settings> settings_from(int count, char** arguments) {
  if (count != 2 && !(count == 4 && std::strcmp(arguments[2], "--ca") == 0)) {
    std::fprintf(stderr, "Usage: %s ws://HOST[:PORT]/PATH [--ca FILE]\n", arguments[0]);
    return std::nullopt;
  }
  auto url = parse_url(arguments[1], {"ws", "wss"});
  if (!url) {
    std::fprintf(stderr, "%s: %s\n", arguments[1], url.error().text.c_str());
    return std::nullopt;
  }
  client::Settings settings;
  settings.url = std::move(*url);
  if (count == 4) settings.tls.ca_file = arguments[3];
  settings.headers.push_back(
      {.name = "X-Example",
       .value = {.source = SecretRef::Source::Literal, .literal = Secret("echo_client")}});
  settings.reconnect.delay.max = std::chrono::seconds(10);
  return settings;
}

}  // namespace

int main(int count, char** arguments) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  auto settings = settings_from(count, arguments);
  if (!settings) return 64;
  const auto runtime = client::Runtime::open();
  if (!runtime) {
    std::fprintf(stderr, "%s\n", runtime.error().text.c_str());
    return 1;
  }
  Echo echo(**runtime, std::move(*settings));
  return (*runtime)->run();
}
