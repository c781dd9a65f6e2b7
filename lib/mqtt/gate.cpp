#include "mqtt/gate.hpp"

#include <array>

namespace wsrelay::mqtt {
namespace {

// MQTT 5.0 §2.1.2: the types that carry properties to a client.
enum Type : std::uint8_t {
  kConnack = 2,
  kPublish = 3,
  kPuback = 4,
  kPubrec = 5,
  kPubrel = 6,
  kPubcomp = 7,
  kSuback = 9,
  kUnsuback = 11,
  kDisconnect = 14,
  kAuth = 15,
};

constexpr std::uint32_t kSubscriptionIdentifier = 11;

/// §2.2.2.2: the shape of a property's value.
enum class Shape : std::uint8_t { Unknown, Byte, Two, Four, Varint, String, Pair };

Shape shape_of(std::uint32_t identifier) {
  switch (identifier) {
    case 1:
    case 23:
    case 25:
    case 36:
    case 37:
    case 40:
    case 41:
    case 42:
      return Shape::Byte;
    case 19:
    case 33:
    case 34:
    case 35:
      return Shape::Two;
    case 2:
    case 17:
    case 24:
    case 39:
      return Shape::Four;
    case kSubscriptionIdentifier:
      return Shape::Varint;
    case 3:
    case 8:
    case 9:
    case 18:
    case 21:
    case 22:
    case 26:
    case 28:
    case 31:
      return Shape::String;
    case 38:
      return Shape::Pair;
    default:
      return Shape::Unknown;
  }
}

bool skip(BytesView& bytes, std::size_t count) {
  if (bytes.size() < count) return false;
  bytes = bytes.subspan(count);
  return true;
}

bool skip_string(BytesView& bytes) {
  if (bytes.size() < 2) return false;
  const auto size =
      std::to_integer<std::size_t>(bytes[0]) << 8 | std::to_integer<std::size_t>(bytes[1]);
  return skip(bytes, 2 + size);
}

bool skip_value(Shape shape, BytesView& bytes) {
  switch (shape) {
    case Shape::Byte:
      return skip(bytes, 1);
    case Shape::Two:
      return skip(bytes, 2);
    case Shape::Four:
      return skip(bytes, 4);
    case Shape::Varint:
      return take_varint(bytes).has_value();
    case Shape::String:
      return skip_string(bytes);
    case Shape::Pair:
      return skip_string(bytes) && skip_string(bytes);
    case Shape::Unknown:
      break;
  }
  return false;
}

void add_varint(Bytes& out, std::size_t value) {
  do {
    const auto low = static_cast<std::uint8_t>(value % 128);
    value /= 128;
    out.push_back(std::byte{low} | (value > 0 ? std::byte{0x80} : std::byte{}));
  } while (value > 0);
}

/// Takes what stands before the properties off the front; false if there are none to look at.
Result<bool> reach_properties(std::uint8_t first, BytesView& body) {
  const auto malformed = fail(Fault::Protocol, "the broker sent a malformed packet");
  switch (first >> 4) {
    case kConnack:
      if (!skip(body, 2)) return malformed;
      return !body.empty();
    case kPublish:
      if (!skip_string(body) || ((first & 0x06) != 0 && !skip(body, 2))) return malformed;
      return true;
    case kPuback:
    case kPubrec:
    case kPubrel:
    case kPubcomp:
      if (body.size() <= 3) return false;  // §3.4.2.1: without a reason or without properties
      return skip(body, 3);
    case kSuback:
    case kUnsuback:
      if (!skip(body, 2)) return malformed;
      return true;
    case kDisconnect:
    case kAuth:
      if (body.size() <= 1) return false;  // §3.14.2.2.1
      return skip(body, 1);
    default:
      return false;
  }
}

bool is_acknowledgement(std::uint8_t first) {
  return first >> 4 >= kPuback && first >> 4 <= kPubcomp;
}

/// The packet with `properties` in place of its own.
Bytes rebuilt(BytesView packet, BytesView head, const Bytes& properties, BytesView rest) {
  Bytes block;
  add_varint(block, properties.size());
  Bytes out{packet.front()};
  add_varint(out, head.size() + block.size() + properties.size() + rest.size());
  for (const BytesView part : {head, BytesView(block), BytesView(properties), rest})
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

struct Property {
  std::uint32_t identifier;
  std::uint32_t number;  // of a Variable Byte Integer
  BytesView bytes;       // the whole of it
};

/// False if one is unknown or cut short.
template <class Tell>
bool each_property(BytesView list, Tell tell) {
  while (!list.empty()) {
    const BytesView start = list;
    const auto identifier = take_varint(list);
    const Shape shape = identifier ? shape_of(*identifier) : Shape::Unknown;
    BytesView value = list;
    if (!skip_value(shape, list)) return false;
    const auto number = shape == Shape::Varint ? take_varint(value).value_or(0) : 0;
    tell(Property{*identifier, number, start.first(start.size() - list.size())});
  }
  return true;
}

/// MQTT 3.1.1 §3.2.2.3 in the words of MQTT 5.0 §3.2.2.2. Even an acceptance means: not in MQTT 5.
std::uint8_t modern_code(std::byte old) {
  switch (std::to_integer<int>(old)) {
    case 2:
      return 0x85;
    case 3:
      return 0x88;
    case 4:
      return 0x86;
    case 5:
      return 0x87;
    default:
      return 0x84;
  }
}

}  // namespace

std::optional<std::uint32_t> take_varint(BytesView& bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4 && i < bytes.size(); ++i) {
    const auto part = std::to_integer<std::uint32_t>(bytes[i]);
    value |= (part & 0x7F) << (7 * i);
    if ((part & 0x80) != 0) continue;
    bytes = bytes.subspan(i + 1);
    return value;
  }
  return std::nullopt;
}

Result<Admission> admit(BytesView packet) {
  const auto first = std::to_integer<std::uint8_t>(packet.front());
  BytesView rest = packet.subspan(1);
  if (!take_varint(rest)) return fail(Fault::Protocol, "the broker sent a malformed packet");
  const BytesView body = rest;
  if (first >> 4 == kConnack && body.size() == 2) {
    const std::byte code{modern_code(body[1])};
    return Admission{.identifiers = {},
                     .rewritten = Bytes{packet[0], std::byte{3}, body[0], code, std::byte{0}}};
  }
  const auto reached = reach_properties(first, rest);
  if (!reached) return tl::unexpected(reached.error());
  Admission admission;
  if (!*reached) return admission;
  const BytesView head = body.first(body.size() - rest.size());
  const auto size = take_varint(rest);
  if (!size || *size > rest.size())
    return fail(Fault::Protocol, "the broker sent properties that are cut short");

  const BytesView properties = rest.first(*size);
  const auto names_filter = [&](const Property& property) {
    return property.identifier == kSubscriptionIdentifier && first >> 4 == kPublish;
  };
  const bool whole = each_property(properties, [&](const Property& property) {
    if (names_filter(property)) admission.identifiers.push_back(property.number);
  });
  if (!whole)
    return fail(Fault::Protocol, "the broker sent a property that is unknown or cut short");
  if (is_acknowledgement(first) && !properties.empty())
    admission.rewritten = rebuilt(packet, head, {}, {});
  if (admission.identifiers.size() < 2) return admission;

  Bytes kept;  // all but the second identifier and those behind it
  std::size_t seen = 0;
  each_property(properties, [&](const Property& property) {
    if (names_filter(property) && seen++ > 0) return;
    kept.insert(kept.end(), property.bytes.begin(), property.bytes.end());
  });
  admission.rewritten = rebuilt(packet, head, kept, rest.subspan(*size));
  return admission;
}

}  // namespace wsrelay::mqtt
