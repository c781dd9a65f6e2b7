// A vector: one conversation between a server and a session, and everything that the session must
// tell and send on its way. Plain values; who runs them is runner.hpp, in words they stand in
// docs/conformance.md. Names that begin with a number are those of the case catalogue that
// WebSocket implementations are commonly measured by; the others are our own.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/message.hpp"
#include "base/time.hpp"
#include "ws/session.hpp"

namespace wsrelay::conformance {

/// One event in words. What an error says is compared loosely: an expected line names a part of it.
struct Line {
  std::string what;
  std::string saying = {};
};

/// What a session did. How events and frames interleave depends on how the bytes were cut, and may;
/// their order within each of the three does not.
struct Story {
  std::vector<Line> told;
  std::vector<std::string> messages;  // data frames that it sent
  std::vector<std::string> controls;  // Pings, Pongs and the Close that it sent
};

/// A piece of an expected story, and its name in the table. See beats.hpp.
struct Beat {
  std::string words;
  Story story;
};

struct ServerSends {
  std::string bytes;  // in the answer to an upgrade, "{accept}" is what must stand there
};
struct TimePasses {
  Duration span;
};
struct StreamEnds {};
struct WeSend {
  Message message;
};
struct WeSendPart {
  ws::Opcode opcode = ws::Opcode::Text;
  std::string payload = {};
  bool fin = true;
  bool possible = true;  // false: send_part() must refuse it
};
struct WePing {
  std::string payload;
};
struct WePong {
  std::string payload;
};
struct WeClose {
  std::uint16_t code = 1000;
  std::string reason = {};
};
/// What must have happened since the last Expect.
struct Expect {
  std::vector<Beat> beats;
};
using Step = std::variant<ServerSends, TimePasses, StreamEnds, WeSend, WeSendPart, WePing, WePong,
                          WeClose, Expect>;
using Script = std::vector<Step>;

/// 16 MiB and as many fragments as the catalogue's largest messages have.
inline ws::SessionSettings large_settings() {
  return {.host = "server.example", .max_message = 16 * 1024 * 1024, .max_frames = 100'000};
}

/// How the conversation begins, and what the application does with what it is told.
struct Opening {
  ws::SessionSettings settings = large_settings();
  std::string fields = {};  // further lines of the server's answer, each with its line end
  std::optional<ws::DeflateParameters> deflate = {};  // as the answer means it
  bool by_script = false;  // the answer to the upgrade is the script's affair
  bool echo = true;        // the application sends back whatever it receives
};

/// How often a large vector is run. A small one is cut at every byte.
struct Sampling {
  std::size_t cuts = 0;
  std::size_t chunkings = 0;
};

/// A function's answer, for what is no conversation: URLs, and the request that we send.
struct Question {
  std::string expected;
  std::function<std::string()> answer;
};

struct Vector {
  std::string name;
  Opening opening = {};
  std::function<Script()> script = {};
  std::optional<Question> question = {};
  std::string series = {};             // listed as one line with its neighbours of the same series
  std::string words = {};              // of the table; empty: those of its beats
  std::size_t pieces = 0;              // also run in pieces of this size
  std::optional<Sampling> sampling{};  // absent: every cut, twenty chunkings
};

struct Family {
  std::string name;      // a word
  std::string sections;  // of the catalogue; empty: it has none
  std::string about;
  std::vector<Vector> vectors;
};

/// The usual vector: the server sends `bytes` after the upgrade, and `beats` is all that happens.
inline Vector talk(std::string name, std::string bytes, std::vector<Beat> beats) {
  Vector vector{.name = std::move(name)};
  vector.script = [bytes = std::move(bytes), beats = std::move(beats)] {
    return Script{ServerSends{bytes}, Expect{beats}};
  };
  return vector;
}

inline Vector play(std::string name, Script script) {
  Vector vector{.name = std::move(name)};
  vector.script = [script = std::move(script)] { return script; };
  return vector;
}

inline Vector ask(std::string name, std::string expected, std::function<std::string()> answer) {
  Vector vector{.name = std::move(name)};
  vector.question = Question{std::move(expected), std::move(answer)};
  return vector;
}

/// The same conversation that begins otherwise.
inline Vector with(Opening opening, Vector vector) {
  vector.opening = std::move(opening);
  return vector;
}
inline Vector in_pieces_of(std::size_t size, Vector vector) {
  vector.pieces = size;
  return vector;
}
inline Vector in_words(std::string words, Vector vector) {
  vector.words = std::move(words);
  return vector;
}
inline std::vector<Vector> series(const std::string& title, std::vector<Vector> vectors) {
  for (Vector& vector : vectors) vector.series = title;
  return vectors;
}
inline void append(std::vector<Vector>& to, std::vector<Vector> more) {
  for (Vector& vector : more) to.push_back(std::move(vector));
}

}  // namespace wsrelay::conformance
