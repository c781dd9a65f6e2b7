// An administrator who checks the service's configuration as root would be told that all is well:
// root may read everything. So the check becomes the service's user first.
#pragma once

#include <optional>
#include <string>

namespace wsrelay::daemon {

/// If this is root, `file` stands beside the standard file and the user wsrelayd exists: the
/// process is that user from now on, for good. Its name, if so.
std::optional<std::string> become_service_user(const std::string& file);

}  // namespace wsrelay::daemon
