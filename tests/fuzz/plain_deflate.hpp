// permessage-deflate (RFC 7692 §7.2) a second time, straight over zlib, a whole message at a time
// and with all the memory it wants: what lib/ws/deflate is compared with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <zlib.h>

namespace wsrelay::fuzz {

inline constexpr std::string_view kTail("\0\0\xFF\xFF", 4);

inline void put(z_stream& stream, std::string_view input) {
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
}
/// `more` bytes of room at the end of `out`.
inline void make_room(z_stream& stream, std::string& out, uInt more = 65'536) {
  out.resize(out.size() + more);
  stream.next_out = reinterpret_cast<Bytef*>(out.data() + out.size() - more);
  stream.avail_out = more;
}

class PlainInflater {
 public:
  /// `room`: how much may come out of one call of zlib, which sees a reference beyond the window
  /// only if it goes back beyond that call, too.
  PlainInflater(int bits, bool keeps_context, uInt room = 65'536)
      : bits_(bits), keeps_context_(keeps_context), room_(room) {
    inflateInit2(&stream_, -bits);
  }
  PlainInflater(const PlainInflater&) = delete;
  PlainInflater& operator=(const PlainInflater&) = delete;
  ~PlainInflater() { inflateEnd(&stream_); }

  /// Nothing if it is corrupt or cut short; then it must not be asked again. Past `most` bytes of
  /// output it stops.
  std::optional<std::string> message(std::string_view payload, std::size_t most) {
    out_.clear();
    start_stream();
    if (!feed(payload, most)) return std::nullopt;
    if (out_.size() > most) return out_;
    // A message may end behind a stream's last block: then no tail was taken off.
    if (in_stream_ && !feed(kTail, most)) return std::nullopt;
    if (in_stream_ && stream_.data_type != 128) return std::nullopt;  // inside a block
    history_ = keeps_context_ ? window() : std::string();
    return out_;
  }

 private:
  bool feed(std::string_view input, std::size_t most) {
    put(stream_, input);
    do {
      in_stream_ = in_stream_ || stream_.avail_in > 0;
      make_room(stream_, out_, room_);
      const int result = ::inflate(&stream_, Z_SYNC_FLUSH);
      out_.resize(out_.size() - stream_.avail_out);
      if (result == Z_STREAM_END)
        start_stream();
      else if (result != Z_OK && result != Z_BUF_ERROR)
        return false;
    } while ((stream_.avail_in > 0 || stream_.avail_out == 0) && out_.size() <= most);
    return true;
  }
  void start_stream() {
    const std::string known = window();
    inflateReset(&stream_);  // leaves the input where it is
    inflateSetDictionary(&stream_, reinterpret_cast<const Bytef*>(known.data()),
                         static_cast<uInt>(known.size()));
    in_stream_ = false;
  }
  std::string window() const {
    const std::string all = history_ + out_;
    return all.substr(all.size() - std::min(all.size(), std::size_t{1} << bits_));
  }

  z_stream stream_ = {};
  int bits_;
  bool keeps_context_;
  uInt room_;
  bool in_stream_ = false;  // it has begun, and its last block has not come
  std::string history_;     // of earlier messages
  std::string out_;         // of this one
};

class PlainDeflater {
 public:
  PlainDeflater(int bits, bool keeps_context) : keeps_context_(keeps_context) {
    deflateInit2(&stream_, 6, Z_DEFLATED, -bits, 8, Z_DEFAULT_STRATEGY);
  }
  PlainDeflater(const PlainDeflater&) = delete;
  PlainDeflater& operator=(const PlainDeflater&) = delete;
  ~PlainDeflater() { deflateEnd(&stream_); }

  /// As it travels, without its last 00 00 FF FF. `level`: 0 stores.
  std::string message(std::string_view plain, int level = 6) {
    std::string out;
    deflateParams(&stream_, level, Z_DEFAULT_STRATEGY);
    put(stream_, plain);
    do {
      make_room(stream_, out);
      ::deflate(&stream_, Z_SYNC_FLUSH);
      out.resize(out.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
    // Flushed twice, zlib adds nothing; an empty message is an empty block (§7.2.3.6).
    if (!out.ends_with(kTail)) out += std::string(1, '\0') + std::string(kTail);
    if (!keeps_context_) deflateReset(&stream_);
    return out.substr(0, out.size() - kTail.size());
  }

 private:
  z_stream stream_ = {};
  bool keeps_context_;
};

}  // namespace wsrelay::fuzz
