// The checks of single texts: names, paths, topics. Each returns what is wrong, or nothing.
// What depends on more than one setting stands in consistency.
#pragma once

#include <optional>
#include <string_view>

#include "config/types.hpp"

namespace wsrelay::config {

std::optional<Objection> any_text(std::string_view text);    // UTF-8 on one line
std::optional<Objection> plain_name(std::string_view text);  // [A-Za-z0-9_-]{1,64}
std::optional<Objection> instance_name(std::string_view text);
std::optional<Objection> client_id(std::string_view text);
std::optional<Objection> base_topic(std::string_view text);
std::optional<Objection> absolute_path(std::string_view text);
std::optional<Objection> token_url(std::string_view text);  // pkcs11:…
std::optional<Objection> host_name(std::string_view text);
std::optional<Objection> interface_name(std::string_view text);
std::optional<Objection> local_address(std::string_view text);
std::optional<Objection> subprotocol(std::string_view text);
std::optional<Objection> credential_name(std::string_view text);
std::optional<Objection> variable_name(std::string_view text);
std::optional<Objection> publish_topic(std::string_view text);   // a template of a topic name
std::optional<Objection> deliver_filter(std::string_view text);  // a template of a topic filter

}  // namespace wsrelay::config
