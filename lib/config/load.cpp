#include "config/load.hpp"

#include <algorithm>

#include "config/consistency.hpp"
#include "config/document.hpp"
#include "config/fields.hpp"
#include "config/for_each.hpp"
#include "config/merge.hpp"
#include "config/reading.hpp"

namespace wsrelay::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

const Outline& outline() {
  static const Outline whole = configuration().outline({});
  return whole;
}

const Outline& outline_of_instances() {
  const auto& all = outline().children;
  return *std::find_if(all.begin(), all.end(),
                       [](const Outline& each) { return each.name == "instances"; });
}

/// Those that could be read to their end. Half a file would only give wrong problems.
Node one_tree(std::span<const File> files, Reading& reading) {
  std::vector<Node> trees;
  for (unsigned i = 0; i < files.size(); ++i) {
    Document document = parse_document(files[i].text, i);
    for (const Flaw& flaw : document.flaws) reading.add(flaw);
    if (document.complete)
      trees.push_back(std::move(document.root));
    else
      reading.broke_off(i);
  }
  return merge(std::move(trees), outline(), [&](const Node& node) { reading.hide(node); });
}

void read_all(Node& tree, Config& config, Reading& reading) {
  expand_for_each(tree, outline_of_instances(), reading);
  configuration().read(tree, config, reading);
  if (!reading.is_complete()) return;  // what seems to be missing may be in the rest
  check_consistency(config, tree, reading);
  check_loops(config, tree, reading);
  check_clashes(config, tree, reading);
}

void collect_hidden(const Node& node, const Reading& reading, std::set<Place>& hidden) {
  if (node.is(Node::Kind::Scalar) && reading.hides(node)) hidden.insert(node.place);
  const bool map = node.is(Node::Kind::Map);
  for (std::size_t i = map ? 1 : 0; i < node.children.size(); i += map ? 2 : 1)
    collect_hidden(node.children[i], reading, hidden);
}

}  // namespace

bool Loaded::ok() const {
  return std::all_of(problems.begin(), problems.end(),
                     [](const Problem& each) { return each.warning; });
}

Loaded load(std::span<const File> files, const Surroundings* surroundings) {
  std::vector<File> texts(files.begin(), files.end());
  for (File& each : texts)
    if (each.text.starts_with(kByteOrderMark)) each.text.erase(0, kByteOrderMark.size());
  Loaded loaded;
  Reading reading(texts, surroundings);
  loaded.written.tree = one_tree(texts, reading);
  read_all(loaded.written.tree, loaded.config, reading);
  collect_hidden(loaded.written.tree, reading, loaded.written.hidden);
  for (const File& each : texts) loaded.written.files.push_back(each.name);
  loaded.problems = reading.take();
  return loaded;
}

Loaded load(std::string_view yaml, std::string_view file) {
  const File one{std::string(file), std::string(yaml)};
  return load(std::span(&one, 1));
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
  const mqtt::Settings& broker = config.mqtt.broker;
  for (const SecretRef* each : {&broker.username, &broker.password, &broker.tls.key_password})
    add(*each);
  for (const auto& named : config.secrets) add(named.second);
  const auto add_login = [&](const client::Login& login) {
    add(login.user);
    add(login.password);
  };
  for (const auto& instance : config.instances) {
    const client::Settings& client = instance.second.client;
    for (const client::Header& header : client.headers) add(header.value);
    for (const client::QueryField& field : client.query) add(field.value);
    add(client.bearer);
    add_login(client.basic);
    add(client.tls.key_password);
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
