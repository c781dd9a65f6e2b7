// The types of what a reconnect rule compares: numbers and their ranges, kinds of failure, phases.
// Each is written alone or as a list. See field.hpp for the two calls of a type.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/settings.hpp"
#include "config/document.hpp"
#include "config/outline.hpp"
#include "config/reading.hpp"

namespace wsrelay::config {

/// 4429, '4400-4499', or a list of both.
struct Codes {
  std::uint16_t least;
  std::uint16_t most;

  void read(const Node& node, std::vector<client::CodeRange>& value, Reading& reading) const;
  Outline outline(const std::vector<client::CodeRange>& initial) const;

 private:
  std::string words() const;
};

/// Those that a WebSocket connection knows: not the broker's.
struct Faults {
  void read(const Node& node, std::vector<Fault>& value, Reading& reading) const;
  Outline outline(const std::vector<Fault>& initial) const;
};

struct Phases {
  void read(const Node& node, std::vector<std::string>& value, Reading& reading) const;
  Outline outline(const std::vector<std::string>& initial) const;
};

}  // namespace wsrelay::config
