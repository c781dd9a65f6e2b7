// An answer other than 101 on its way in: after its head, the beginning of its body, which often
// says why. Knows no time: whoever waits may give up, and take what has come.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "ws/response_head.hpp"
#include "ws/session.hpp"

namespace wsrelay::ws {

class Refusal {
 public:
  static constexpr std::size_t kMaxBody = 200;

  /// `error`: what the judgement of this answer was.
  Refusal(ResponseHead head, Error error);

  /// Takes what belongs to the body off the front of `input`.
  void read(BytesView& input);
  /// All of the body that is worth waiting for has come: as much as Content-Length announces, and
  /// at most kMaxBody. A body of another kind is not waited for.
  bool is_complete() const { return refused_.body.size() == wanted_; }

  Refused take() { return std::move(refused_); }
  Error take_error() { return std::move(error_); }

 private:
  Refused refused_;
  Error error_;
  std::size_t wanted_;
};

}  // namespace wsrelay::ws
