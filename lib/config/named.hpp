// The types whose keys are names of the operator's choice: headers, query, secrets, instances; and
// the reference to a secret that they hold.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "client/settings.hpp"
#include "config/config.hpp"
#include "config/field.hpp"

namespace wsrelay::config {

/// {credential: NAME}, {file: PATH} or {env: NAME}; or the value itself, where that is taken, and
/// in it {{secret:NAME}}.
struct Reference {
  enum class Inline : std::uint8_t { Refused, Warned, Fine };
  Inline written_out = Inline::Refused;
  bool one_word = false;  // of visible ASCII; the schema says so, the checks together judge it

  void read(const Node& node, SecretRef& value, Reading& reading) const;
  Outline outline(const SecretRef& initial) const;
};

/// Name → text or reference. Inherited headers stay unless named again (names know no case).
struct Headers {
  void read(const Node& node, std::vector<client::Header>& value, Reading& reading) const;
  Outline outline(const std::vector<client::Header>& initial) const;
};

/// Name → text or reference, a part of the url's query. Inherited ones stay unless named again.
struct Query {
  void read(const Node& node, std::vector<client::QueryField>& value, Reading& reading) const;
  Outline outline(const std::vector<client::QueryField>& initial) const;
};

/// Read before whatever refers to them.
struct Secrets {
  using Named = std::map<std::string, SecretRef>;

  void read(const Node& node, Named& value, Reading& reading) const;
  Outline outline(const Named& initial) const;
  /// A secret counts where it is used.
  void compare(const Named&, const Named&, Comparison&) const {}
};

/// Name → text of the operator's own.
struct Labels {
  void read(const Node& node, std::map<std::string, std::string>& value, Reading& reading) const;
  Outline outline(const std::map<std::string, std::string>& initial) const;
};

/// Name → instance; each begins as a copy of `defaults`, so scalars and groups merge by key and
/// lists replace.
struct Instances {
  Record<Instance> record;

  void read(const Node& node, Config& config, Reading& reading) const;
  Outline outline(const Config& initial) const;
  /// Instance by instance: that is what a plan is (config/plan).
  void compare(const Config&, const Config&, Comparison&) const {}
};

/// The record without what every instance must say itself.
struct Defaults {
  Record<Instance> record;

  void read(const Node& node, Instance& value, Reading& reading) const;
  Outline outline(const Instance& initial) const;
  /// What is inherited counts where it is inherited.
  void compare(const Instance&, const Instance&, Comparison&) const {}
};

}  // namespace wsrelay::config
