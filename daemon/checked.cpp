#include "daemon/checked.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/json.hpp"

namespace wsrelay::daemon {
namespace {

std::string first_line(const config::Problem& problem) {
  const std::string text = problem.text();
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::string Checked::problems() const {
  std::string all;
  for (const config::Problem& problem : loaded.problems) all += problem.text() + "\n";
  return all;
}

std::vector<std::string> Checked::lines(bool warnings) const {
  std::vector<std::string> all;
  for (const config::Problem& problem : loaded.problems)
    if (problem.warning == warnings) all.push_back(first_line(problem));
  return all;
}

std::string Checked::first_problem() const {
  const std::vector<std::string> all = lines(false);
  if (all.size() < 2) return all.empty() ? std::string() : all.front();
  return fmt::format("{} (and {} more)", all.front(), all.size() - 1);
}

Checked check(Snapshot snapshot, const std::string& name,
              const config::Surroundings* surroundings) {
  Checked checked{.loaded = {}, .drop_ins = snapshot.drop_ins};
  checked.loaded.problems = std::move(snapshot.problems);
  if (!checked.ok()) return checked;
  // The command line is one more file, and the last word.
  if (!name.empty())
    snapshot.files.push_back({"--name", fmt::format("name: {}", json_quoted(name))});
  config::Problems of_files = std::move(checked.loaded.problems);
  checked.loaded = config::load(snapshot.files, surroundings);
  auto& problems = checked.loaded.problems;
  problems.insert(problems.begin(), std::make_move_iterator(of_files.begin()),
                  std::make_move_iterator(of_files.end()));
  return checked;
}

std::shared_ptr<const config::Config> runnable(Checked checked, const std::string& client_id) {
  auto config = std::make_shared<config::Config>(std::move(checked.loaded.config));
  if (config->mqtt.broker.client_id.empty()) config->mqtt.broker.client_id = client_id;
  return config;
}

}  // namespace wsrelay::daemon
