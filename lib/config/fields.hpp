// THE table: every setting of the configuration, declared once. load reads by it, reference prints
// it. Built at first use; read-only afterwards.
#pragma once

#include "config/config.hpp"
#include "config/field.hpp"

namespace wsrelay::config {

/// The whole file.
const Record<Config>& configuration();
/// One instance, also the shape of `defaults`.
const Record<Instance>& instance();
/// Both sides verify and prove themselves by the same settings.
Record<io::TlsSettings> tls(Reload reload);
Record<Delay> delay(Reload reload);

}  // namespace wsrelay::config
