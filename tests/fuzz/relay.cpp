// The relay fed from both sides at once. Beyond "no sanitizer report":
//   the packet boundaries equal a slow reference, whatever the split;
//   a 3.1.1 relay hands the library exactly the bytes of the packets before the first violation;
//   what the library wrote leaves whole, PUBACKs only after their acknowledgement;
//   after an error there are only errors; memory stays within what was fed.
#include "mqtt/relay.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mqtt/reasons.hpp"

using namespace wsrelay;
using namespace wsrelay::mqtt;

namespace {

constexpr std::size_t kLimit = 4096;

void require(bool claim) {
  if (!claim) std::abort();
}

struct Reference {
  std::size_t whole = 0;  // bytes of complete packets
  std::size_t packets = 0;
  bool violation = false;
};

// One byte at a time, nothing kept.
Reference cut(std::string_view wire) {
  Reference out;
  while (out.whole < wire.size()) {
    std::size_t at = out.whole + 1, length = 0, scale = 1;
    bool complete = false;
    for (int i = 0; i < 4 && at < wire.size() && !complete; ++i, scale *= 128) {
      const auto byte = static_cast<unsigned char>(wire[at++]);
      length += (byte & 0x7FU) * scale;
      complete = (byte & 0x80) == 0;
    }
    if (!complete) {
      out.violation = at - out.whole == 5;
      return out;
    }
    if (at - out.whole + length > kLimit) {
      out.violation = true;
      return out;
    }
    if (at + length > wire.size()) return out;
    out.whole = at + length;
    ++out.packets;
  }
  return out;
}

bool feed(Relay& relay, std::string_view wire, std::size_t piece) {
  bool good = true;
  for (std::size_t at = 0; at < wire.size(); at += piece) {
    const bool now = relay.from_broker(as_bytes(wire.substr(at, piece))).has_value();
    require(good || !now);
    good = good && now;
  }
  return good;
}

void from_the_broker(std::string_view wire, std::size_t piece) {
  const Reference expected = cut(wire);
  Relay old(kLimit, kMqtt311);
  require(feed(old, wire, piece) == !expected.violation);
  require(old.packets_from_broker() == expected.packets);
  require(wire.starts_with(as_text(old.to_library())));
  require(old.to_library().size() >= expected.whole);

  Relay gated(kLimit, kMqtt5), whole(kLimit, kMqtt5);
  feed(gated, wire, piece);
  feed(whole, wire, std::max<std::size_t>(wire.size(), 1));
  require(as_text(gated.to_library()) == as_text(whole.to_library()));
  // An old broker's CONNACK gets the one byte that MQTT 5 has more.
  require(gated.to_library().size() <= expected.whole + expected.packets);
}

void from_the_library(std::string_view wire, std::size_t piece) {
  Relay relay(kLimit, kMqtt5);
  std::size_t taken = 0;
  for (std::size_t at = 0; at < wire.size(); at += piece) {
    // Every arrival is told before the library could have written its PUBACK.
    relay.acknowledge(relay.arrived(static_cast<std::uint16_t>(at % 3 + 1)));
    if (!relay.from_library(as_bytes(wire.substr(at, piece)))) return;
    const std::size_t some = relay.to_broker().size() / 2;
    taken += some;
    relay.to_broker_taken(some);
    require(taken + relay.to_broker().size() <= wire.size());
    require(relay.qos0_written() <= relay.packets_from_library());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t piece = data[0] % 32 + 1;
  const std::string wire(reinterpret_cast<const char*>(data + 1), size - 1);
  from_the_broker(wire, piece);
  from_the_library(wire, piece);
  return 0;
}
