// MQTT topic names and topic filters (MQTT 5.0 §4.7): what may be published to, what may be
// subscribed to, and which name matches which filter. Pure words; who owns a topic is route/'s.
#pragma once

#include <string_view>

namespace wsrelay {

inline constexpr std::size_t kMaxTopicBytes = 65535;
inline constexpr std::size_t kMaxTopicLevels =
    200;  // mosquitto's limit; deeper ones are refused there

/// A name to publish to: UTF-8, not empty, no wildcard, no control character, at most 200 levels.
bool is_topic_name(std::string_view name);
/// A filter to subscribe to; '+' and '#' stand alone in their level and '#' stands last.
bool is_topic_filter(std::string_view filter);
/// §4.7.1–4.7.2: a filter that begins with a wildcard does not match names that begin with '$'.
bool topic_matches(std::string_view filter, std::string_view name);
/// Could some name match both? (Then an arrival is delivered once per filter.)
bool filters_overlap(std::string_view a, std::string_view b);

}  // namespace wsrelay
