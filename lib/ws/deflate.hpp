// permessage-deflate's two machines (RFC 7692 §7.2) over zlib. Values of one session; knows neither
// frames nor messages' meaning. Memory is taken when first needed, and given back between messages:
// an idle session costs nothing, or where a context is kept, the server's window and a deflater.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include <tl/expected.hpp>

#include "base/bytes.hpp"
#include "ws/deflate_settings.hpp"
#include "ws/violation.hpp"

namespace wsrelay::ws {

/// Compresses our messages.
class Deflater {
 public:
  explicit Deflater(const DeflateParameters& agreed, const DeflateSettings& settings);
  Deflater(Deflater&&) noexcept;
  Deflater& operator=(Deflater&&) noexcept;
  ~Deflater();

  /// The compressed payload of one whole message (valid until the next call, on any session), or
  /// nothing if the message should go as it is: too small, or no smaller compressed (and no context
  /// is kept), or the agreed window is one that zlib cannot do (8 bits).
  const Bytes* deflate(BytesView payload);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Decompresses the server's messages piece by piece, output in steps of at most 16 KiB.
class Inflater {
 public:
  explicit Inflater(const DeflateParameters& agreed);
  Inflater(Inflater&&) noexcept;
  Inflater& operator=(Inflater&&) noexcept;
  ~Inflater();

  /// `take` is called for each step of output; it refuses by returning a Violation, and then that
  /// is the answer. `end`: the last piece of the message (its trimmed tail is put back, §7.2.2).
  /// Whatever the cut into pieces, the same comes out up to the same Violation; after one it must
  /// not be asked again.
  using Take = std::function<std::optional<Violation>(BytesView)>;
  std::optional<Violation> inflate(BytesView piece, bool end, const Take& take);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wsrelay::ws
