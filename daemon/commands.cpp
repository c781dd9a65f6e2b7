#include "daemon/commands.hpp"

#include <optional>
#include <vector>

#include <fmt/format.h>

#include "config/dump.hpp"
#include "config/explain.hpp"
#include "config/plan.hpp"
#include "config/print_plan.hpp"
#include "config/suggest.hpp"
#include "daemon/checked.hpp"
#include "daemon/service_user.hpp"
#include "daemon/surroundings.hpp"

namespace wsrelay::daemon {
namespace {

Snapshot read(const std::string& file) {
  return file == "-" ? snapshot_of_stdin() : take_snapshot(places_of(file));
}

ExitCode check_config(const Options& options) {
  const std::optional<std::string> user = become_service_user(options.config);
  const Surroundings surroundings(Surroundings::Use::Check);
  const Checked checked = check(read(options.config), options.name, &surroundings);
  fmt::print(stderr, "{}", checked.problems());
  if (user && !checked.loaded.problems.empty())
    fmt::print(stderr, "(checked as the service would find it, as user {})\n", *user);
  if (!checked.ok()) return kConfig;
  fmt::print("{}: the configuration is valid", options.config);
  if (checked.drop_ins > 0)
    fmt::print(", with {} drop-in{}", checked.drop_ins, checked.drop_ins == 1 ? "" : "s");
  fmt::print("\n");
  return kOk;
}

// What a configuration says can be told without its secrets: nobody is asked for them.
std::optional<config::Loaded> load(const std::string& file, const Options& options) {
  Checked checked = check(read(file), options.name, nullptr);
  fmt::print(stderr, "{}", checked.problems());
  if (!checked.ok()) return std::nullopt;
  return std::move(checked.loaded);
}

ExitCode dump_config(const Options& options) {
  const auto loaded = load(options.config, options);
  if (!loaded) return kConfig;
  fmt::print("{}", config::dump(*loaded));
  return kOk;
}

ExitCode plan(const Options& options) {
  const auto before = load(options.config, options);
  const auto after = load(options.after, options);
  if (!before || !after) return kConfig;
  fmt::print("{}", config::print(config::plan(before->config, after->config)));
  return kOk;
}

ExitCode explain(const Options& options) {
  const auto loaded = load(options.config, options);
  if (!loaded) return kConfig;
  const auto& instances = loaded->config.instances;
  if (instances.contains(options.instance)) {
    fmt::print("{}", config::explain(loaded->config, options.instance));
    return kOk;
  }
  std::vector<std::string_view> known;
  for (const auto& each : instances) known.push_back(each.first);
  const auto meant = config::nearest(options.instance, known);
  fmt::print(stderr, "wsrelayd: {} has no instance '{}'{}\n", options.config, options.instance,
             meant ? fmt::format("; did you mean '{}'?", *meant) : std::string());
  return kUsage;
}

}  // namespace

ExitCode run_command(const Options& options) {
  switch (options.command) {
    case Options::Command::CheckConfig:
      return check_config(options);
    case Options::Command::DumpConfig:
      return dump_config(options);
    case Options::Command::Plan:
      return plan(options);
    case Options::Command::Explain:
      return explain(options);
    default:
      return kFailure;
  }
}

}  // namespace wsrelay::daemon
