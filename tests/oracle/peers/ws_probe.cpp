// One conversation of the library with a server, by a script on the standard input; what was said
// and heard, as digests, is one JSON document on the standard output. Run by tests/live.
//
//   ws_probe URL [--ca FILE] [--deflate off|on|required] [--client-bits N] [--server-bits N]
//     [--client-forgets] [--server-forgets] [--receiving messages|frames|chunks] [--pull]
//
//   text SIZE [FRAGMENT]            a message, in frames of FRAGMENT bytes
//   binary SIZE PERIOD [FRAGMENT]   its bytes repeat after PERIOD bytes
//   ping WORD, pong WORD
//   await MESSAGES PONGS            before going on, so many have come in all
//   close CODE [REASON]             without it the server closes
#include <cstdio>
#include <deque>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/json.hpp"
#include "client/client.hpp"
#include "client/runtime.hpp"
#include "client/timer.hpp"
#include "oracle/peers/probe_script.hpp"

using namespace wsrelay;
using test::Step;

namespace {

constexpr Duration kPatience = std::chrono::seconds(30);

struct Options {
  client::Settings settings;
  bool pull = false;  // whole messages are handed out when asked for, not queued
};

std::string digest(BytesView bytes) {
  std::string hex;
  for (const std::byte byte : sha1(bytes))
    hex += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return hex;
}

struct Digest {
  std::string_view kind;
  std::size_t size;
  std::string sha1;
  std::size_t parts;
};

void write(JsonWriter& json, std::string_view name, const std::vector<Digest>& digests) {
  json.key(name).begin_array();
  for (const Digest& each : digests)
    json.begin_object()
        .member("kind", each.kind)
        .member("size", each.size)
        .member("sha1", each.sha1)
        .member("parts", each.parts)
        .end_object();
  json.end_array();
}

void write(JsonWriter& json, std::string_view name, const std::vector<std::string>& words) {
  json.key(name).begin_array();
  for (const std::string& word : words) json.value(word);
  json.end_array();
}

class Probe final : public client::Client::Listener {
 public:
  Probe(client::Runtime& runtime, Options options, std::deque<Step> script)
      : runtime_(runtime),
        pull_(options.pull),
        script_(std::move(script)),
        patience_(runtime.loop(), [this] { give_up(); }),
        client_(std::move(options.settings), runtime.services(), *this) {
    patience_.after(kPatience);
  }

  std::string story() const {
    JsonWriter json;
    const client::Status& status = client_.status();
    json.begin_object().member("extensions", extensions_);
    write(json, "sent", sent_);
    write(json, "received", received_);
    write(json, "pings", pings_);
    write(json, "pongs", pongs_);
    if (close_)
      json.key("close")
          .begin_object()
          .member("code", close_->code)
          .member("reason", close_->reason)
          .member("clean", close_->clean)
          .member("by", close_->by)
          .end_object();
    if (!error_.empty()) json.member("error", error_);
    json.member("sent_plain", status.compression.sent_plain)
        .member("sent_wire", status.compression.sent_wire)
        .member("received_plain", status.compression.received_plain)
        .member("received_wire", status.compression.received_wire)
        .end_object();
    return json.take();
  }

 private:
  void on_open(const ws::Opened& opened) override {
    extensions_ = opened.extensions;
    go_on();
  }
  void on_message(Message message) override { hear(message, 1); }
  void on_part(MessagePart part) override {
    if (part.message_offset != message_.payload.size()) complain("a part stands in a wrong place");
    message_.kind = part.kind;
    message_.payload.insert(message_.payload.end(), part.payload.begin(), part.payload.end());
    ++parts_;
    if (part.last) hear(std::exchange(message_, {}), std::exchange(parts_, 0));
  }
  void hear(const Message& message, std::size_t parts) {
    received_.push_back(
        {name_of(message.kind), message.payload.size(), digest(message.payload), parts});
    go_on();
  }
  void on_ping(BytesView payload) override { pings_.emplace_back(as_text(payload)); }
  void on_pong(BytesView payload) override {
    pongs_.emplace_back(as_text(payload));
    go_on();
  }
  void on_close(const client::LastClose& close) override { close_ = close; }
  void on_error(const Error& error) override {
    complain(fmt::format("{}: {}", name_of(error.fault), error.text));
  }
  void on_finish() override { runtime_.exit(0); }

  const Message* next_message() override {
    if (next_ == to_pull_.size()) return nullptr;
    return &to_pull_[next_++];
  }
  void on_sent() override {
    to_pull_.pop_front();
    --next_;
    go_on();
  }

  void give_up() {
    complain("nothing happens any more");
    client_.abort();
  }

