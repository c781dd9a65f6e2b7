// Messages in several frames, and what may stand between (RFC 6455 §5.4).
#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"

namespace wsrelay::conformance {
namespace {

using std::chrono::seconds;

// The same bytes in one go, one frame a write, and byte by byte: three cases of the catalogue.
std::vector<Vector> thrice(int number, std::string_view what, std::string_view bytes,
                           const std::function<Vector(std::string, std::string)>& make) {
  const auto name = [&](int offset, std::string_view how) {
    return fmt::format("5.{} {}, {}", number + offset, what, how);
  };
  return {make(name(0, "in one go"), std::string(bytes)),
          make(name(1, "one frame a write"), std::string(bytes)),
          in_pieces_of(1, make(name(2, "byte by byte"), std::string(bytes)))};
}

std::vector<Vector> catalogue_to_14() {
  std::vector<Vector> all = {
      fails_at("5.1 ping in two fragments", frame(kPing, "a", false) + last("b"), 2, 1002),
      fails_at("5.2 pong in two fragments", frame(kPong, "a", false) + last("b"), 2, 1002),
  };
  const auto echoed = [](std::string name, std::string bytes) {
    return talk(std::move(name), std::move(bytes), {echo("fragment1fragment2")});
  };
  append(all,
         thrice(3, "text in two fragments", fragment("fragment1") + last("fragment2"), echoed));
  const auto pong_first = [](std::string name, std::string bytes) {
    const std::size_t to_ping = fragment("fragment1").size() + ping("between").size();
    return play(std::move(name),
                {ServerSends{bytes.substr(0, to_ping)}, Expect{{answer_ping("between")}},
                 ServerSends{bytes.substr(to_ping)}, Expect{{echo("fragment1fragment2")}}});
  };
  append(all, thrice(6, "text in two fragments, a ping between",
                     fragment("fragment1") + ping("between") + last("fragment2"), pong_first));
  const auto orphan = [](std::string name, std::string bytes) {
    return fails_at(std::move(name), bytes, 2, 1002);
  };
  append(all, thrice(9, "continuation of nothing with FIN, then text",
                     last("orphan") + text("text"), orphan));
  append(all, thrice(12, "continuation of nothing without FIN, then text",
                     more("orphan") + text("text"), orphan));
  return all;
}

std::vector<Vector> catalogue_from_15() {
  const std::string whole = fragment("fragment1") + last("fragment2");
  const auto five_with_pings = [](std::string name) {
    return play(std::move(name),
                {ServerSends{fragment("fragment1") + more("fragment2") + ping("1")},
                 Expect{{answer_ping("1")}}, TimePasses{seconds(1)},
                 ServerSends{more("fragment3") + more("fragment4") + ping("2")},
                 Expect{{answer_ping("2")}}, ServerSends{last("fragment5")},
                 Expect{{echo("fragment1fragment2fragment3fragment4fragment5")}}});
  };
  return {
      fails_at("5.15 text in two fragments, continuation of nothing, text",
               whole + more("fragment3") + text("fragment4"), whole.size() + 2, 1002,
               {echo("fragment1fragment2")}),
      fails_at("5.16 twice: continuation of nothing without FIN, text in two fragments",
               repeated(more("fragment1") + fragment("fragment2") + last("fragment3"), 2), 2, 1002),
      fails_at("5.17 twice: continuation of nothing with FIN, text in two fragments",
               repeated(last("fragment1") + fragment("fragment2") + last("fragment3"), 2), 2, 1002),
      fails_at("5.18 text inside a text", fragment("fragment1") + text("fragment2"),
               fragment("fragment1").size() + 2, 1002),
      five_with_pings("5.19 text in five fragments, a ping, a pause, a ping"),
      in_pieces_of(1, five_with_pings("5.20 the same, one frame a write")),
  };
}

std::vector<Vector> of_our_own() {
  const std::string empty_then = fragment("") + more("") + last("");
  return {
      talk("binary in two fragments", frame(kBinary, "\x01", false) + last("\x02"),
           {echo_binary("\x01\x02")}),
      talk("three fragments of one byte", fragment("a") + more("b") + last("c"), {echo("abc")}),
      talk("an empty first fragment", fragment("") + last("b"), {echo("b")}),
      talk("an empty last fragment", fragment("a") + last(""), {echo("a")}),
      talk("three empty fragments", empty_then, {echo("")}),
      talk("two messages in fragments", fragment("a") + last("b") + fragment("c") + last("d"),
           {echo("ab"), echo("cd")}),
      talk("fragments, then a whole message", fragment("a") + last("b") + text("c"),
           {echo("ab"), echo("c")}),
      talk("a text in fragments, then a binary in fragments",
           fragment("a") + last("b") + frame(kBinary, "c", false) + last("d"),
           {echo("ab"), echo_binary("cd")}),
      talk("a pong between fragments", fragment("a") + pong("p") + last("b"),
           {hear_pong("p"), echo("ab")}),
      talk("pings between all of five fragments",
           fragment("a") + ping("1") + more("b") + ping("2") + more("c") + ping("3") + more("d") +
               ping("4") + last("e"),
           {answer_ping("1"), answer_ping("2"), answer_ping("3"), answer_ping("4"), echo("abcde")}),
      talk("fragments of each length form",
           fragment("a") + more(std::string(200, 'b')) + last(std::string(2000, 'c')),
           {echo("a" + std::string(200, 'b') + std::string(2000, 'c'))}),
      talk("a fragmented message as large as one of 64-bit length",
           in_fragments(kBinary, std::string(65600, 'x'), 65599, false),
           {echo_binary(std::string(65600, 'x'))}),
      fails_at("binary inside a text", fragment("a") + binary("b"), 5, 1002),
      fails_at("text inside a binary", frame(kBinary, "a", false) + text("b"), 5, 1002),
      fails_at("binary inside a binary", frame(kBinary, "a", false) + binary("b"), 5, 1002),
      fails_at("a first fragment after a first fragment", fragment("a") + fragment("b"), 5, 1002),
      fails_at("a first fragment after two fragments", fragment("a") + more("b") + fragment("c"), 8,
               1002),
      fails_at("text inside an empty first fragment's message", fragment("") + text("a"), 4, 1002),
      fails_at("continuation after the end of a message", fragment("a") + last("b") + last("c"), 8,
               1002, {echo("ab")}),
      fails_at("continuation after a whole message", text("a") + last("b"), 5, 1002, {echo("a")}),
      fails_at("empty continuation of nothing", last(""), 2, 1002),
      fails_at("continuation of nothing after a ping", ping("p") + last("a"), 5, 1002,
               {answer_ping("p")}),
      fails_at("a continuation that a pong does not begin", pong("p") + more("a"), 5, 1002,
               {hear_pong("p")}),
      fails_at("Close without FIN", frame(kClose, hex("03e8"), false) + last(""), 2, 1002),
      fails_at("empty ping without FIN", frame(kPing, "", false), 2, 1002),
      fails_at("ping without FIN inside a message", fragment("a") + frame(kPing, "b", false), 5,
               1002),
  };
}

}  // namespace

std::vector<Vector> fragmentation() {
  std::vector<Vector> all = catalogue_to_14();
  append(all, catalogue_from_15());
  append(all, of_our_own());
  return all;
}

}  // namespace wsrelay::conformance
