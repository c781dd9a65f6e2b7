// Reserved bits without an extension that gives them a meaning (RFC 6455 §5.2). What permessage-
// deflate makes of RSV1 is among the deflate streams.
#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"

namespace wsrelay::conformance {
namespace {

std::vector<Vector> of_the_catalogue() {
  const auto good_then = [](unsigned rsv) {
    return text("good") + frame(kText, "bad", true, rsv) + ping("p");
  };
  const std::size_t decisive = text("good").size() + 2;
  return {
      fails_at("3.1 text with RSV 1", frame(kText, "bad", true, 1), 2, 1002),
      fails_at("3.2 text; text with RSV 2; ping", good_then(2), decisive, 1002, {echo("good")}),
      fails_at("3.3 text; text with RSV 3; ping, one frame a write", good_then(3), decisive, 1002,
               {echo("good")}),
      in_pieces_of(1, fails_at("3.4 text; text with RSV 4; ping, byte by byte", good_then(4),
                               decisive, 1002, {echo("good")})),
      fails_at("3.5 binary with RSV 5", frame(kBinary, "\xFE", true, 5), 2, 1002),
      fails_at("3.6 binary with RSV 6", frame(kBinary, "\xFE", true, 6), 2, 1002),
      fails_at("3.7 Close with RSV 7", frame(kClose, "", true, 7), 2, 1002),
  };
}

struct Opcode {
  unsigned number;
  std::string_view name;
};
constexpr Opcode kOpcodes[] = {{kText, "text"}, {kBinary, "binary"}, {kClose, "Close"},
                               {kPing, "ping"}, {kPong, "pong"},     {kContinuation, "orphan"}};

std::vector<Vector> on_every_opcode() {
  std::vector<Vector> all;
  for (const auto& [opcode, name] : kOpcodes)
    for (unsigned rsv = 1; rsv <= 7; ++rsv)
      all.push_back(fails_at(fmt::format("{} with RSV {} and payload", name, rsv),
                             frame(opcode, "\x03\xE8", true, rsv), 2, 1002));
  for (unsigned rsv = 1; rsv <= 7; ++rsv) {
    all.push_back(fails_at(fmt::format("first fragment with RSV {}", rsv),
                           frame(kText, "a", false, rsv), 2, 1002));
    all.push_back(fails_at(fmt::format("continuation with RSV {}", rsv),
                           fragment("a") + frame(kContinuation, "b", true, rsv), 5, 1002));
  }
  return series("every reserved bit on every kind of frame", std::move(all));
}

}  // namespace

std::vector<Vector> reserved_bits() {
  std::vector<Vector> all = of_the_catalogue();
  append(all, on_every_opcode());
  return all;
}

}  // namespace wsrelay::conformance