  // As many steps as can be done now.
  void go_on() {
    while (!script_.empty() && is_due(script_.front())) {
      const Step step = std::move(script_.front());
      script_.pop_front();
      if (step.verb == "close") {
        client_.stop(ws::CloseCode{static_cast<std::uint16_t>(step.number(0))}, step.word);
      } else if (step.verb != "await") {
        say(step);
      }
    }
  }
  bool is_due(const Step& step) const {
    if (step.verb == "close") return to_pull_.empty();
    return step.verb != "await" ||
           (received_.size() >= step.number(0) && pongs_.size() >= step.number(1));
  }

  void say(const Step& step) {
    if (step.verb == "ping") return queue({ws::Opcode::Ping, true, to_bytes(step.word)});
    if (step.verb == "pong") return queue({ws::Opcode::Pong, true, to_bytes(step.word)});
    const bool is_text = step.verb == "text";
    const Message message{
        is_text ? Message::Kind::Text : Message::Kind::Binary,
        is_text ? test::text_of(step.number(0)) : test::binary_of(step.number(0), step.number(1))};
    const std::size_t fragment = step.number(is_text ? 1 : 2);
    const Bytes& payload = message.payload;
    sent_.push_back({name_of(message.kind), payload.size(), digest(payload), 1});
    if (pull_ && fragment == 0) {
      to_pull_.push_back(message);
      return client_.wake();
    }
    ws::Opcode opcode = is_text ? ws::Opcode::Text : ws::Opcode::Binary;
    const std::size_t most = fragment == 0 ? payload.size() : fragment;
    for (std::size_t at = 0, n = 0;; at += n, opcode = ws::Opcode::Continuation) {
      n = std::min(most, payload.size() - at);
      const auto part = std::span(payload).subspan(at, n);
      const bool fin = at + n == payload.size();
      queue({opcode, fin, Bytes(part.begin(), part.end())});
      if (fin) return;
    }
  }
  void queue(client::Outgoing item) {
    if (const auto queued = client_.send(std::move(item)); !queued) complain(queued.error().text);
  }
  // What went wrong first.
  void complain(std::string what) {
    if (error_.empty()) error_ = std::move(what);
  }

  client::Runtime& runtime_;
  bool pull_;
  std::deque<Step> script_;
  std::deque<Message> to_pull_;
  std::size_t next_ = 0;  // of them, the next to be handed out
  Message message_;       // whose parts are coming
  std::size_t parts_ = 0;
  std::string extensions_;
  std::vector<Digest> sent_, received_;
  std::vector<std::string> pings_, pongs_;
  std::optional<client::LastClose> close_;
  std::string error_;
  client::Timer patience_;
  client::Client client_;  // last: it calls back into all of the above
};

std::optional<Options> options_from(std::vector<std::string_view> words) {
  if (words.empty()) return std::nullopt;
  Options options;
  client::Settings& settings = options.settings;
  auto url = parse_url(words[0], {"ws", "wss"});
  if (!url) return std::nullopt;
  settings.url = std::move(*url);
  settings.reconnect.enabled = false;
  settings.reconnect.delay.first = Duration::zero();  // the first attempt waits for nobody
  settings.limits.max_message = 4 * 1024 * 1024;
  settings.deflate.client_context_takeover = true;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view name = words[i];
    using Offer = ws::DeflateSettings::Offer;
    if (name == "--pull") {
      options.pull = true;
    } else if (name == "--client-forgets") {
      settings.deflate.client_context_takeover = false;
    } else if (name == "--server-forgets") {
      settings.deflate.server_context_takeover = false;
    } else if (++i == words.size()) {
      return std::nullopt;
    } else if (name == "--ca") {
      settings.tls.ca_file = words[i];
    } else if (name == "--deflate") {
      settings.deflate.offer = words[i] == "off"  ? Offer::Off
                               : words[i] == "on" ? Offer::On
                                                  : Offer::Required;
    } else if (name == "--client-bits" || name == "--server-bits") {
      (name == "--client-bits" ? settings.deflate.client_max_window_bits
                               : settings.deflate.server_max_window_bits) =
          static_cast<std::uint8_t>(std::stoul(std::string(words[i])));
    } else if (name == "--receiving") {
      settings.receiving = words[i] == "frames"   ? ws::Receiving::Frames
                           : words[i] == "chunks" ? ws::Receiving::Chunks
                                                  : ws::Receiving::Messages;
    } else {
      return std::nullopt;
    }
  }
  return options;
}

}  // namespace

int main(int count, char** arguments) {
  auto options = options_from({arguments + 1, arguments + count});
  if (!options) {
    std::fputs("Usage: see the top of ws_probe.cpp\n", stderr);
    return 64;
  }
  auto runtime = client::Runtime::open();
  if (!runtime) return 69;
  Probe probe(**runtime, std::move(*options), test::read_script(std::cin));
  const int status = (*runtime)->run();
  std::puts(probe.story().c_str());
  return status;
}
