// The types of single values: how each is written, what it may be, and how it describes itself.
// See field.hpp for the two calls. Ranges are inclusive.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "base/url.hpp"
#include "config/document.hpp"
#include "config/objection.hpp"
#include "config/outline.hpp"
#include "config/reading.hpp"

namespace wsrelay::config {

/// The text of a single value, or null after saying what is wrong. `words`: what should stand
/// there.
const std::string* scalar(const Node& node, std::string_view words, Reading& reading);
/// As it would be written in YAML, quoted where it has to be.
std::string yaml_text(std::string_view text);
/// For messages: quoted, and cut where it is long.
std::string in_quotes(std::string_view text);
/// {"type":"string","enum":[…]}
std::string enum_schema(const std::vector<std::string_view>& words);

using Check = std::optional<Objection> (*)(std::string_view);

struct Text {
  std::string_view words;
  Check check;

  void read(const Node& node, std::string& value, Reading& reading) const;
  Outline outline(const std::string& initial) const;
};

/// A text for which the default is no substitute: where it is refused, nothing stays.
struct Topic {
  std::string_view words;
  Check check;

  void read(const Node& node, std::string& value, Reading& reading) const {
    value.clear();
    Text{words, check}.read(node, value, reading);
  }
  Outline outline(const std::string& initial) const { return Text{words, check}.outline(initial); }
};

/// Each once, each checked.
struct Texts {
  std::string_view words;  // of one
  Check check;

  void read(const Node& node, std::vector<std::string>& value, Reading& reading) const;
  Outline outline(const std::vector<std::string>& initial) const;
};

struct Flag {
  void read(const Node& node, bool& value, Reading& reading) const;
  Outline outline(bool initial) const;
};

struct Number {
  std::size_t least;
  std::size_t most;

  void read(const Node& node, std::size_t& value, Reading& reading) const;
  void read(const Node& node, std::uint8_t& value, Reading& reading) const;  // most: 255
  Outline outline(std::size_t initial) const;
};

/// A number of bytes: "1MiB".
struct Size {
  std::size_t least;
  std::size_t most;

  void read(const Node& node, std::size_t& value, Reading& reading) const;
  Outline outline(std::size_t initial) const;
};

/// A time span: "1m30s".
struct Span {
  Duration least;
  Duration most;
  bool or_zero = false;                 // 0s switches it off
  bool or_none = false;                 // `none`: Duration::max()
  Duration step = Duration(1'000'000);  // MQTT counts whole seconds

  void read(const Node& node, Duration& value, Reading& reading) const;
  Outline outline(Duration initial) const;

 private:
  std::string words() const;
};

/// A time span that need not be said.
struct OptionalSpan {
  Span span;

  void read(const Node& node, std::optional<Duration>& value, Reading& reading) const;
  Outline outline(const std::optional<Duration>& initial) const;
};

/// MQTT's quality of service; 2 is refused with its reason.
struct Qos {
  void read(const Node& node, std::uint8_t& value, Reading& reading) const;
  Outline outline(std::uint8_t initial) const;
};

struct Address {
  enum class Of : std::uint8_t { Server, Broker, Proxy };
  Of of;

  void read(const Node& node, Url& value, Reading& reading) const;
  Outline outline(const Url& initial) const;
};

/// An absolute path to a file that is read later; the surroundings are asked about it.
struct FilePath {
  void read(const Node& node, std::string& value, Reading& reading) const;
  Outline outline(const std::string& initial) const;
};

/// An absolute path, or a pkcs11: URL (RFC 7512): then the object stays in its token.
struct KeyMaterial {
  void read(const Node& node, std::string& value, Reading& reading) const;
  Outline outline(const std::string& initial) const;
};

}  // namespace wsrelay::config
