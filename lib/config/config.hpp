// The configuration as plain structs, defaults in place. What a key is called and how it is checked
// stands in config/fields; here is only what it means to the rooms below. operator== decides on
// reload.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/log.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "client/settings.hpp"
#include "client/start_rate.hpp"
#include "mqtt/settings.hpp"
#include "route/rule.hpp"

namespace wsrelay::config {

enum class Queue : std::uint8_t { Memory, Disk };
enum class Overflow : std::uint8_t { DropOldest, DropNewest, Block, Close };

/// The bounds of one direction of one instance.
struct Lane {
  Queue queue = Queue::Memory;
  std::size_t max_messages = 10'000;
  std::size_t max_bytes = 8 * 1024 * 1024;
  Duration max_age = Duration::max();  // max(): no limit
  Overflow overflow = Overflow::DropOldest;

  friend bool operator==(const Lane&, const Lane&) = default;
};

struct Lanes {
  Lane publish = {};
  Lane deliver = {.queue = Queue::Memory,
                  .max_messages = 1'000,
                  .max_bytes = 4 * 1024 * 1024,
                  .max_age = std::chrono::seconds(60),
                  .overflow = Overflow::DropNewest};

  friend bool operator==(const Lanes&, const Lanes&) = default;
};

struct Instance {
  bool enabled = true;
  bool allow_plaintext = false;
  std::map<std::string, std::string> labels = {};
  client::Settings client = {};
  Lanes lanes = {};
  route::Rules rules = {};

  friend bool operator==(const Instance&, const Instance&) = default;
};

struct Mqtt {
  mqtt::Settings broker = {};
  std::string base_topic = "wsrelay";
  bool allow_plaintext = false;

  friend bool operator==(const Mqtt&, const Mqtt&) = default;
};

struct Config {
  std::string name = "main";  // {d} in topics
  LogLevel log_level = LogLevel::Info;
  Duration drain_timeout = std::chrono::seconds(5);
  Duration report_interval = std::chrono::seconds(60);
  client::StartRate::Settings starts = {};
  Mqtt mqtt = {};
  std::map<std::string, SecretRef> secrets = {};
  Instance defaults = {};  // what every instance began as; without a url
  std::map<std::string, Instance> instances = {};

  friend bool operator==(const Config&, const Config&) = default;
};

}  // namespace wsrelay::config
