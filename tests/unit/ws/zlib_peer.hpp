// The server's half of permessage-deflate for tests, over plain zlib and without lib/ws: compresses
// and decompresses whole messages as RFC 7692 §7.2 says, with whatever window and memory asked for.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <zlib.h>

namespace wsrelay::test {

class ZlibDeflater {
 public:
  explicit ZlibDeflater(int bits = 15, int level = 6, int strategy = Z_DEFAULT_STRATEGY) {
    // zlib's raw deflate cannot do 8 bits; nobody's window is smaller for using 9 then: it looks
    // back 250 bytes at most.
    if (deflateInit2(&stream_, level, Z_DEFLATED, bits < 9 ? -9 : -bits, 8, strategy) != Z_OK)
      throw std::runtime_error("deflateInit2");
  }
  ZlibDeflater(const ZlibDeflater&) = delete;
  ZlibDeflater& operator=(const ZlibDeflater&) = delete;
  ~ZlibDeflater() { deflateEnd(&stream_); }

  void forget() { deflateReset(&stream_); }
  /// The payload of one message; the next one may refer to it.
  std::string message(std::string_view plain) {
    if (plain.empty()) return std::string(1, '\0');
    std::string out = run(plain, Z_SYNC_FLUSH);
    if (out.substr(out.size() - 4) != std::string_view("\0\0\xFF\xFF", 4))
      throw std::runtime_error("no tail");
    return out.substr(0, out.size() - 4);
  }
  /// What a server sends that ends its stream with each message (BFINAL, §7.2.3.4).
  std::string final_message(std::string_view plain) {
    std::string out = run(plain, Z_FINISH);
    deflateReset(&stream_);
    return out + '\0';
  }
  /// Compressed data that ends at a byte's end, but is no message yet.
  std::string flushed(std::string_view plain, int flush) { return run(plain, flush); }

 private:
  std::string run(std::string_view plain, int flush) {
    std::string out(plain.size() + plain.size() / 8 + 64, '\0');
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(plain.data()));
    stream_.avail_in = static_cast<uInt>(plain.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    const int result = deflate(&stream_, flush);
    if (stream_.avail_out == 0 || (result != Z_OK && result != Z_STREAM_END))
      throw std::runtime_error("deflate");
    out.resize(out.size() - stream_.avail_out);
    return out;
  }

  z_stream stream_ = {};
};

class ZlibInflater {
 public:
  explicit ZlibInflater(int bits = 15) {
    if (inflateInit2(&stream_, -bits) != Z_OK) throw std::runtime_error("inflateInit2");
  }
  ZlibInflater(const ZlibInflater&) = delete;
  ZlibInflater& operator=(const ZlibInflater&) = delete;
  ~ZlibInflater() { inflateEnd(&stream_); }

  void forget() { inflateReset(&stream_); }
  std::string message(std::string_view compressed) {
    std::string in = std::string(compressed) + std::string("\0\0\xFF\xFF", 4);
    std::string out;
    stream_.next_in = reinterpret_cast<Bytef*>(in.data());
    stream_.avail_in = static_cast<uInt>(in.size());
    do {
      std::string piece(1 << 16, '\0');
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = static_cast<uInt>(piece.size());
      const int result = inflate(&stream_, Z_SYNC_FLUSH);
      if (result != Z_OK && result != Z_BUF_ERROR) throw std::runtime_error("inflate");
      out += piece.substr(0, piece.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
    return out;
  }

 private:
  z_stream stream_ = {};
};

}  // namespace wsrelay::test
