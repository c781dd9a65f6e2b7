#include "daemon/journal.hpp"

// The lines' places in this file would be the same for all of them.
#define SD_JOURNAL_SUPPRESS_LOCATION

#include <algorithm>
#include <cstdlib>
#include <systemd/sd-journal.h>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace wsrelay::daemon {
namespace {

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::Error:
      return "error";
    case LogLevel::Warning:
      return "warning";
    case LogLevel::Notice:
      return "notice";
    case LogLevel::Info:
      return "info";
    case LogLevel::Debug:
      return "debug";
  }
  return "info";
}

class JournalLog final : public LeveledLog {
  void put(const LogLine& line) override {
    std::vector<std::string> fields;
    fields.push_back("MESSAGE=" + line.text);
    fields.push_back(fmt::format("PRIORITY={}", static_cast<int>(line.level)));
    fields.emplace_back("SYSLOG_IDENTIFIER=wsrelayd");
    if (!line.message_id.empty()) fields.push_back(fmt::format("MESSAGE_ID={}", line.message_id));
    for (const auto& field : line.fields)
      fields.push_back(fmt::format("{}={}", field.first, field.second));
    std::vector<iovec> parts(fields.size());
    std::transform(fields.begin(), fields.end(), parts.begin(), [](std::string& field) {
      return iovec{field.data(), field.size()};
    });
    sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
  }
};

// A terminal, a file, a container: one line each, whatever a peer put into the text.
class PlainLog final : public LeveledLog {
 public:
  explicit PlainLog(std::function<WallTime()> wall) : wall_(std::move(wall)) {}

 private:
  void put(const LogLine& line) override {
    std::string text =
        fmt::format("{} {:<7} {}", print_wall_time(wall_()), name_of(line.level), line.text);
    for (char& c : text)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
    text += '\n';
    // One write, so that lines of several processes do not mix; a full pipe loses it, not us.
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
  }
  std::function<WallTime()> wall_;
};

// systemd.exec(5): "device:inode" of the stream that leads to the journal.
bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || fstat(STDERR_FILENO, &status) != 0) return false;
  return fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

}  // namespace

std::unique_ptr<LeveledLog> open_log(std::function<WallTime()> wall) {
  if (stderr_is_journal()) return std::make_unique<JournalLog>();
  return std::make_unique<PlainLog>(std::move(wall));
}

}  // namespace wsrelay::daemon
