// What a configuration refers to but cannot hold: secrets, certificates, keys. This room opens no
// file; whoever may look answers here, and what it objects to is said at the place of the
// reference.
#pragma once

#include <optional>
#include <string>

#include "base/secret.hpp"
#include "config/objection.hpp"

namespace wsrelay::config {

class Surroundings {
 public:
  /// Missing, unreadable, readable by everybody, …; nothing if it can be used, or cannot be judged.
  virtual std::optional<Objection> objection_to(const SecretRef& ref) const = 0;
  /// The same for a certificate, a key, a list of issuers.
  virtual std::optional<Objection> objection_to_file(const std::string& path) const = 0;
  /// Whether an objection refuses the configuration. At start it does not: what is missing may
  /// come, and a daemon that gave up for good would not see it.
  virtual bool strict() const = 0;

 protected:
  ~Surroundings() = default;
};

}  // namespace wsrelay::config
