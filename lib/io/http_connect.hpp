// Asking an HTTP proxy for a tunnel: CONNECT (RFC 9110 §9.3.6) with Basic credentials (RFC 7617).
// A value: bytes in, bytes out, a verdict. Knows no stream and no time; io/proxy_handshake drives.
//
//   auto connect = HttpConnect::begin(proxy, destination);
//   … send output(), output_taken(n); read at most wants() bytes, receive(them) …
//   until is_agreed()
//
// wants() never reaches past the end of the answer: what follows belongs to the tunnel.
// Errors are Fault::Proxy with http_status, or Local for a login that cannot be sent; after one
// only destruction is left. Their text repeats nothing of the login.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/url.hpp"
#include "io/proxy.hpp"
#include "ws/response_head.hpp"

namespace wsrelay::io {

class HttpConnect {
 public:
  static constexpr int kMostInterim = 5;  // 1xx answers before the real one

  /// `destination`: its host and port count.
  static Result<HttpConnect> begin(const Proxy& proxy, const Url& destination);

  BytesView output() const { return as_bytes(request_.reveal()).subspan(taken_); }
  void output_taken(std::size_t bytes) { taken_ += bytes; }

  /// An answer ends in CR LF CR LF, and of these four so many have not come yet.
  std::size_t wants() const { return agreed_ ? 0 : 4 - ending_; }
  Result<void> receive(BytesView bytes);
  bool is_agreed() const { return agreed_; }

 private:
  HttpConnect(std::string destination, Secret request, bool has_login)
      : destination_(std::move(destination)), request_(std::move(request)), has_login_(has_login) {}

  void follow_ending(BytesView bytes);
  Result<void> judge(const ws::ResponseHead& head);

  std::string destination_;
  Secret request_;
  std::size_t taken_ = 0;
  ws::ResponseHeadParser parser_;
  std::size_t ending_ = 0;  // how much of CR LF CR LF the answer ends with so far
  int interim_ = 0;
  bool has_login_;
  bool agreed_ = false;
};

}  // namespace wsrelay::io
