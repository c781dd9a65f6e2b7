// THE table: every setting of the configuration, declared once. load reads by it, reference prints
// it. Built at first use; read-only afterwards.
#pragma once

#include "config/choice.hpp"
#include "config/config.hpp"
#include "config/field.hpp"

namespace wsrelay::config {

/// The whole file.
const Record<Config>& configuration();
/// One instance, also the shape of `defaults`.
const Record<Instance>& instance();

// What the table is put together from.

/// Both sides verify and prove themselves by the same settings.
Record<io::TlsSettings> tls(Reload reload);
Record<Delay> delay(Reload reload);

// How one connection comes about (fields_connection) …
/// A login: one that is given takes the place of one of the other kind that was inherited.
struct Auth {
  Record<Instance> record;

  void read(const Node& node, Instance& value, Reading& reading) const;
  Outline outline(const Instance& initial) const { return record.outline(initial); }
  void compare(const Instance& before, const Instance& now, Comparison& comparison) const {
    record.compare(before, now, comparison);
  }
};
Auth auth();
Choice<ws::DeflateSettings::Offer> deflate_offer();
Record<ws::DeflateSettings> deflate();
Record<client::ProxySettings> proxy();
Record<io::TcpSettings> tcp();
// … and how it is kept and made again (fields_upkeep).
Record<Instance> liveness();
Record<client::Reconnect> reconnect();
Record<client::Timeouts> timeouts();

}  // namespace wsrelay::config
