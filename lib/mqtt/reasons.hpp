// What the broker's numbers mean, as sentences for people (MQTT 5.0 §2.4, MQTT 3.1.1 §3.2.2.3).
#pragma once

#include <string>

namespace wsrelay::mqtt {

inline constexpr int kUnspecifiedError = 0x80;
inline constexpr int kUnsupportedVersion = 0x84;
inline constexpr int kServerShuttingDown = 0x8B;
inline constexpr int kSessionTakenOver = 0x8E;
inline constexpr int kTopicFilterInvalid = 0x8F;
inline constexpr int kPacketTooLarge = 0x95;
inline constexpr int kRetainNotSupported = 0x9A;
inline constexpr int kQosNotSupported = 0x9B;

/// The version of the protocol, as the CONNECT packet writes it.
inline constexpr int kMqtt5 = 5;
inline constexpr int kMqtt311 = 4;

/// "the broker refused the login (not authorized)"
std::string connack_text(int code, int protocol);
/// "the broker ended the connection (server shutting down)"
std::string disconnect_text(int reason, const std::string& client_id);
/// Does this CONNACK say that the broker does not speak the version we asked for?
bool refuses_version(int code, int protocol);

}  // namespace wsrelay::mqtt
