#include "config/load.hpp"

#include <algorithm>

#include "config/consistency.hpp"
#include "config/document.hpp"
#include "config/fields.hpp"
#include "config/reading.hpp"

namespace wsrelay::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

bool Loaded::ok() const {
  return std::all_of(problems.begin(), problems.end(),
                     [](const Problem& each) { return each.warning; });
}

Loaded load(std::string_view yaml, std::string_view file) {
  if (yaml.starts_with(kByteOrderMark)) yaml.remove_prefix(kByteOrderMark.size());
  const Document document = parse_document(yaml);
  Loaded loaded;
  Reading reading(file, yaml);
  for (const Flaw& flaw : document.flaws) reading.add(flaw);
  // Half a file would only give wrong problems: "is missing", where the missing part is the rest.
  if (document.complete) {
    configuration().read(document.root, loaded.config, reading);
    check_consistency(loaded.config, document.root, reading);
    check_loops(loaded.config, document.root, reading);
  }
  loaded.problems = reading.take(document.complete);
  return loaded;
}

std::vector<SecretRef> secret_refs(const Config& config) {
  std::vector<SecretRef> refs;
  const auto add = [&](const SecretRef& whole) {
    whole.for_each_part([&](const SecretRef& ref) {
      const bool elsewhere =
          ref.source != SecretRef::Source::None && ref.source != SecretRef::Source::Literal;
      if (elsewhere) refs.push_back(ref);
    });
  };
  add(config.mqtt.broker.password);
  for (const auto& named : config.secrets) add(named.second);
  const auto add_login = [&](const client::Login& login) {
    add(login.user);
    add(login.password);
  };
  for (const auto& instance : config.instances) {
    const client::Settings& client = instance.second.client;
    for (const client::Header& header : client.headers) add(header.value);
    add_login(client.basic);
    if (client.proxy) add_login(client.proxy->login);
  }
  return refs;
}

std::set<std::string> environment_names(const Config& config) {
  std::set<std::string> names;
  for (const SecretRef& ref : secret_refs(config))
    if (ref.source == SecretRef::Source::Environment) names.insert(ref.name);
  return names;
}

}  // namespace wsrelay::config
