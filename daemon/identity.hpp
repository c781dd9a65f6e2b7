// Who this daemon is among others on the same broker. Two fresh machines must not fight over one
// client id, and one machine must keep its own across restarts, for the broker keeps its session.
#pragma once

#include <string>

namespace wsrelay::daemon {

/// "wsrelayd-NAME-" and 8 hex digits that belong to this machine (machine-id(5), never the id
/// itself).
std::string default_client_id(const std::string& name);
std::string host_name();

}  // namespace wsrelay::daemon
