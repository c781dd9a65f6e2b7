#include "mqtt/reasons.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace wsrelay::mqtt {
namespace {

struct Reason {
  int code;
  std::string_view text;
};

// MQTT 5.0 §2.4; only those that a server may send in CONNACK or DISCONNECT.
constexpr std::array kReasons{
    Reason{0x80, "unspecified error"},
    Reason{0x81, "malformed packet"},
    Reason{0x82, "protocol error"},
    Reason{0x83, "implementation specific error"},
    Reason{0x84, "unsupported protocol version"},
    Reason{0x85, "client identifier not valid"},
    Reason{0x86, "bad user name or password"},
    Reason{0x87, "not authorized"},
    Reason{0x88, "server unavailable"},
    Reason{0x89, "server busy"},
    Reason{0x8A, "banned"},
    Reason{0x8B, "server shutting down"},
    Reason{0x8C, "bad authentication method"},
    Reason{0x8D, "keep alive timeout"},
    Reason{0x8E, "session taken over"},
    Reason{0x8F, "topic filter invalid"},
    Reason{0x90, "topic name invalid"},
    Reason{0x93, "receive maximum exceeded"},
    Reason{0x94, "topic alias invalid"},
    Reason{0x95, "packet too large"},
    Reason{0x96, "message rate too high"},
    Reason{0x97, "quota exceeded"},
    Reason{0x98, "administrative action"},
    Reason{0x99, "payload format invalid"},
    Reason{0x9A, "retain not supported"},
    Reason{0x9B, "QoS not supported"},
    Reason{0x9C, "use another server"},
    Reason{0x9D, "server moved"},
    Reason{0x9E, "shared subscriptions not supported"},
    Reason{0x9F, "connection rate exceeded"},
    Reason{0xA0, "maximum connect time"},
    Reason{0xA1, "subscription identifiers not supported"},
    Reason{0xA2, "wildcard subscriptions not supported"},
};

// MQTT 3.1.1 §3.2.2.3: its own five codes.
constexpr std::array kOldReasons{
    Reason{1, "unsupported protocol version"},
    Reason{2, "client identifier not valid"},
    Reason{3, "server unavailable"},
    Reason{4, "bad user name or password"},
    Reason{5, "not authorized"},
};

std::string meaning(int code) {
  for (const Reason& reason : kReasons)
    if (reason.code == code) return std::string(reason.text);
  return fmt::format("reason 0x{:02X}", code);
}

std::string old_meaning(int code) {
  for (const Reason& reason : kOldReasons)
    if (reason.code == code) return std::string(reason.text);
  return meaning(code);
}

bool is_about_login(std::string_view text) {
  return text == "not authorized" || text == "bad user name or password" || text == "banned" ||
         text == "bad authentication method";
}

}  // namespace

std::string connack_text(int code, int protocol) {
  const std::string text = protocol == kMqtt5 ? meaning(code) : old_meaning(code);
  return fmt::format("the broker refused the {} ({})",
                     is_about_login(text) ? "login" : "connection", text);
}

std::string disconnect_text(int reason, const std::string& client_id) {
  if (reason == kSessionTakenOver)
    return fmt::format("client id {} is in use by another client", client_id);
  return fmt::format("the broker ended the connection ({})", meaning(reason));
}

bool refuses_version(int code, int protocol) {
  return code == kUnsupportedVersion || (code == 1 && protocol == kMqtt311);
}

}  // namespace wsrelay::mqtt
