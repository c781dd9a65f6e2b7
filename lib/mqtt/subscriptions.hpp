// Which filters are wanted, which the broker has granted, and what to ask it next. Pure
// bookkeeping that outlives connections: a broker that kept our session is asked only for the rest.
// What is asked is paced by the caller: next() … asked() … granted().
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mqtt/filter.hpp"

namespace wsrelay::mqtt {

class Subscriptions {
 public:
  /// One SUBSCRIBE or UNSUBSCRIBE. The identifier belongs to the packet (MQTT 5.0 §3.8.2.1.2), so
  /// there is one filter to a packet where identifiers are used, and many where they are not (id
  /// 0).
  struct Request {
    bool subscribe = true;
    std::uint32_t id = 0;
    std::uint8_t qos = 1;
    std::vector<std::string> filters;
  };
  struct Refusal {
    std::string filter;
    int reason;
  };

  /// What is wanted from now on of these filters; nothing changes for the others.
  void want(std::vector<Filter> filters);
  /// The next connection goes to a broker that never heard of us.
  void forget();
  /// A new connection. Without a session the broker knows nothing of us; refused filters are asked
  /// again.
  void connected(bool session_present, bool with_identifiers);

  std::optional<Request> next();
  void asked(std::uint16_t packet_id, Request request);
  /// The request could not even be sent.
  std::vector<Refusal> refuse(const Request& request, int reason);
  /// SUBACK. An unknown packet identifier or a wrong number of codes is not from this world: false.
  bool granted(std::uint16_t packet_id, const std::vector<int>& codes,
               std::vector<Refusal>& refusals);
  bool dropped(std::uint16_t packet_id);

  std::size_t under_way() const { return under_way_.size(); }
  bool uses(std::uint16_t packet_id) const { return under_way_.contains(packet_id); }

 private:
  struct Terms {
    std::uint32_t id = 0;  // the identifier; 0: no subscription
    std::uint8_t qos = 0;
    friend bool operator==(const Terms&, const Terms&) = default;
  };
  struct Standing {
    Terms wanted = {};
    Terms granted = {};    // what the broker has
    bool asked = false;    // a request is under way
    bool refused = false;  // on this connection
  };

  void settle(const std::string& filter);
  void settle_all();

  std::map<std::string, Standing> filters_;
  std::set<std::string> to_ask_;  // wanted and granted differ, and nothing is under way
  std::map<std::uint16_t, Request> under_way_;
  bool with_identifiers_ = true;
};

}  // namespace wsrelay::mqtt
