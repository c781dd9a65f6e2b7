#include "config/explain.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "config/explain_parts.hpp"
#include "config/grouped.hpp"

namespace wsrelay::config {
namespace {

/// One that is not joined of several.
std::string origin_of(const SecretRef& ref) {
  switch (ref.source) {
    case SecretRef::Source::Credential:
      return fmt::format("the credential {}", ref.name);
    case SecretRef::Source::File:
      return fmt::format("the file {}", ref.name);
    case SecretRef::Source::Environment:
      return fmt::format("the environment variable {}", ref.name);
    case SecretRef::Source::Literal:
    case SecretRef::Source::None:
    case SecretRef::Source::Joined:
      break;
  }
  return "the configuration itself";
}

void tell_labels(const Instance& instance, Page& page) {
  if (instance.labels.empty()) return;
  std::vector<std::string> labels;
  for (const auto& [name, value] : instance.labels)
    labels.push_back(fmt::format("{}={}", name, value));
  page.paragraph(fmt::format("Its labels: {}.", fmt::join(labels, ", ")));
}

}  // namespace

std::string whence(const SecretRef& ref) {
  std::vector<std::string> origins;
  ref.for_each_part([&](const SecretRef& part) {
    std::string origin = origin_of(part);
    if (std::find(origins.begin(), origins.end(), origin) == origins.end())
      origins.push_back(std::move(origin));
  });
  return list_of(origins, "and");
}

std::string list_of(const std::vector<std::string>& words, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 < words.size() ? ", " : fmt::format(" {} ", last);
    text += words[i];
  }
  return text;
}

std::string count_of(std::size_t number, std::string_view thing) {
  return fmt::format("{} {}{}", grouped(number, kGlue), thing, number == 1 ? "" : "s");
}

std::string explain(const Config& config, const std::string& name) {
  const Subject subject{config, name, config.instances.at(name)};
  Page page;
  page.heading(fmt::format("{}: {}", name, subject.instance.client.url.redacted()));
  if (!subject.instance.enabled)
    page.paragraph(
        "This instance is disabled (enabled: false): it is known, but does not connect, and "
        "nothing is relayed. What follows holds once it is enabled.");
  tell_labels(subject.instance, page);
  tell_connection(subject, page);
  tell_liveness(subject, page);
  tell_reconnect(subject, page);
  tell_publish(subject, page);
  tell_deliver(subject, page);
  tell_promises(subject, page);
  tell_reports(subject, page);
  return page.take();
}

}  // namespace wsrelay::config
