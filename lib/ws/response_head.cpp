#include "ws/response_head.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace wsrelay::ws {
namespace {

tl::unexpected<Error> refuse(std::string_view what) {
  return fail(Fault::Protocol, "bad HTTP response: " + std::string(what));
}

bool is_line_text(std::string_view line) {
  return std::none_of(line.begin(), line.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

constexpr std::string_view kVersion = "HTTP/1.";

}  // namespace

Result<bool> ResponseHeadParser::read(BytesView& input) {
  while (!input.empty()) {
    const auto* newline =
        static_cast<const std::byte*>(std::memchr(input.data(), '\n', input.size()));
    const std::size_t n =
        newline == nullptr ? input.size() : static_cast<std::size_t>(newline - input.data()) + 1;
    // One byte more than the limit is enough to know; an endless line is not collected.
    line_ += as_text(input.first(std::min(n, kMaxLine + 3 - std::min(line_.size(), kMaxLine + 2))));
    input = input.subspan(n);
    if (auto fine = check_partial_line(); !fine || newline == nullptr) return fine;
    before_ += line_.size();
    const auto done = read_line(line_);
    line_.clear();
    if (!done || *done) return done;
  }
  return false;
}

// The limits, and the first bytes: whoever speaks another protocol may never send a line end.
// Only what the bytes so far decide, so that the answer does not depend on how they were cut.
Result<bool> ResponseHeadParser::check_partial_line() const {
  if (head_.status == 0) {
    const std::size_t n = std::min(line_.size(), kVersion.size());
    if (std::string_view(line_).substr(0, n) != kVersion.substr(0, n))
      return refuse("it does not begin with HTTP/1");
  }
  const std::size_t line_room = kMaxLine + 2;
  const std::size_t head_room = kMaxHead - before_;
  if (line_.size() <= std::min(line_room, head_room)) return false;
  return refuse(head_room < line_room ? "head longer than 16 KiB" : "line longer than 8 KiB");
}

Result<bool> ResponseHeadParser::read_line(std::string_view line) {
  line.remove_suffix(1);
  if (line.empty() || line.back() != '\r') return refuse("line ends without CR");
  line.remove_suffix(1);
  if (!is_line_text(line)) return refuse("control character in a line");
  if (head_.status == 0) return read_status(line);
  if (line.empty()) return true;
  return read_field(line);
}

// status-line = HTTP-version SP status-code SP [ reason-phrase ]
Result<bool> ResponseHeadParser::read_status(std::string_view line) {
  constexpr std::size_t kStatusAt = kVersion.size() + 2;
  const auto digit = [&](std::size_t at) {
    return at < line.size() && line[at] >= '0' && line[at] <= '9';
  };
  const bool shaped = digit(kVersion.size()) && line.size() > kStatusAt &&
                      line[kStatusAt - 1] == ' ' && digit(kStatusAt) && digit(kStatusAt + 1) &&
                      digit(kStatusAt + 2) && line[kStatusAt] != '0';
  if (!shaped) return refuse("malformed status line");
  line.remove_prefix(kVersion.size());
  head_.minor_version = line[0] - '0';
  std::from_chars(line.data() + 2, line.data() + 5, head_.status);
  line.remove_prefix(5);
  if (!line.empty() && line.front() != ' ') return refuse("malformed status line");
  head_.reason = trimmed(line);
  return false;
}

Result<bool> ResponseHeadParser::read_field(std::string_view line) {
  // RFC 9112 §5.2: obsolete folding; a front of request-smuggling tricks and of no use today.
  if (line.front() == ' ' || line.front() == '\t') return refuse("folded header line");
  if (head_.fields.size() == kMaxFields) return refuse("more than 128 header fields");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return refuse("header line without a colon");
  // RFC 9112 §5.1: "No whitespace is allowed between the field name and colon."
  if (!is_token(line.substr(0, colon))) return refuse("malformed header name");
  head_.fields.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  return false;
}

ResponseHead ResponseHeadParser::take() {
  before_ = 0;
  return std::exchange(head_, {});
}

}  // namespace wsrelay::ws
