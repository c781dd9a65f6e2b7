// The answer that upgrades (RFC 6455 §4.1): what must stand in it, and what must not. Each refused
// row is one change away from an answer that is accepted.
#include <fmt/format.h>

#include "conformance/answer.hpp"
#include "conformance/beats.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"

namespace wsrelay::conformance {
namespace {

using Changes = std::vector<std::string>;

Vector answered(std::string name, const std::string& bytes, std::vector<Beat> beats) {
  Opening opening;
  opening.settings.subprotocols = {"v2.chat", "v1.chat"};
  opening.by_script = true;
  return with(opening, talk(std::move(name), bytes, std::move(beats)));
}
Vector accepted(std::string name, const Changes& changes, std::string_view subprotocol = {}) {
  return answered(std::move(name), accepting(changes), {opened(subprotocol)});
}
// Whatever follows the head is not read any more.
Vector refused(std::string name, const Changes& changes, std::string_view saying) {
  return answered(std::move(name), accepting(changes) + text("glued"), {refused_for(saying)});
}

std::vector<Vector> upgrade_field() {
  std::vector<Vector> all;
  for (const std::string value : {"websocket", "WebSocket", "WEBSOCKET", "wEbSoCkEt"})
    all.push_back(accepted("Upgrade: " + value, {"=Upgrade: " + value}));
  for (const std::string value :
       {"", "h2c", "websocke", "websockets", "web socket", "websocket/13", "websocket, h2c",
        "h2c, websocket", "websocket,", "\"websocket\"", "websocket; q=1", "WebSocket\xC2\xA0"})
    all.push_back(refused(fmt::format("Upgrade: {}", value.empty() ? "(empty)" : value),
                          {"=Upgrade: " + value}, "Upgrade is not websocket"));
  all.push_back(accepted("Upgrade with spaces around it", {"=Upgrade:  \t websocket \t"}));
  all.push_back(accepted("Upgrade without a space", {"=Upgrade:websocket"}));
  all.push_back(accepted("uPGRADE as the field's name", {"-Upgrade", "uPGRADE: websocket"}));
  all.push_back(refused("Upgrade missing", {"-Upgrade"}, "no Upgrade"));
  all.push_back(refused("Upgrade twice", {"Upgrade: websocket"}, "Upgrade stands twice"));
  all.push_back(
      refused("Upgrade twice, one of them other", {"Upgrade: h2c"}, "Upgrade stands twice"));
  return all;
}

std::vector<Vector> connection_field() {
  std::vector<Vector> all;
  for (const std::string value :
       {"upgrade", "UPGRADE", "keep-alive, Upgrade", "Upgrade, keep-alive", "a,upgrade,b",
        "keep-alive ,\tUpgrade", ", Upgrade", "Upgrade,", ",,Upgrade,,"})
    all.push_back(accepted("Connection: " + value, {"=Connection: " + value}));
  for (const std::string value : {"", "close", "keep-alive", "upgraded", "x-upgrade", "up grade",
                                  "\"upgrade\"", "upgrade;q=1", "Upgrade websocket"})
    all.push_back(refused(fmt::format("Connection: {}", value.empty() ? "(empty)" : value),
                          {"=Connection: " + value}, "Connection does not say upgrade"));
  all.push_back(
      accepted("Connection in two fields", {"=Connection: keep-alive", "Connection: Upgrade"}));
  all.push_back(accepted("Connection: Upgrade twice", {"Connection: Upgrade"}));
  all.push_back(refused("Connection missing", {"-Connection"}, "Connection does not say upgrade"));
  all.push_back(refused("Connection in two fields, neither upgrade",
                        {"=Connection: keep-alive", "Connection: close"},
                        "Connection does not say upgrade"));
  return all;
}

std::vector<Vector> accept_field() {
  const std::string kMismatch = "Sec-WebSocket-Accept does not match";
  std::vector<Vector> all = {
      accepted("Accept with spaces around it", {"=Sec-WebSocket-Accept:  \t {accept} \t "}),
      accepted("Accept without a space", {"=Sec-WebSocket-Accept:{accept}"}),
      accepted("sec-websocket-accept as the field's name",
               {"-Sec-WebSocket-Accept", "sec-websocket-accept: {accept}"}),
      refused("Accept missing", {"-Sec-WebSocket-Accept"}, "no Sec-WebSocket-Accept"),
      refused("Accept twice, both right", {"Sec-WebSocket-Accept: {accept}"},
              "Sec-WebSocket-Accept stands twice"),
      refused("Accept twice, the second wrong", {"Sec-WebSocket-Accept: x"},
              "Sec-WebSocket-Accept stands twice"),
      refused("Accept of the specification's example",
              {"=Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}, kMismatch),
      refused("Accept with its case swapped", {"=Sec-WebSocket-Accept: {accept, its case swapped}"},
              kMismatch),
      refused("Accept without its last byte", {"=Sec-WebSocket-Accept: {accept, its end missing}"},
              kMismatch),
      refused("Accept twice in one field", {"=Sec-WebSocket-Accept: {accept}, {accept}"},
              kMismatch),
  };
  for (const std::string value : {"", "x", "{accept}x", "x{accept}", "{accept}=", "\"{accept}\"",
                                  "{accept};", "{accept} {accept}"})
    all.push_back(refused(fmt::format("Accept: {}", value.empty() ? "(empty)" : value),
                          {"=Sec-WebSocket-Accept: " + value}, kMismatch));
  return all;
}

std::vector<Vector> subprotocol_field() {
  const std::string kUnoffered = "a subprotocol that was not offered";
  std::vector<Vector> all = {
      accepted("no subprotocol", {}),
      accepted("the first subprotocol", {"Sec-WebSocket-Protocol: v2.chat"}, "v2.chat"),
      accepted("the second subprotocol", {"Sec-WebSocket-Protocol: v1.chat"}, "v1.chat"),
      accepted("a subprotocol with spaces around it", {"sec-websocket-protocol:  v1.chat "},
               "v1.chat"),
      refused("two subprotocols in two fields",
              {"Sec-WebSocket-Protocol: v2.chat", "Sec-WebSocket-Protocol: v1.chat"},
              "Sec-WebSocket-Protocol stands twice"),
      refused("one subprotocol in two fields",
              {"Sec-WebSocket-Protocol: v2.chat", "Sec-WebSocket-Protocol: v2.chat"},
              "Sec-WebSocket-Protocol stands twice"),
  };
  for (const std::string value : {"", "v3.chat", "V2.CHAT", "v2.cha", "v2.chatx",
                                  "v2.chat, v1.chat", "v2.chat,", "\"v2.chat\"", "v2.chat v1.chat"})
    all.push_back(refused(fmt::format("subprotocol: {}", value.empty() ? "(empty)" : value),
                          {"Sec-WebSocket-Protocol: " + value}, kUnoffered));
  Opening none;
  none.by_script = true;
  all.push_back(
      with(none, talk("a subprotocol, and none was offered",
                      accepting({"Sec-WebSocket-Protocol: v2.chat"}), {refused_for(kUnoffered)})));
  Opening required = none;
  required.settings.subprotocols = {"v2.chat"};
  required.settings.subprotocol_required = true;
  all.push_back(
      with(required, talk("a subprotocol is required and chosen",
                          accepting({"Sec-WebSocket-Protocol: v2.chat"}), {opened("v2.chat")})));
  all.push_back(with(required, talk("a subprotocol is required, none is chosen", accepting(),
                                    {refused_for("no subprotocol")})));
  return all;
}

std::vector<Vector> other_fields() {
  const std::string kBody = "announces a body";
  std::vector<Vector> all = {
      accepted("fields that mean nothing to us",
               {"Server: x", "Date: Mon, 01 Jan 2024 00:00:00 GMT", "Set-Cookie: a=b; Secure",
                "X-Empty:", "Sec-WebSocket-Version: 13", "Vary: *"}),
      accepted("a hundred fields that mean nothing",
               Changes(100, "X-Filler: " + std::string(50, 'x'))),
      accepted("fields in another order",
               {"-Upgrade", "-Connection", "Connection: Upgrade", "Upgrade: websocket"}),
      accepted("Content-Length: 0", {"Content-Length: 0"}),
      accepted("Location is no matter", {"Location: https://other.example/"}),
      accepted("Retry-After is no matter", {"Retry-After: 5"}),
      refused("Content-Length: 5", {"Content-Length: 5"}, kBody),
      refused("Content-Length: 00", {"Content-Length: 00"}, kBody),
      refused("Content-Length: x", {"Content-Length: x"}, kBody),
      refused("Content-Length: 0, and 5", {"Content-Length: 0", "Content-Length: 5"}, kBody),
      refused("Transfer-Encoding: chunked", {"Transfer-Encoding: chunked"}, kBody),
      refused("Transfer-Encoding: identity", {"transfer-encoding: identity"}, kBody),
      refused("an extension, and none was offered",
              {"Sec-WebSocket-Extensions: permessage-deflate"}, "extension that was not offered"),
      refused("an unknown extension", {"Sec-WebSocket-Extensions: x-unknown; y=1"},
              "extension that was not offered"),
  };
  return all;
}

std::vector<Vector> glued() {
  const std::string answer = accepting();
  return {
      answered("a text glued to the answer", answer + text("now"), {opened(), echo("now")}),
      answered("a ping glued to the answer", answer + ping("now"), {opened(), answer_ping("now")}),
      answered("a Close glued to the answer", answer + close(1001), {opened(), close_with(1001)}),
      answered("a violation glued to the answer", answer + frame(3, "x"),
               {opened(), fail_with(1002)}),
      answered("a text, a ping and a Close glued to the answer",
               answer + text("1") + ping("2") + close(1000),
               {opened(), echo("1"), answer_ping("2"), close_with(1000)}),
      answered("a fragment glued to the answer", answer + fragment("a") + last("b"),
               {opened(), echo("ab")}),
      answered("a second answer is no frame", answer + answer, {opened(), fail_with(1002)}),
      answered("a line end too many is no frame", answer + "\r\n", {opened(), fail_with(1002)}),
      answered("text that is no frame", answer + "hello", {opened(), fail_with(1002)}),
  };
}

}  // namespace

std::vector<Vector> handshake() {
  std::vector<Vector> all = upgrade_field();
  append(all, connection_field());
  append(all, accept_field());
  append(all, subprotocol_field());
  append(all, other_fields());
  append(all, glued());
  return all;
}

}  // namespace wsrelay::conformance
