// Private to the documents and events: the parts that several of them have in common. What is not
// known is null, so that readers find every member always.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "bridge/documents.hpp"

namespace wsrelay::bridge {

void text_or_null(JsonWriter& json, std::string_view name, std::string_view text);
void time_or_null(JsonWriter& json, std::string_view name, const std::optional<WallTime>& time);

/// An object each; the key stands already.
void write_close(JsonWriter& json, const client::LastClose& close,
                 const std::optional<WallTime>& at);
void write_error(JsonWriter& json, const Error& error, const std::optional<WallTime>& at);

/// Members of an object that is open.
void write_labels(JsonWriter& json, const std::map<std::string, std::string>& labels);
void write_target(JsonWriter& json, const client::Settings& settings);
void write_agreement(JsonWriter& json, const client::Status& status);
void write_lanes(JsonWriter& json, const Instance& instance);
void write_rtt(JsonWriter& json, const client::Status& status);

}  // namespace wsrelay::bridge
