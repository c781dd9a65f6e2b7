#include "mqtt/broker.hpp"

#include "mqtt/life.hpp"

namespace wsrelay::mqtt {

Broker::Broker(Settings settings, Wiring wiring, io::Loop& loop, io::Dialer& dialer,
               const io::Secrets& secrets, Random& random, Listener& listener)
    : life_(std::make_unique<Life>(std::move(settings), std::move(wiring), dialer, secrets, random,
                                   listener)) {
  life_->registration = loop.add(*this);
}
Broker::~Broker() = default;

void Broker::wake() {
  life_->registration.wake();
}

void Broker::change_filters(std::vector<Filter> filters) {
  life_->want(std::move(filters));
  wake();
}

void Broker::acknowledge(std::uint64_t token) {
  life_->acknowledge(token);
  wake();
}

void Broker::change(Settings settings, Instant deadline) {
  life_->change(std::move(settings), deadline);
  wake();
}

void Broker::stop(Instant deadline) {
  life_->stop(deadline);
  wake();
}

const BrokerStatus& Broker::status() const {
  return life_->status();
}
io::Wait Broker::run(const io::Turn& turn) {
  return life_->run(turn);
}

}  // namespace wsrelay::mqtt
