// The product as it runs, with a world around it: a broker of our own, the daemon, the WebSocket
// server, a subscriber far behind the broker. Everything on loopback ports that were free.
#pragma once

#include <memory>
#include <string>

#include <fmt/format.h>

#include "process.hpp"
#include "raw_mqtt.hpp"
#include "ws_server.hpp"

namespace wsrelay::bench {

struct Programs {
  std::string self;
  std::string daemon;
  std::string broker = "/usr/sbin/mosquitto";
};

inline bool accepts_connections(unsigned port, Nanoseconds deadline) {
  return wait_until(deadline, [&] { return static_cast<bool>(connect_to_loopback(port)); });
}

/// mosquitto that drops nothing and waits for nothing.
class Mosquitto {
 public:
  Mosquitto(const Programs& programs, const TemporaryDirectory& directory) {
    listen_on_loopback(port_);  // found free and let go again
    const std::string file = directory.write("mosquitto.conf", fmt::format(R"(listener {} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
max_inflight_messages 1000
set_tcp_nodelay true
log_type error
)",
                                                                           port_));
    child_ = std::make_unique<Child>(std::vector<std::string>{programs.broker, "-c", file},
                                     directory.in("mosquitto.log"));
    if (!accepts_connections(port_, now() + 5 * kSecond)) throw Trouble("mosquitto does not start");
  }
  unsigned port() const { return port_; }
  const Child& process() const { return *child_; }

 private:
  unsigned port_ = 0;
  std::unique_ptr<Child> child_;
};

class Daemon {
 public:
  /// `instances` is the YAML below `instances:`.
  Daemon(const Programs& programs, const TemporaryDirectory& directory, const std::string& name,
         unsigned broker_port, const std::string& instances)
      : log_(directory.in(name + ".log")) {
    const std::string file = directory.write(
        name + ".yaml", fmt::format("name: {0}\nlog: {{level: warning}}\nmqtt:\n"
                                    "  url: mqtt://127.0.0.1:{1}\n  client_id: bench-{0}\n"
                                    "instances:\n{2}",
                                    name, broker_port, instances));
    child_ =
        std::make_unique<Child>(std::vector<std::string>{programs.daemon, "--config", file}, log_);
  }
  Child& process() { return *child_; }
  /// What it wrote, for those who look for the reason of a failure.
  std::string said() const {
    std::ifstream file(log_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::string log_;
  std::unique_ptr<Child> child_;
};

/// One instance with lanes so wide that nothing is dropped at full speed.
inline std::string wide_instance(const std::string& name, unsigned ws_port, int qos) {
  return fmt::format(R"(  {0}:
    url: ws://127.0.0.1:{1}/{0}
    lanes:
      publish: {{overflow: block}}
      deliver: {{max_messages: 10000000, max_bytes: 4GiB}}
    publish: [{{topic: bench/{0}, qos: {2}}}]
)",
                     name, ws_port, qos);
}
/// One instance as most people have it.
inline std::string plain_instance(const std::string& name, unsigned ws_port) {
  return fmt::format("  {0}: {{url: 'ws://127.0.0.1:{1}/{0}'}}\n", name, ws_port);
}

/// The bridge's retained `state`: it is online once the daemon has the broker.
inline void wait_for_bridge(const Mosquitto& broker, Daemon& daemon, const std::string& name) {
  Arrivals state;
  const MqttSubscriber watch(broker.port(), "wsrelay/bridge/" + name + "/state", state,
                             "bench-watch-" + name);
  if (!wait_until(now() + 10 * kSecond,
                  [&] { return state.count() > 0 || !daemon.process().alive(); }) ||
      !daemon.process().alive())
    throw Trouble("the daemon does not reach the broker\n" + daemon.said());
}

inline void wait_for_connections(WsServer& server, Daemon& daemon, std::size_t count) {
  if (!wait_until(now() + 20 * kSecond,
                  [&] { return server.connections() >= count || !daemon.process().alive(); }) ||
      !daemon.process().alive())
    throw Trouble(fmt::format("only {} of {} WebSocket connections stand\n{}", server.connections(),
                              count, daemon.said()));
}

}  // namespace wsrelay::bench
