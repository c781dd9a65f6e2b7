// The configuration as it came out of all files: merged, the copies of for_each made, each value
// with the place where it stands as a comment. What was not written is not shown. YAML that can be
// loaded again and then means the same, but for its secrets: those stand there as [hidden], which
// is refused where it is loaded. References to secrets are places, and are shown.
#pragma once

#include <string>

#include "config/load.hpp"

namespace wsrelay::config {

/// Only for what is ok(): in a file that could not be read to its end nobody knows the secrets.
std::string dump(const Loaded& loaded);

}  // namespace wsrelay::config
