#include "config/consistency.hpp"

#include <fmt/format.h>

#include "config/checks.hpp"

namespace wsrelay::config {
namespace {

template <class Find>
void check_tls(const io::TlsSettings& tls, bool used, const Find& find, const Say& say) {
  if (!tls.cert_file.empty() && tls.key_file.empty())
    say.problem(find("tls.cert_file"), "a certificate without its key", "add key_file");
  if (!tls.key_file.empty() && tls.cert_file.empty())
    say.problem(find("tls.key_file"), "a key without its certificate", "add cert_file");
  if (tls.key_password.is_given() && tls.key_file.empty())
    say.problem(find("tls.key_password"), "a password without the key that it opens",
                "add key_file");
  if (tls.key_password.is_given() && tls.key_file.starts_with("pkcs11:"))
    say.problem(find("tls.key_password"), "a key in a token is opened by the token's PIN",
                "write it into a file and ?pin-source=file:/… behind the URL");
  if (used && tls.verify == io::TlsSettings::Verify::None)
    say.warning(find("tls.verify"), "whoever sits in between can read and change everything",
                "trust a private issuer with ca_file instead");
  if (used && tls.verify == io::TlsSettings::Verify::Chain)
    say.warning(find("tls.verify"), "any server of a trusted issuer is taken for this one",
                "expect another name with verify_name instead");
  if (!tls.verify_name.empty() && tls.verify != io::TlsSettings::Verify::Full)
    say.problem(find("tls.verify_name"), "no name is compared unless verify is full",
                "remove one of the two");
}

template <class Find>
void check_delay(const Delay& delay, const Find& find, const Say& say) {
  if (delay.first <= delay.max) return;
  // Point at what was written: one of the two may be the default.
  const Spot first = find("reconnect.delay.first");
  say.problem(first, fmt::format("{} is longer than max, which is {}", print_duration(delay.first),
                                 print_duration(delay.max)));
}

// Plain text to this machine is fine, in the local network it is worth a word, beyond it a
// decision.
template <class Find>
void check_plaintext(const Url& url, bool allowed, std::string_view what, std::string_view secure,
                     const Find& find, const Say& say) {
  const Reach reach = reach_of(url);
  if (url.secure() || url.host.empty() || reach == Reach::Loopback || allowed) return;
  if (reach == Reach::Private)
    return say.warning(find("url"),
                       fmt::format("{} to {} can be read and changed on the way", what, url.host),
                       fmt::format("use {}:// if the server has it", secure));
  say.problem(find("url"),
              fmt::format("{} to {} can be read and changed on the way", what, url.host),
              fmt::format("use {}://, or set allow_plaintext: true", secure));
}

void check_mqtt(const Config& config, const Node& root, const Say& say) {
  const Node* mqtt = root.find("mqtt");
  const auto find = [&](std::string_view path) {
    const Node* node = descend(mqtt, path);
    if (node == nullptr) node = mqtt != nullptr ? mqtt : &root;
    return Spot{node, fmt::format("mqtt.{}", path)};
  };
  const mqtt::Settings& broker = config.mqtt.broker;
  const bool has_password = broker.password.is_given(), has_username = broker.username.is_given();
  check_tls(broker.tls, broker.url.secure(), find, say);
  check_delay(broker.delay, find, say);
  const Node* tls = descend(mqtt, "tls");
  if (tls != nullptr && tls->entries() > 0 && !broker.url.secure())
    say.warning(find("tls"), fmt::format("counts for nothing with {}://", broker.url.scheme),
                broker.url.scheme == "mqtt" ? "use mqtts://, or remove it" : "remove it");
  broker.username.for_each_part([&](const SecretRef& part) {
    if (part.source != SecretRef::Source::Literal) return;
    if (auto objection = any_text(part.literal.reveal()))
      say.problem(find("username"), std::move(objection->what), std::move(objection->hint));
  });
  if (has_password && !has_username)
    say.problem(find("password"), "a password without a username", "add username");
  if (has_password || has_username)
    check_plaintext(broker.url, config.mqtt.allow_plaintext, "a login over mqtt://", "mqtts", find,
                    say);
}

void check_instance(const Instance& instance, const Whereabouts& where, const Say& say) {
  const auto find = [&](std::string_view path) { return where.find(path); };
  const client::Settings& client = instance.client;
  check_tls(client.tls, client.url.scheme != "ws" || client.follow_redirects, find, say);
  check_delay(client.reconnect.delay, find, say);
  check_plaintext(client.url, instance.allow_plaintext, "ws://", "wss", find, say);
  check_connection(instance, where, say);
  check_effect(instance, where, say);
  check_reconnect(client.reconnect, where, say);
  if (instance.rules.publish.size() > 1)
    say.warning(find("publish.1"), "is never reached: the rule before it takes every message",
                "remove it");
}

}  // namespace

void check_consistency(const Config& config, const Node& root, Reading& reading) {
  const Say say{reading};
  check_mqtt(config, root, say);
  for_each_instance(config, root, [&](std::size_t index, const Instance& instance) {
    check_instance(instance, Whereabouts(root, index), say);
  });
}

}  // namespace wsrelay::config
