// The server's half of permessage-deflate (RFC 7692 §7.2) over plain zlib, apart from lib/ws.
// Either direction's agreement is named by window bits and context takeover.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ws/deflate_settings.hpp"

namespace wsrelay::conformance {

/// Compresses messages as a server.
class ServerDeflater {
 public:
  enum class Style { Usual, Fixed, Stored, NearOnly };  // NearOnly: looks back one byte
  explicit ServerDeflater(const ws::DeflateParameters& agreed = {}, Style style = Style::Usual);
  ServerDeflater(ServerDeflater&&) noexcept;
  ServerDeflater& operator=(ServerDeflater&&) noexcept;
  ~ServerDeflater();

  /// The message's payload as it travels: flushed, without its last 00 00 ff ff.
  std::string operator()(std::string_view message);
  /// The same ending in a block that says that it is the last (§7.2.3.4), and a byte 00.
  std::string finished(std::string_view message);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads a client's compressed messages, with no more window than was agreed.
class ServerInflater {
 public:
  explicit ServerInflater(const ws::DeflateParameters& agreed);
  ServerInflater(ServerInflater&&) noexcept;
  ServerInflater& operator=(ServerInflater&&) noexcept;
  ~ServerInflater();

  /// False if `payload` is not what a client may send.
  bool operator()(std::string_view payload, std::string& message);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wsrelay::conformance
