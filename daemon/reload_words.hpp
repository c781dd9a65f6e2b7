// What a reload did, in one line for the journal.
#pragma once

#include <string>

#include "config/plan.hpp"

namespace wsrelay::daemon {

/// "1 added, 2 changed live, 1 reconnects, 9996 untouched"; "nothing changed".
std::string words_for(const config::Plan& plan);
/// The keys that wait for a restart: "name and mqtt.base_topic"; empty: none.
std::string waiting_keys(const config::Plan& plan);

}  // namespace wsrelay::daemon
