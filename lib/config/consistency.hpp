// What is wrong only together: settings that contradict each other, plain text that goes too far,
// publications that would come back. Runs on what was read; tells by the tree where things stand.
#pragma once

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/reading.hpp"
#include "config/whereabouts.hpp"

namespace wsrelay::config {

void check_consistency(const Config& config, const Node& root, Reading& reading);
/// A publication of ours that one of our own subscriptions would take back in.
void check_loops(const Config& config, const Node& root, Reading& reading);
/// Topics that get in each other's way without being a loop.
void check_clashes(const Config& config, const Node& root, Reading& reading);

// What makes it up: one instance at a time, by what its settings are about.
void check_connection(const Instance& instance, const Whereabouts& where, const Say& say);
void check_effect(const Instance& instance, const Whereabouts& where, const Say& say);
void check_reconnect(const client::Reconnect& reconnect, const Whereabouts& where, const Say& say);

}  // namespace wsrelay::config
