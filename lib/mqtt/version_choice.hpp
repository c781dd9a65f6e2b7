// Which version of the protocol to try next: MQTT 5 first, then what the broker is known to speak.
// A broker that knows only 3.1.1 says so, or just closes the connection without an answer.
#pragma once

#include "mqtt/reasons.hpp"

namespace wsrelay::mqtt {

class VersionChoice {
 public:
  int current() const { return current_; }

  void worked() {
    proven_ = true;
    unanswered_ = 0;
  }
  /// A CONNACK that does not know our version.
  void refused() { change(); }
  /// The connection ended before any CONNACK. Once may be a restart; twice looks like the version.
  void unanswered() {
    if (!proven_ && ++unanswered_ >= kTries) change();
  }

 private:
  static constexpr int kTries = 2;

  void change() {
    current_ = current_ == kMqtt5 ? kMqtt311 : kMqtt5;
    proven_ = false;
    unanswered_ = 0;
  }

  int current_ = kMqtt5;
  bool proven_ = false;
  int unanswered_ = 0;
};

}  // namespace wsrelay::mqtt
