// Private to explain*: the parts of the explanation, in the order in which they stand, and the
// words that they share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "config/config.hpp"
#include "config/explain_page.hpp"

namespace wsrelay::config {

struct Subject {
  const Config& config;
  const std::string& name;
  const Instance& instance;

  /// `wsrelay/ticker/WHAT`
  std::string topic(std::string_view what) const {
    return as_written(config.mqtt.base_topic + "/" + name + "/" + std::string(what));
  }
};

void tell_connection(const Subject& subject, Page& page);
void tell_liveness(const Subject& subject, Page& page);
void tell_reconnect(const Subject& subject, Page& page);
void tell_publish(const Subject& subject, Page& page);
void tell_deliver(const Subject& subject, Page& page);
void tell_promises(const Subject& subject, Page& page);
void tell_reports(const Subject& subject, Page& page);

/// "the credential ticker-key": where a secret comes from.
std::string whence(const SecretRef& ref);
/// "a", "a or b", "a, b or c"
std::string list_of(const std::vector<std::string>& words, std::string_view last = "or");
/// "1 message", "10 000 messages"
std::string count_of(std::size_t number, std::string_view thing);

}  // namespace wsrelay::config
