// Memory and CPU of a daemon with many connections that say nothing, pings as they are by default.
#pragma once

#include <string>

#include "rig.hpp"

namespace wsrelay::bench {

struct Idle {
  double base_kib = 0;        // with one connection
  double per_connection = 0;  // KiB
  double cpu_percent = 0;     // of one core, over `watched`
  double connect_cpu = 0;     // seconds for all of them
};

inline Idle measure_idle(const Programs& programs, const TemporaryDirectory& directory,
                         const Mosquitto& broker, unsigned connections, Nanoseconds watched) {
  const auto settled = [&](Daemon& daemon, WsServer& server, const std::string& name,
                           unsigned count) {
    wait_for_bridge(broker, daemon, name);
    wait_for_connections(server, daemon, count);
    rest(kSecond);  // the documents of a thousand instances are still being published
    return daemon.process().resident_kib();
  };
  Idle idle;
  {
    WsServer server;
    Daemon one(programs, directory, "base", broker.port(), plain_instance("a", server.port()));
    idle.base_kib = settled(one, server, "base", 1);
  }
  WsServer server;
  std::string instances;
  for (unsigned i = 0; i < connections; ++i)
    instances += plain_instance("i" + std::to_string(i), server.port());
  Daemon many(programs, directory, "idle", broker.port(), instances);
  const double resident = settled(many, server, "idle", connections);
  idle.per_connection = (resident - idle.base_kib) / (connections - 1);
  idle.connect_cpu = seconds(many.process().cpu());
  const Nanoseconds cpu = many.process().cpu();
  const Nanoseconds start = now();
  rest(watched);
  idle.cpu_percent = 100 * seconds(many.process().cpu() - cpu) / seconds(now() - start);
  return idle;
}

}  // namespace wsrelay::bench
