// One log line as a value: level, sentence, fields. Rooms below bridge/ never log; bridge/ and
// daemon/ log on change. Where lines go (journal or stderr) is main's choice of sink.
// Field names are journal names: upper case, letters and '_' only, prefix WSRELAY_ for our own.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsrelay {

/// The numbers are syslog's, as in PRIORITY=.
enum class LogLevel : std::uint8_t { Error = 3, Warning = 4, Notice = 5, Info = 6, Debug = 7 };

struct LogLine {
  LogLevel level = LogLevel::Info;
  std::string text;
  std::vector<std::pair<std::string_view, std::string>> fields = {};  // names are literals
  std::string_view message_id = {};  // 32 hex digits of the catalog entry, or empty
};

class Log {
 public:
  virtual ~Log() = default;
  virtual void write(const LogLine& line) = 0;
};

}  // namespace wsrelay
