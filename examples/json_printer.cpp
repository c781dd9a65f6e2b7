// Subscribes to a stream of JSON messages and prints each as indented lines; what is no JSON is
// told apart. Sends its second argument, if there is one, after every connect: a subscription.
//
//   json_printer wss://stream.example.com/ws '{"op":"subscribe","channel":"ticker"}'
#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <simdjson.h>

#include "client/client.hpp"
#include "client/runtime.hpp"

using namespace wsrelay;

namespace {

void print(const simdjson::dom::element& value, int depth) {
  const std::string margin(static_cast<std::size_t>(depth) * 2, ' ');
  if (simdjson::dom::object object; value.get(object) == simdjson::SUCCESS) {
    fmt::print("{{\n");
    for (const auto& [key, member] : object) {
      fmt::print("{}  {}: ", margin, key);
      print(member, depth + 1);
    }
    fmt::print("{}}}\n", margin);
  } else if (simdjson::dom::array array; value.get(array) == simdjson::SUCCESS) {
    fmt::print("[\n");
    for (const simdjson::dom::element& member : array) {
      fmt::print("{}  ", margin);
      print(member, depth + 1);
    }
    fmt::print("{}]\n", margin);
  } else {
    fmt::print("{}\n", simdjson::minify(value));
  }
}

class Printer final : public client::Client::Listener {
 public:
  Printer(client::Runtime& runtime, client::Settings settings, std::string greeting)
      : greeting_(std::move(greeting)), client_(std::move(settings), runtime.services(), *this) {}

 private:
  void on_open(const ws::Opened& opened) override {
    fmt::print(stderr, "connected{}{}\n", opened.extensions.empty() ? "" : " with ",
               opened.extensions);
    if (greeting_.empty()) return;
    const auto queued = client_.send({.payload = to_bytes(greeting_)});
    if (!queued) on_error(queued.error());
  }

  // The payload has a length and no final NUL; the parser is told so and copies what it needs.
  void on_message(Message message) override {
    const std::string_view text = as_text(message.payload);
    simdjson::dom::element document;
    const auto code = parser_.parse(text.data(), text.size()).get(document);
    if (code != simdjson::SUCCESS)
      return fmt::print("({} message of {} bytes, no JSON: {})\n", name_of(message.kind),
                        text.size(), simdjson::error_message(code));
    print(document, 0);
  }

  void on_error(const Error& error) override {
    fmt::print(stderr, "{}: {}\n", name_of(error.fault), error.text);
  }

  std::string greeting_;
  simdjson::dom::parser parser_;
  client::Client client_;
};

}  // namespace

int main(int count, char** arguments) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  if (count != 2 && count != 3) {
    fmt::print(stderr, "Usage: {} URL [MESSAGE]\n", arguments[0]);
    return 64;
  }
  client::Settings settings;
  const auto url = parse_url(arguments[1], {"ws", "wss"});
  if (!url) {
    fmt::print(stderr, "{}: {}\n", arguments[1], url.error().text);
    return 64;
  }
  settings.url = *url;
  const auto runtime = client::Runtime::open();
  if (!runtime) {
    fmt::print(stderr, "{}\n", runtime.error().text);
    return 1;
  }
  const Printer printer(**runtime, std::move(settings), count == 3 ? arguments[2] : "");
  return (*runtime)->run();
}
