// Publications in libmosquitto's terms: property lists to send, property lists received
// (MQTT 5.0 §3.3.2.3). A list is owned and freed once.
#pragma once

#include <cstdint>
#include <vector>

#include <mosquitto.h>

#include "base/publication.hpp"

namespace wsrelay::mqtt {

class Properties {
 public:
  Properties() = default;
  Properties(const Properties&) = delete;
  Properties& operator=(const Properties&) = delete;
  ~Properties() { mosquitto_property_free_all(&list_); }

  void add_byte(int identifier, std::uint8_t value);
  void add_int16(int identifier, std::uint16_t value);
  void add_int32(int identifier, std::uint32_t value);
  void add_varint(int identifier, std::uint32_t value);
  void add(const Publication& publication);
  const mosquitto_property* get() const { return list_; }

 private:
  mosquitto_property* list_ = nullptr;
};

/// May it leave as it stands? Topic and text properties are UTF-8 without NUL and fit 16 bits.
bool is_publishable(const Publication& publication);
/// An upper bound of the PUBLISH packet's size in bytes.
std::size_t packet_bound(const Publication& publication, int protocol);

/// The identifiers of the subscriptions that a PUBLISH came for.
std::vector<std::uint32_t> subscription_identifiers(const mosquitto_property* list);
Publication publication_of(const mosquitto_message& message, const mosquitto_property* list);

}  // namespace wsrelay::mqtt
