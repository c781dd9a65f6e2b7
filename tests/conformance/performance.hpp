// One run of a script against a fresh session, its server bytes cut into reads in a given way. The
// application around the session does what any would: after each read it drains the events, echoes
// if it may, takes the output, and ticks when the deadline has come.
#pragma once

#include <string>
#include <vector>

#include "conformance/vector.hpp"

namespace wsrelay::conformance {

/// Where the server's bytes are cut: offsets into all of them together, ascending.
struct Reading {
  std::string name;
  std::vector<std::size_t> cuts = {};
  // The first read begins with the answer to the upgrade, and our output leaves in two writes.
  bool glued = false;
};

/// How far the story was when so many of the server's bytes had come.
struct Mark {
  std::size_t bytes = 0;
  std::size_t told = 0;
  std::size_t messages = 0;
  std::size_t controls = 0;

  friend bool operator==(const Mark&, const Mark&) = default;
};

struct Performance {
  std::vector<Story> scenes;  // one for each Expect, and one for what came after the last
  std::vector<Mark> marks;    // one for each read
  ws::CompressionCount compression;
  std::string broken;  // a law that holds for every conversation, or empty
};

Performance perform(const Opening& opening, const Script& script, const Reading& reading);

/// All the server's bytes, as long as they will be on the wire.
std::string server_bytes(const Script& script);

}  // namespace wsrelay::conformance
