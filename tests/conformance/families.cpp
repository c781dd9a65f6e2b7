#include "conformance/families.hpp"

#include <initializer_list>

namespace wsrelay::conformance {
namespace {

std::vector<Vector> together(std::initializer_list<std::vector<Vector>> parts) {
  std::vector<Vector> all;
  for (const std::vector<Vector>& part : parts) append(all, part);
  return all;
}

}  // namespace

std::vector<Family> all_families() {
  return {
      {"Framing", "1", "frames of every length; lengths that lie, and masks", framing()},
      {"Pings", "2", "Pings and Pongs of both sides", pings()},
      {"ReservedBits", "3", "reserved bits without an extension", reserved_bits()},
      {"Opcodes", "4", "reserved opcodes", opcodes()},
      {"Fragmentation", "5", "messages in several frames, and what stands between",
       fragmentation()},
      {"Text", "6", "UTF-8, judged at the byte that decides", together({utf8(), utf8_sequences()})},
      {"Closing", "7", "the closing handshake, begun by either side", closing()},
      {"CloseCodes", "", "which codes and reasons may stand in a Close", close_codes()},
      {"Endings", "", "streams that end, and time that runs out", endings()},
      {"Limits", "", "what a server may not make us hold", limits()},
      {"Large", "9, 10", "large messages, small fragments, many messages",
       together({large_messages(), auto_fragmentation()})},
      {"Deflate", "12", "permessage-deflate as it comes", deflate()},
      {"Parameters", "13", "permessage-deflate with parameters of either side",
       deflate_parameters()},
      {"Streams", "", "compressed streams: the RFC's examples, bad ones, bombs; what we compress",
       together({deflate_streams(), deflate_sending()})},
      {"Negotiation", "", "answers to an offer of permessage-deflate", negotiation()},
      {"Handshake", "", "the answer that upgrades, field by field", handshake()},
      {"Heads", "", "the answer as HTTP/1.1: lines, syntax, limits", handshake_heads()},
      {"Refusals", "", "answers other than 101, interim answers, bodies", refusals()},
      {"Requests", "", "the request that we send", requests()},
      {"Urls", "", "ws: and wss: addresses, and what they become in the request", urls()},
      {"Parts", "", "messages told and sent in parts", parts()},
  };
}

}  // namespace wsrelay::conformance
