// The MQTT broker as we see it: one connection kept alive, publications pulled from above and
// told when they have arrived, arrivals pushed up once and acknowledged when the one above has
// them. A Task. MQTT 5, falling back to 3.1.1. libmosquitto speaks to an in-process relay
// (mqtt/relay), never to the network; see docs/adr/0002.
//
// Nothing is published before CONNACK; while resting nothing is pulled. Publications are pulled
// while the window (QoS 1) and the relay's buffer have room; each pulled token gets exactly one
// on_published(), unless the connection ends first: then on_connection_lost() gives all of them
// back.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/publication.hpp"
#include "base/random.hpp"
#include "io/dialer.hpp"
#include "io/secrets.hpp"
#include "io/task.hpp"
#include "mqtt/filter.hpp"
#include "mqtt/settings.hpp"

namespace wsrelay::mqtt {

enum class BrokerState : std::uint8_t { Connecting, Connected, Resting, Stopped };

struct BrokerStatus {
  BrokerState state = BrokerState::Resting;
  std::string remote = {};
  int protocol = 0;  // 5 or 4 (3.1.1) while connected
  bool session_present = false;
  unsigned attempt = 0;  // failed attempts in a row
  std::optional<Error> last_error = {};
  Instant next_attempt = Instant::max();  // while Resting
};

struct Arrival {
  Publication publication;
  std::vector<std::uint32_t> filters;  // identifiers of the filters it came for; empty on 3.1.1
  bool retained = false;               // a stored one, sent because we subscribed
  std::uint64_t token = 0;             // for acknowledge(); 0 at QoS 0
};

struct Outgoing {
  const Publication* publication = nullptr;  // valid until the listener is called again
  std::uint64_t token = 0;
};

enum class Verdict : std::uint8_t { Delivered, Rejected, TooLarge, InvalidTopic };

class Broker final : public io::Task {
 public:
  class Listener {
   public:
    virtual void on_broker_state(const BrokerStatus& status) = 0;
    virtual void on_arrival(Arrival arrival) = 0;
    /// A SUBACK refused this filter (the broker's ACL); it is tried again on the next connection.
    virtual void on_subscription_refused(const std::string& filter, int reason) = 0;
    /// The next publication to send, or nothing; wake() when there is one again.
    virtual std::optional<Outgoing> next_publication() = 0;
    virtual void on_published(std::uint64_t token, Verdict verdict) = 0;
    virtual void on_connection_lost() = 0;

   protected:
    ~Listener() = default;
  };

  Broker(Settings settings, Wiring wiring, io::Loop& loop, io::Dialer& dialer,
         const io::Secrets& secrets, Random& random, Listener& listener);
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  void wake();
  /// What is wanted from now on of these filters: subscribed, or with id 0 unsubscribed, paced.
  void change_filters(std::vector<Filter> filters);
  /// Everything above has it (or counted it dropped): the PUBACK may leave. Any order; they leave
  /// in the order of arrival.
  void acknowledge(std::uint64_t token);
  /// New settings. Where they need another connection the present one is left as by stop(), and
  /// the next attempt comes at once (Connecting); without one it comes at once in any case. Where
  /// they lead elsewhere, the next broker is asked for all filters, whatever session it has.
  void change(Settings settings, Instant deadline);
  /// Nothing more is pulled once next_publication() is empty and all verdicts are in, or at
  /// `deadline`: then DISCONNECT and state Stopped.
  void stop(Instant deadline);

  const BrokerStatus& status() const;
  io::Wait run(const io::Turn& turn) override;

 private:
  class Life;
  std::unique_ptr<Life> life_;
};

}  // namespace wsrelay::mqtt
