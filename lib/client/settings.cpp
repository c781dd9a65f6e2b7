#include "client/settings.hpp"

namespace wsrelay::client {

bool needs_new_connection(const Settings& before, const Settings& now) {
  Settings adjusted = before;
  adjusted.ping = now.ping;
  adjusted.data = now.data;
  adjusted.reconnect = now.reconnect;
  adjusted.timeouts = now.timeouts;
  adjusted.limits = now.limits;
  return adjusted != now;
}

}  // namespace wsrelay::client
