// An HTTP/1.1 response head (RFC 9112), read byte by byte as it arrives: each byte is looked at a
// bounded number of times, however it is cut. Knows nothing of WebSocket. Strict where leniency is
// a known hole: lines end in CRLF, no folded lines, no space before a colon; a missing reason
// phrase is forgiven. Limits: 16 KiB in all, 8 KiB a line, 128 fields.
#pragma once

#include <cstddef>
#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "ws/field.hpp"

namespace wsrelay::ws {

struct ResponseHead {
  int minor_version = 1;  // of HTTP/1.x
  int status = 0;
  std::string reason = {};
  Fields fields = {};  // values trimmed

  friend bool operator==(const ResponseHead&, const ResponseHead&) = default;
};

class ResponseHeadParser {
 public:
  static constexpr std::size_t kMaxHead = 16 * 1024;  // with all line ends
  static constexpr std::size_t kMaxLine = 8 * 1024;   // without its line end
  static constexpr std::size_t kMaxFields = 128;

  /// Takes what belongs to the head off the front of `input`; true when the head is complete.
  /// After an error it must not be asked again.
  Result<bool> read(BytesView& input);
  /// The complete head; the parser is then ready for the next one.
  ResponseHead take();

 private:
  Result<bool> check_partial_line() const;
  Result<bool> read_line(std::string_view line);
  Result<bool> read_status(std::string_view line);
  Result<bool> read_field(std::string_view line);

  ResponseHead head_;
  std::string line_;        // the part that has come of the current line
  std::size_t before_ = 0;  // bytes of the lines before it
};

}  // namespace wsrelay::ws
