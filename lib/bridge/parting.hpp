// The way out of a connection to the broker that is to be made anew: nothing more is published
// there but, where another broker follows, one last word. Lives from the change until the
// connection is over.
#pragma once

#include <optional>
#include <utility>

#include "bridge/token.hpp"
#include "mqtt/broker.hpp"

namespace wsrelay::bridge {

class Parting {
 public:
  explicit Parting(std::optional<Publication> last_word) : last_word_(std::move(last_word)) {}

  std::optional<mqtt::Outgoing> next() {
    if (!last_word_ || std::exchange(said_, true)) return std::nullopt;
    return mqtt::Outgoing{&*last_word_, kPartingToken};
  }

 private:
  std::optional<Publication> last_word_;
  bool said_ = false;
};

}  // namespace wsrelay::bridge
