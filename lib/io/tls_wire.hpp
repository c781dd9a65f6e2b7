// Private to tls_*: a GnuTLS session and the stream below it. GnuTLS pulls five bytes, then a
// record; the wire reads 64 KiB at a time for it. GnuTLS pushes record by record; the wire gathers
// them and writes them in one go, so that GnuTLS never sees "not now" on a push and never has to
// repeat one. Buffers are there only while bytes stand in them: ten thousand silent streams cost
// nothing.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include <gnutls/gnutls.h>

#include "io/byte_stream.hpp"
#include "io/tls_context.hpp"
#include "io/tls_stream.hpp"

namespace wsrelay::io {

class TlsWire {
 public:
  static constexpr std::size_t kPullBuffer = 64 * 1024;
  static constexpr std::size_t kPushBuffer = 64 * 1024;
  /// A peer's certificate chain and the like; more is refused.
  static constexpr std::size_t kMostHandshakeBytes = 128 * 1024;

  TlsWire(std::unique_ptr<ByteStream> lower, std::shared_ptr<const TlsContext> context)
      : lower_(std::move(lower)), context_(std::move(context)) {}
  TlsWire(const TlsWire&) = delete;
  TlsWire& operator=(const TlsWire&) = delete;

  /// Zero or a GnuTLS code. Call once.
  int open(const TlsPeer& peer);

  gnutls_session_t session() const { return session_.get(); }
  ByteStream& lower() { return *lower_; }
  const ByteStream& lower() const { return *lower_; }
  const std::string& expected_name() const { return name_; }
  TlsSettings::Verify verify() const { return verify_; }

  /// Writes what was pushed. False while some of it is left or the stream below has failed.
  bool flush();
  std::size_t unflushed() const { return push_.size() - pushed_; }

  // What the stream below said last.
  bool starved() const { return starved_; }  // nothing to read now
  bool blocked() const { return blocked_; }  // no room to write now
  bool ended() const { return ended_; }
  Progress wants() const { return wants_; }  // for the answer to whoever waits
  void forget_wants() { wants_ = {}, starved_ = blocked_ = false; }
  const std::optional<Error>& failure() const { return failure_; }
  /// The first bytes of the peer's are those of a TLS record; also true before there are any.
  bool looks_like_tls() const { return looks_like_tls_; }
  bool heard() const { return heard_; }

 private:
  using Buffer = std::array<std::byte, kPullBuffer>;

  ssize_t pull(void* out, std::size_t size);
  ssize_t push(const void* data, std::size_t size);
  bool refill();
  int set_verification();
  int show(const TlsPeer& peer);

  std::unique_ptr<ByteStream> lower_;
  std::shared_ptr<const TlsContext> context_;
  std::string name_;
  TlsSettings::Verify verify_ = TlsSettings::Verify::Full;
  Handle<gnutls_session_int, gnutls_deinit> session_;
  std::array<gnutls_typed_vdata_st, 2> expected_{};  // GnuTLS keeps the pointer, not a copy

  std::unique_ptr<Buffer> pull_;
  std::size_t pull_begin_ = 0, pull_end_ = 0;
  Bytes push_;
  std::size_t pushed_ = 0;
  Progress wants_;
  bool starved_ = false, blocked_ = false, ended_ = false, heard_ = false, looks_like_tls_ = true;
  std::optional<Error> failure_;
};

}  // namespace wsrelay::io
