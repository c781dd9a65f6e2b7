// Asking a SOCKS5 proxy for a connection (RFC 1928), with user and password if there are any (RFC
// 1929). A host name goes to the proxy as it is: names are resolved there. A value, used as
// io/http_connect is: bytes in, bytes out, a verdict; wants() never reaches past the answer.
// Errors are Fault::Proxy, or Local for a login or a name that cannot be sent; after one only
// destruction is left.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/url.hpp"
#include "io/proxy.hpp"

namespace wsrelay::io {

class Socks5 {
 public:
  /// `destination`: its host and port count.
  static Result<Socks5> begin(const Proxy& proxy, const Url& destination);

  BytesView output() const { return as_bytes(message_.reveal()).subspan(taken_); }
  void output_taken(std::size_t bytes) { taken_ += bytes; }

  std::size_t wants() const { return expected_ - answer_.size(); }
  Result<void> receive(BytesView bytes);
  bool is_agreed() const { return step_ == Step::Agreed; }

 private:
  enum class Step : std::uint8_t { Method, Login, Reply, Name, Address, Agreed };

  Socks5(Secret login, std::string request, std::string destination);
  void say(Secret message, Step next);
  void expect(Step step, std::size_t bytes);
  Result<void> judge_method();
  Result<void> judge_login();
  Result<void> judge_reply();
  std::uint8_t byte(std::size_t at) const { return std::to_integer<std::uint8_t>(answer_[at]); }

  Secret login_;         // RFC 1929's message; empty: none
  std::string request_;  // RFC 1928 §4
  std::string destination_;
  Secret message_;
  std::size_t taken_ = 0;
  Step step_ = Step::Method;
  Bytes answer_;  // what has come of the current one
  std::size_t expected_ = 0;
};

}  // namespace wsrelay::io
