#include "mqtt/properties.hpp"

#include <cstdlib>
#include <memory>

#include <mqtt_protocol.h>

#include "base/topic.hpp"
#include "base/utf8.hpp"
#include "io/handle.hpp"
#include "mqtt/reasons.hpp"

namespace wsrelay::mqtt {
namespace {

using CString = io::Handle<char, std::free>;  // libmosquitto hands out copies

std::string read_string(const mosquitto_property* list, int identifier) {
  char* value = nullptr;
  mosquitto_property_read_string(list, identifier, &value, false);
  const CString owned(value);
  return owned ? std::string(owned.get()) : std::string();
}

std::string read_binary(const mosquitto_property* list, int identifier) {
  void* value = nullptr;
  std::uint16_t size = 0;
  mosquitto_property_read_binary(list, identifier, &value, &size, false);
  const io::Handle<void, std::free> owned(value);
  return owned ? std::string(static_cast<const char*>(owned.get()), size) : std::string();
}

constexpr std::size_t kLongestString = 65535;  // §1.5.4: a length of two bytes

bool is_mqtt_text(const std::string& text) {
  return text.size() <= kLongestString && text.find('\0') == std::string::npos &&
         is_utf8(as_bytes(text));
}

}  // namespace

// libmosquitto fails here only without memory or with a value that is_publishable() refuses; the
// property is then missing, which the broker tolerates.
void Properties::add_byte(int identifier, std::uint8_t value) {
  mosquitto_property_add_byte(&list_, identifier, value);
}
void Properties::add_int16(int identifier, std::uint16_t value) {
  mosquitto_property_add_int16(&list_, identifier, value);
}
void Properties::add_int32(int identifier, std::uint32_t value) {
  mosquitto_property_add_int32(&list_, identifier, value);
}
void Properties::add_varint(int identifier, std::uint32_t value) {
  mosquitto_property_add_varint(&list_, identifier, value);
}

void Properties::add(const Publication& publication) {
  if (publication.is_utf8) add_byte(MQTT_PROP_PAYLOAD_FORMAT_INDICATOR, 1);
  if (publication.message_expiry)
    add_int32(MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, *publication.message_expiry);
  if (!publication.content_type.empty())
    mosquitto_property_add_string(&list_, MQTT_PROP_CONTENT_TYPE, publication.content_type.c_str());
  if (!publication.response_topic.empty())
    mosquitto_property_add_string(&list_, MQTT_PROP_RESPONSE_TOPIC,
                                  publication.response_topic.c_str());
  if (!publication.correlation_data.empty())
    mosquitto_property_add_binary(&list_, MQTT_PROP_CORRELATION_DATA,
                                  publication.correlation_data.data(),
                                  static_cast<std::uint16_t>(publication.correlation_data.size()));
  for (const auto& [name, value] : publication.user_properties)
    mosquitto_property_add_string_pair(&list_, MQTT_PROP_USER_PROPERTY, name.c_str(),
                                       value.c_str());
}

bool is_publishable(const Publication& publication) {
  if (!is_topic_name(publication.topic) || !is_mqtt_text(publication.content_type)) return false;
  // §3.3.2.3.5: the Response Topic is a topic name and has no wildcard.
  if (!publication.response_topic.empty() && !is_topic_name(publication.response_topic))
    return false;
  if (publication.correlation_data.size() > kLongestString) return false;
  for (const auto& [name, value] : publication.user_properties)
    if (!is_mqtt_text(name) || !is_mqtt_text(value)) return false;
  return true;
}

std::size_t packet_bound(const Publication& publication, int protocol) {
  constexpr std::size_t kFixed = 5 + 2 + 2;  // fixed header, topic length, packet identifier
  std::size_t size = kFixed + publication.topic.size() + publication.payload.size();
  if (protocol != kMqtt5) return size;
  size += 4 + 2 + 5;  // the properties' length, payload format, message expiry
  size += 3 + publication.content_type.size() + 3 + publication.response_topic.size();
  size += 3 + publication.correlation_data.size();
  for (const auto& [name, value] : publication.user_properties)
    size += 5 + name.size() + value.size();
  return size;
}

std::vector<std::uint32_t> subscription_identifiers(const mosquitto_property* list) {
  std::vector<std::uint32_t> identifiers;
  std::uint32_t value = 0;
  const auto* at = mosquitto_property_read_varint(list, MQTT_PROP_SUBSCRIPTION_IDENTIFIER, &value,
                                                  /*skip_first=*/false);
  for (; at != nullptr; at = mosquitto_property_read_varint(at, MQTT_PROP_SUBSCRIPTION_IDENTIFIER,
                                                            &value, /*skip_first=*/true))
    identifiers.push_back(value);
  return identifiers;
}

Publication publication_of(const mosquitto_message& message, const mosquitto_property* list) {
  Publication publication;
  publication.topic = message.topic;
  const auto* payload = static_cast<const std::byte*>(message.payload);
  if (message.payloadlen > 0) publication.payload.assign(payload, payload + message.payloadlen);
  publication.qos = static_cast<std::uint8_t>(message.qos);
  publication.retain = message.retain;
  if (list == nullptr) return publication;

  std::uint8_t is_text = 0;
  mosquitto_property_read_byte(list, MQTT_PROP_PAYLOAD_FORMAT_INDICATOR, &is_text, false);
  publication.is_utf8 = is_text == 1;
  std::uint32_t expiry = 0;
  if (mosquitto_property_read_int32(list, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, &expiry, false))
    publication.message_expiry = expiry;
  publication.content_type = read_string(list, MQTT_PROP_CONTENT_TYPE);
  publication.response_topic = read_string(list, MQTT_PROP_RESPONSE_TOPIC);
  publication.correlation_data = read_binary(list, MQTT_PROP_CORRELATION_DATA);
  for (const auto* at = list; at != nullptr; at = mosquitto_property_next(at)) {
    if (mosquitto_property_identifier(at) != MQTT_PROP_USER_PROPERTY) continue;
    char* name = nullptr;
    char* value = nullptr;
    mosquitto_property_read_string_pair(at, MQTT_PROP_USER_PROPERTY, &name, &value, false);
    const CString owned_name(name), owned_value(value);
    if (owned_name && owned_value)
      publication.user_properties.emplace_back(owned_name.get(), owned_value.get());
  }
  return publication;
}

}  // namespace wsrelay::mqtt
