// Opcodes that mean nothing (RFC 6455 §5.2): "If an unknown opcode is received, the receiving
// endpoint MUST _Fail the WebSocket Connection_."
#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"

namespace wsrelay::conformance {
namespace {

// Sections 4.1 (data opcodes from 3) and 4.2 (control opcodes from 11) are built alike.
std::vector<Vector> of_the_catalogue() {
  std::vector<Vector> all;
  for (const auto& [section, from] : {std::pair{1, 3U}, std::pair{2, 11U}}) {
    int number = 0;
    const auto name = [&, part = section](unsigned opcode, std::string_view how) {
      return fmt::format("4.{}.{} {}", part, ++number, fmt::format(fmt::runtime(how), opcode));
    };
    const std::string good = text("good");
    const auto after_good = [&](unsigned opcode, std::string_view payload) {
      return good + frame(opcode, payload) + ping("p");
    };
    const std::string payload = "reserved opcode payload";
    const std::size_t decisive = good.size() + 2;
    all.push_back(fails_at(name(from, "opcode {}, empty"), frame(from, ""), 2, 1002));
    all.push_back(
        fails_at(name(from + 1, "opcode {} with payload"), frame(from + 1, payload), 2, 1002));
    all.push_back(fails_at(name(from + 2, "text; opcode {}, empty; ping"), after_good(from + 2, ""),
                           decisive, 1002, {echo("good")}));
    all.push_back(fails_at(name(from + 3, "text; opcode {} with payload; ping"),
                           after_good(from + 3, payload), decisive, 1002, {echo("good")}));
    all.push_back(
        in_pieces_of(1, fails_at(name(from + 4, "text; opcode {} with payload; ping, byte by byte"),
                                 after_good(from + 4, payload), decisive, 1002, {echo("good")})));
  }
  return all;
}

std::vector<Vector> elsewhere() {
  std::vector<Vector> all;
  for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
    all.push_back(
        fails_at(fmt::format("opcode {} without FIN", opcode), frame(opcode, "x", false), 2, 1002));
    all.push_back(fails_at(fmt::format("opcode {} inside a message", opcode),
                           fragment("a") + frame(opcode, "x") + last("b"), 5, 1002));
    all.push_back(fails_at(fmt::format("opcode {} of 200 bytes", opcode),
                           frame(opcode, std::string(200, 'x')), 2, 1002));
    all.push_back(
        fails_at(fmt::format("opcode {}, masked", opcode), masked(frame(opcode, "x")), 2, 1002));
  }
  return series("reserved opcodes in other places", std::move(all));
}

}  // namespace

std::vector<Vector> opcodes() {
  std::vector<Vector> all = of_the_catalogue();
  append(all, elsewhere());
  return all;
}

}  // namespace wsrelay::conformance
