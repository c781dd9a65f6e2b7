// What a Broker does while it is connected: arrivals up, publications down, subscriptions kept as
// wanted, verdicts told. Lives for one connection; the Subscriptions outlive it.
#pragma once

#include <memory>
#include <optional>

#include "mqtt/broker.hpp"
#include "mqtt/connection.hpp"
#include "mqtt/subscriptions.hpp"
#include "mqtt/window.hpp"

namespace wsrelay::mqtt {

class Online {
 public:
  /// `number`: of the connection; it makes tokens of one unknown to the next.
  Online(std::unique_ptr<Connection> connection, const Connack& connack, std::uint32_t number,
         Subscriptions& subscriptions, Broker::Listener& listener, Instant now);

  /// One turn of everything. After an error the connection has ended.
  Result<void> run(const io::Turn& turn);
  void acknowledge(std::uint64_t token);
  io::Wait wait(Instant now) const;

  /// The listener has nothing more and every verdict is in.
  bool is_drained() const { return drained_ && window_.empty(); }
  bool has_open_tokens() const { return !window_.empty(); }
  Duration age(Instant now) const { return now - since_; }
  Connection& connection() { return *connection_; }
  std::unique_ptr<Connection> release() { return std::move(connection_); }

 private:
  Result<void> tell_events();
  Result<void> tell(Arrived& arrived);
  Result<void> tell(const Acknowledged& acknowledged);
  Result<void> tell(const Subscribed& subscribed);
  Result<void> tell(const Unsubscribed& unsubscribed);
  Result<void> tell(const Connack& connack);
  void tell_written();
  void refused(const std::vector<Subscriptions::Refusal>& refusals);
  Result<void> subscribe();
  Result<void> pull(Instant now);
  std::optional<Verdict> obstacle(const Publication& publication) const;
  Result<void> publish(const Outgoing& outgoing, Instant now);
  bool can_pull(std::size_t handed) const;
  bool next_packet_id_is_free() const;

  std::unique_ptr<Connection> connection_;
  Terms terms_;
  std::uint64_t token_base_;
  Subscriptions& subscriptions_;
  Broker::Listener& listener_;
  Instant since_;
  Window window_;
  std::uint64_t qos0_told_ = 0;
  bool drained_ = false;
  bool more_ = false;  // there may be more to pull, and there is room for it
};

}  // namespace wsrelay::mqtt
