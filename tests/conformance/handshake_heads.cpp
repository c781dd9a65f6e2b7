// The answer as HTTP/1.1 (RFC 9112): its status line, its lines, its limits. What a lenient reader
// would let through is where requests are smuggled; here it is refused.
#include <fmt/format.h>

#include "conformance/answer.hpp"
#include "conformance/beats.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"

namespace wsrelay::conformance {
namespace {

Vector answered(std::string name, const std::string& bytes, std::vector<Beat> beats) {
  Opening opening;
  opening.by_script = true;
  return with(opening, talk(std::move(name), bytes, std::move(beats)));
}
Vector accepted(std::string name, const std::vector<std::string>& changes) {
  return answered(std::move(name), accepting(changes), {opened()});
}
Vector refused(std::string name, const std::string& bytes, std::string_view saying) {
  return answered(std::move(name), bytes, {refused_for(saying)});
}

// A good answer with this in place of its status line.
std::string status(std::string_view line) {
  std::string text = accepting();
  return text.replace(0, text.find("\r\n"), line);
}
// A good answer with these bytes before its last, empty line.
std::string with_line(std::string_view bytes) {
  std::string text = accepting();
  return text.insert(text.size() - 2, bytes);
}

std::vector<Vector> status_lines() {
  std::vector<Vector> all = {
      accepted("no reason phrase, and no space", {"HTTP/1.1 101"}),
      accepted("no reason phrase", {"HTTP/1.1 101 "}),
      accepted("another reason phrase", {"HTTP/1.1 101 Web Socket Protocol Handshake"}),
      accepted("a reason phrase of 8000 bytes", {"HTTP/1.1 101 " + std::string(8000, 'r')}),
      accepted("a reason phrase in Latin-1", {"HTTP/1.1 101 \xC4ndern"}),
      accepted("a tab in the reason phrase", {"HTTP/1.1 101 a\tb"}),
      accepted("a later minor version", {"HTTP/1.2 101 OK"}),
      refused("HTTP/1.0", status("HTTP/1.0 101 Switching Protocols"), "HTTP/1.0"),
  };
  for (const std::string line :
       {"HTTP/2 101 OK", "HTTP/2.0 101 OK", "HTTP/0.9 101 OK", "http/1.1 101 OK", "HTTP 1.1 101 OK",
        " HTTP/1.1 101 OK", "HTTPS/1.1 101 OK", "ICY 101 OK", "101 OK", "SSH-2.0-OpenSSH_9.2",
        "220 smtp.example ESMTP", "<html>", "GET / HTTP/1.1", "RTSP/1.0 200 OK"})
    all.push_back(
        refused(fmt::format("status line: {}", line), status(line), "does not begin with HTTP/1"));
  for (const std::string line :
       {"HTTP/1.1",          "HTTP/1.1 ",        "HTTP/1.1 1",       "HTTP/1.1 10",
        "HTTP/1.1 1010 OK",  "HTTP/1.1 101OK",   "HTTP/1.1 1o1 OK",  "HTTP/1.1  101 OK",
        "HTTP/1.1\t101 OK",  "HTTP/1.1 101\tOK", "HTTP/1.10 101 OK", "HTTP/1. 101 OK",
        "HTTP/1.1.1 101 OK", "HTTP/1.x 101 OK",  "HTTP/1.1 -101 OK", "HTTP/1.1 +101 OK",
        "HTTP/1.1 0101 OK",  "HTTP/1.1 099 OK",  "HTTP/1.1 000 OK",  "HTTP/1.1 OK 101",
        "HTTP/1.1 0x65 OK"})
    all.push_back(
        refused(fmt::format("status line: {}", line), status(line), "malformed status line"));
  return all;
}

std::vector<Vector> other_protocols() {
  const std::string kNoHttp = "does not begin with HTTP/1";
  return {
      refused("an alert of TLS", hex("15 03 01 00 02 02 46"), kNoHttp),
      refused("a preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", kNoHttp),
      refused("a settings frame of HTTP/2", hex("000000 04 00 00000000"), kNoHttp),
      refused("a WebSocket frame instead of an answer", text("hello"), kNoHttp),
      refused("one byte that is not H", "X", kNoHttp),
      refused("an empty line first", "\r\n" + accepting(), kNoHttp),
      refused("a bare line end first", "\n" + accepting(), kNoHttp),
      refused("a byte order mark first", "\xEF\xBB\xBF" + accepting(), kNoHttp),
      refused("a NUL first", std::string(1, '\0') + accepting(), kNoHttp),
      refused("noise", hex("8f3a00ffee1234567890abcdef"), kNoHttp),
      refused("two letters of a good answer, then another", "HTXP/1.1 101 OK\r\n\r\n", kNoHttp),
  };
}

std::vector<Vector> line_ends() {
  const std::string kNoCr = "line ends without CR", kControl = "control character";
  std::string lf_only = accepting();
  for (std::size_t at = 0; (at = lf_only.find('\r')) != std::string::npos;) lf_only.erase(at, 1);
  std::string cr_only = accepting();
  for (std::size_t at = 0; (at = cr_only.find('\n')) != std::string::npos;) cr_only.erase(at, 1);
  std::string last_lf = accepting();
  last_lf.erase(last_lf.size() - 2, 1);
  return {
      refused("lines that end in LF alone", lf_only, kNoCr),
      refused("LF alone after the status line", status("HTTP/1.1 101 OK\nX: y"), kNoCr),
      refused("LF alone after a field", with_line("X: y\n"), kNoCr),
      refused("LF alone at the end of the head", last_lf, kNoCr),
      refused("CR CR LF", with_line("X: y\r\r\n"), kControl),
      refused("CR alone inside a line", with_line("X: a\rY: b\r\n"), kControl),
      refused("CR alone at a line's end", with_line("X: y\r \r\n"), kControl),
      refused("lines that end in CR alone, but the last", cr_only + "\n", kControl),
  };
}

std::vector<Vector> field_lines() {
  const std::string kControl = "control character", kName = "malformed header name";
  std::vector<Vector> all = {
      accepted("a field with no value", {"X:"}),
      accepted("a field with blanks for a value", {"X:  \t "}),
      accepted("a value with colons", {"X: a:b::c"}),
      accepted("a value in UTF-8", {"X: gr\xC3\xBC\xC3\x9F"}),
      accepted("a value in Latin-1", {"X: gr\xFC\xDF"}),
      accepted("a value with a tab inside", {"X: a\tb"}),
      accepted("a name with every punctuation of tokens", {"!#$%&'*+-.^_`|~9: v"}),
      accepted("a name of one letter", {"a: v"}),
      accepted("a name of 200 letters", {std::string(200, 'n') + ": v"}),
      refused("a folded line", with_line("X: a\r\n b\r\n"), "folded"),
      refused("a line folded with a tab", with_line("X: a\r\n\tb\r\n"), "folded"),
      refused("an empty folded line", with_line("X: a\r\n \r\n"), "folded"),
      refused("a folded line after the status line", status("HTTP/1.1 101 OK\r\n X: y"), "folded"),
      refused("an Accept that is folded", accepting({"=Sec-WebSocket-Accept: \r\n {accept}"}),
              "folded"),
      refused("a line without a colon", with_line("no colon here\r\n"), "without a colon"),
      refused("a line that is one word", with_line("word\r\n"), "without a colon"),
      refused("no name", with_line(": v\r\n"), kName),
      refused("a space before the colon", with_line("X : v\r\n"), kName),
      refused("a tab before the colon", with_line("X\t: v\r\n"), kName),
      refused("a space inside a name", with_line("X Y: v\r\n"), kName),
      refused("an Upgrade with a space before its colon",
              accepting({"-Upgrade", "Upgrade : websocket"}), kName),
      refused("a name in Latin-1", with_line("N\xE4me: v\r\n"), kName),
  };
  for (const char c : std::string_view("()<>@,;\\\"/[]?={}"))
    all.push_back(
        refused(fmt::format("a name with {}", c), with_line(fmt::format("X{}Y: v\r\n", c)), kName));
  for (const int c : {0x00, 0x01, 0x07, 0x08, 0x0B, 0x0C, 0x1B, 0x1F, 0x7F})
    all.push_back(refused(fmt::format("a value with the control character {:02X}", c),
                          with_line("X: a" + std::string(1, static_cast<char>(c)) + "b\r\n"),
                          kControl));
  all.push_back(refused("a name with a NUL", with_line(std::string("X\0Y: v\r\n", 8)), kControl));
  all.push_back(
      refused("a reason phrase with an escape", status("HTTP/1.1 101 \x1B[31m"), kControl));
  return all;
}

// 16 KiB in all, 8 KiB a line, 128 fields; the answer itself has three.
std::vector<Vector> limits_of_heads() {
  const std::size_t plain = accepting().size() - std::string_view("{accept}").size() + 28;
  const auto padded_to = [&](std::size_t size) {
    std::string lines;
    std::size_t left = size - plain;
    for (; left > 2000; left -= 1000) lines += "X: " + std::string(995, 'x') + "\r\n";
    return with_line(lines + "Y: " + std::string(left - 5, 'y') + "\r\n");
  };
  const auto fields = [](std::size_t count) { return with_line(repeated("X: y\r\n", count)); };
  const auto line = [](std::size_t size) {
    return with_line("X: " + std::string(size - 3, 'x') + "\r\n");
  };
  return {
      answered("128 fields", fields(125), {opened()}),
      refused("129 fields", fields(126), "more than 128 header fields"),
      refused("endless fields", fields(2000), "more than 128 header fields"),
      answered("a line of 8 KiB", line(8192), {opened()}),
      refused("a line of 8 KiB and a byte", line(8193), "line longer than 8 KiB"),
      refused("an endless line", "HTTP/1.1 101 OK\r\nX: " + std::string(50'000, 'x'),
              "line longer than 8 KiB"),
      refused("an endless reason phrase", "HTTP/1.1 101 " + std::string(50'000, 'x'),
              "line longer than 8 KiB"),
      answered("a head of 16 KiB", padded_to(16384), {opened()}),
      refused("a head of 16 KiB and a byte", padded_to(16385), "head longer than 16 KiB"),
      refused("an endless head",
              "HTTP/1.1 101 OK\r\n" + repeated("X: " + std::string(1000, 'x') + "\r\n", 20),
              "head longer than 16 KiB"),
      answered("a head of 16 KiB and a frame glued to it", padded_to(16384) + text("now"),
               {opened(), echo("now")}),
  };
}

}  // namespace

std::vector<Vector> handshake_heads() {
  std::vector<Vector> all = status_lines();
  append(all, other_protocols());
  append(all, line_ends());
  append(all, field_lines());
  append(all, limits_of_heads());
  return all;
}

}  // namespace wsrelay::conformance
