// The table's beginning: the daemon and the broker.
#include "config/fields.hpp"

#include "config/checks.hpp"
#include "config/choice.hpp"
#include "config/named.hpp"
#include "config/types.hpp"

namespace wsrelay::config {
namespace {

using namespace std::chrono_literals;

Record<Config> log() {
  return {{
      field(
          "level", +[](Config & c) -> auto& { return c.log_level; },
          Choice<LogLevel>{{{"error", LogLevel::Error},
                            {"warning", LogLevel::Warning},
                            {"notice", LogLevel::Notice},
                            {"info", LogLevel::Info},
                            {"debug", LogLevel::Debug}}},
          Reload::Live, "The least important lines that are still written."),
  }};
}

Record<client::StartRate::Settings> starts() {
  using Rate = client::StartRate::Settings;
  const Number rate{0, 1'000'000};
  return {{
      field(
          "per_second", +[](Rate & r) -> auto& { return r.per_second; }, rate, Reload::Live,
          "At most so many attempts begin in a second, over all instances; 0: no limit."),
      field(
          "per_host_per_second", +[](Rate & r) -> auto& { return r.per_host_per_second; }, rate,
          Reload::Live, "At most so many of them go to one host and port; 0: no limit."),
  }};
}

Record<Mqtt> mqtt_reconnect() {
  return {{
      field(
          "delay", +[](Mqtt & m) -> auto& { return m.broker.delay; }, delay(Reload::Live),
          Reload::Live, "How long to rest between two attempts to reach the broker."),
  }};
}

Record<Mqtt> mqtt() {
  const Reload anew = Reload::Reconnect;  // of the connection to the broker alone
  return {{
      field(
          "url", +[](Mqtt & m) -> auto& { return m.broker.url; }, Address{Address::Of::Broker},
          anew, "Where the broker listens."),
      field("username", +[](Mqtt & m) -> auto& { return m.broker.username; },
            Reference{Reference::Inline::Fine}, anew, "The login at the broker.",
            {.example = "wsrelayd"}),
      field("password", +[](Mqtt & m) -> auto& { return m.broker.password; },
            Reference{Reference::Inline::Warned}, anew, "The password of that login.",
            {.example = "{credential: mqtt-password}"}),
      field("client_id", +[](Mqtt & m) -> auto& { return m.broker.client_id; },
            Text{"a text of up to 256 bytes", client_id}, anew,
            "The name of our session at the broker; without one it is wsrelayd-NAME- and 8 "
            "hexadecimal digits of the machine.",
            {.example = "wsrelayd-hall"}),
      field(
          "base_topic", +[](Mqtt & m) -> auto& { return m.base_topic; },
          Text{"a topic of up to 256 bytes", base_topic}, Reload::Restart,
          "The topic under which everything of this daemon stands; {{base}} in templates."),
      field(
          "keepalive", +[](Mqtt & m) -> auto& { return m.broker.keepalive; },
          Span{.least = 5s, .most = 65535s, .step = 1s}, anew,
          "The longest silence towards the broker; after one and a half of it the broker gives us "
          "up."),
      field(
          "session_expiry", +[](Mqtt & m) -> auto& { return m.broker.session_expiry; },
          Span{.least = 0s, .most = 24h * 365, .step = 1s}, anew,
          "How long the broker keeps our subscriptions and messages while we are away."),
      field(
          "allow_plaintext", +[](Mqtt & m) -> auto& { return m.allow_plaintext; }, Flag{},
          Reload::Live, "Permits a login over mqtt:// to a host beyond the local network."),
      field(
          "tls", +[](Mqtt & m) -> auto& { return m.broker.tls; }, tls(anew), anew,
          "How far to trust the broker (mqtts://)."),
      field(
          "reconnect", +[](Mqtt & m) -> auto& { return m; }, mqtt_reconnect(), Reload::Live,
          "What happens when the broker is lost."),
  }};
}

}  // namespace

const Record<Config>& configuration() {
  static const Record<Config> whole{{
      field(
          "name", +[](Config & c) -> auto& { return c.name; },
          Text{"a name: 1 to 64 letters, digits, _ or -", plain_name}, Reload::Restart,
          "This daemon's name, which tells several on one broker apart."),
      field(
          "log", +[](Config & c) -> auto& { return c; }, log(), Reload::Live, "The journal."),
      field(
          "drain_timeout", +[](Config & c) -> auto& { return c.drain_timeout; },
          Span{.least = 0s, .most = 5min}, Reload::Live,
          "How long a stop waits until what was received has reached the broker."),
      field(
          "report_interval", +[](Config & c) -> auto& { return c.report_interval; },
          Span{.least = 1s, .most = 24h}, Reload::Live,
          "How often each instance's retained stats document is published."),
      field(
          "starts", +[](Config & c) -> auto& { return c.starts; }, starts(), Reload::Live,
          "How fast attempts to connect may follow each other, so that what fell together does not "
          "come back in one instant.",
          {.since = "0.2"}),
      field("secrets", +[](Config & c) -> auto& { return c.secrets; }, Secrets{}, Reload::Reconnect,
            "Secrets by name, for the texts that refer to them: {{secret:NAME}}.",
            {.example = "{api-key: {credential: ticker-key}}"}),
      field(
          "mqtt", +[](Config & c) -> auto& { return c.mqtt; }, mqtt(), Reload::Reconnect,
          "The broker."),
      field(
          "defaults", +[](Config & c) -> auto& { return c.defaults; }, Defaults{instance()},
          Reload::Live,
          "Any setting of an instance, inherited by all of them: values and groups merge by key, "
          "a list replaces."),
      field(
          "instances", +[](Config & c) -> auto& { return c; }, Instances{instance()}, Reload::Live,
          "The WebSocket connections, by name: 1 to 64 letters, digits, _ or -."),
  }};
  return whole;
}

}  // namespace wsrelay::config
