// The table: how one connection is kept, and made again.
#include "config/choice.hpp"
#include "config/conditions.hpp"
#include "config/fields.hpp"
#include "config/types.hpp"

namespace wsrelay::config {
namespace {

using namespace std::chrono_literals;

Record<client::Ping> ping() {
  using client::Ping;
  using OnTimeout = Ping::OnTimeout;
  return {{
      field(
          "interval", +[](Ping & p) -> auto& { return p.interval; },
          Span{.least = 1s, .most = 24h, .or_zero = true}, Reload::Live,
          "The server is pinged this often; 0s: never."),
      field(
          "timeout", +[](Ping & p) -> auto& { return p.timeout; }, Span{.least = 100ms, .most = 1h},
          Reload::Live, "Without an answer for this long the connection is taken for dead."),
      field("on_timeout", +[](Ping & p) -> auto& { return p.on_timeout; },
            Choice<OnTimeout>{{{"reconnect", OnTimeout::Reconnect}, {"warn", OnTimeout::Warn}}},
            Reload::Live, "What a dead connection is worth: a new one, or only a word.",
            {.since = "0.2"}),
  }};
}

Record<client::Data> data() {
  using client::Data;
  return {{field(
      "after", +[](Data & d) -> auto& { return d.after; },
      Span{.least = 1s, .most = 24h * 7, .or_none = true}, Reload::Live,
      "A server that sends no message for this long is connected anew, though it answers pings.")}};
}

Record<client::ReconnectRule> rule() {
  using Rule = client::ReconnectRule;
  using Action = Rule::Action;
  const Reload live = Reload::Live;
  return {{
      field("close", +[](Rule & r) -> auto& { return r.close; }, Codes{1000, 4999}, live,
            "The code of the server's Close; 1006: the connection broke without one.",
            {.example = "4400-4499"}),
      field("http", +[](Rule & r) -> auto& { return r.http; }, Codes{200, 599}, live,
            "The status with which the server refused the upgrade, or the proxy the way.",
            {.example = "[401, 403]"}),
      field("fault", +[](Rule & r) -> auto& { return r.faults; }, Faults{}, live,
            "The kind of failure, as in last_error.type of the state document.",
            {.example = "tls"}),
      field("phase", +[](Rule & r) -> auto& { return r.phases; }, Phases{}, live,
            "Where it happened.", {.example = "[upgrading, ready]"}),
      field("do", +[](Rule & r) -> auto& { return r.action; },
            Choice<Action>{
                {{"wait", Action::Wait}, {"fail", Action::Fail}, {"refresh", Action::Refresh}}},
            live,
            "wait: rest for `delay`, or as usual. fail: no further attempt before a reload. "
            "refresh: once at once, with secrets read anew, then rest.",
            {.example = "fail", .required = true}),
      field("delay", +[](Rule & r) -> auto& { return r.delay; },
            OptionalSpan{{.least = 10ms, .most = 24h}}, live,
            "With wait: the length of the rest, a tenth more or less.", {.example = "5m"}),
  }};
}

}  // namespace

Record<Delay> delay(Reload reload) {
  return {{
      field(
          "first", +[](Delay & d) -> auto& { return d.first; }, Span{.least = 10ms, .most = 24h},
          reload,
          "The longest rest after the first failure; the rest is drawn at random below it."),
      field(
          "max", +[](Delay & d) -> auto& { return d.max; }, Span{.least = 10ms, .most = 24h},
          reload, "Each further failure doubles the longest rest up to this."),
      field(
          "stable_after", +[](Delay & d) -> auto& { return d.stable_after; },
          Span{.least = 0s, .most = 24h}, reload,
          "A connection that lived this long lets the rests begin anew."),
  }};
}

Record<Instance> liveness() {
  return {{
      field(
          "ping", +[](Instance & i) -> auto& { return i.client.ping; }, ping(), Reload::Live,
          "Pings, and how long to wait for their answer."),
      field("data", +[](Instance & i) -> auto& { return i.client.data; }, data(), Reload::Live,
            "Messages, and how long to wait for one.", {.since = "0.2"}),
  }};
}

Record<client::Reconnect> reconnect() {
  using client::Reconnect;
  const Reload live = Reload::Live;
  return {{
      field("enabled", +[](Reconnect & r) -> auto& { return r.enabled; }, Flag{}, live,
            "false: after an end there is no further attempt before a reload, unless a rule says "
            "so.",
            {.since = "0.2"}),
      field("on_clean_close", +[](Reconnect & r) -> auto& { return r.on_clean_close; }, Flag{},
            live, "Whether a server that closed in an orderly way is connected again.",
            {.since = "0.2"}),
      field(
          "delay", +[](Reconnect & r) -> auto& { return r.delay; }, delay(live), live,
          "How long to rest between two attempts."),
      field("max_retry_after", +[](Reconnect & r) -> auto& { return r.max_retry_after; },
            Span{.least = 1s, .most = 24h * 7, .or_zero = true}, live,
            "The longest rest that a server can ask for with Retry-After; 0s: it is not listened "
            "to.",
            {.since = "0.2"}),
      field("rules", +[](Reconnect & r) -> auto& { return r.rules; },
            List<client::ReconnectRule>{rule(), "[]"}, live,
            "What to do after certain ends; the first rule that fits decides, all its conditions "
            "must hold.",
            {.since = "0.2"}),
  }};
}

Record<client::Timeouts> timeouts() {
  using client::Timeouts;
  const Span span{.least = 100ms, .most = 10min};
  const Reload live = Reload::Live;
  return {{
      field(
          "dns", +[](Timeouts & t) -> auto& { return t.dns; }, span, live,
          "The longest wait for the server's addresses."),
      field(
          "connect", +[](Timeouts & t) -> auto& { return t.connect; }, span, live,
          "The longest wait for a TCP connection."),
      field("proxy", +[](Timeouts & t) -> auto& { return t.proxy; }, span, live,
            "The longest wait for the proxy's consent.", {.since = "0.2"}),
      field(
          "tls", +[](Timeouts & t) -> auto& { return t.tls; }, span, live,
          "The longest wait for the TLS handshake."),
      field(
          "upgrade", +[](Timeouts & t) -> auto& { return t.upgrade; }, span, live,
          "The longest wait for the server's answer to the upgrade."),
      field(
          "write", +[](Timeouts & t) -> auto& { return t.write; }, span, live,
          "A server that takes none of the waiting bytes for this long is given up."),
      field(
          "close", +[](Timeouts & t) -> auto& { return t.close; }, span, live,
          "The longest wait for the server's Close."),
  }};
}

}  // namespace wsrelay::config
