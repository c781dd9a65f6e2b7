// What the configuration refers to and this machine has, or has not: secrets, certificates, keys.
// Looks once at each, so that ten thousand instances with one certificate look at it once. Blocks:
// for start, workers and commands. Nothing of a secret's value is kept.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "config/surroundings.hpp"
#include "io/secrets.hpp"

namespace wsrelay::daemon {

class Surroundings final : public config::Surroundings {
 public:
  enum class Use : std::uint8_t {
    Start,   // objections are warnings: what is missing may come, and the daemon waits for it
    Reload,  // objections refuse the new configuration: the old one works
    Check,   // so they do; but what only the service has (credentials, environment) is not judged
  };         // where the service is not

  explicit Surroundings(Use use);

  std::optional<config::Objection> objection_to(const SecretRef& ref) const override;
  std::optional<config::Objection> objection_to_file(const std::string& path) const override;
  bool strict() const override { return use_ != Use::Start; }

 private:
  std::optional<config::Objection> judge(const SecretRef& ref) const;
  bool may_judge(const SecretRef& ref) const;

  Use use_;
  io::Secrets secrets_;
  mutable std::map<std::string, std::optional<config::Objection>> secret_files_;
  mutable std::map<std::string, std::optional<config::Objection>> files_;
};

}  // namespace wsrelay::daemon
