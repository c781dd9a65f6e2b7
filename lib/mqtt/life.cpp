#include "mqtt/life.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace wsrelay::mqtt {
namespace {

constexpr Duration kConnackTimeout = std::chrono::seconds(10);
constexpr Duration kLeaveTimeout = std::chrono::seconds(1);
constexpr Duration kTakeoverSpan = std::chrono::seconds(60);
constexpr std::size_t kTakeovers = 3;  // so many within the span are a fight, not an accident

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

tl::unexpected<Error> refuse(std::string_view what, const SecretRef& ref, std::string_view wrong) {
  const std::string place = place_of(ref);
  return fail(Fault::Local, fmt::format("the {} for the broker{}{} {}", what,
                                        place.empty() ? "" : ", from ", place, wrong));
}

// MQTT 5.0 §3.1.3.5: a name is UTF-8, and a line break at its end is a slip of whoever wrote the
// file. A password may be any bytes, but libmosquitto takes it as a C string.
Result<Secret> read_username(const SecretRef& ref, const io::Secrets& secrets) {
  auto name = secrets.read(ref);
  if (!name) return name;
  if (has_control(name->reveal()))
    return refuse("username", ref, "has a line break or control character");
  if (!is_utf8(as_bytes(name->reveal()))) return refuse("username", ref, "is not UTF-8");
  return name;
}

Result<Secret> read_password(const SecretRef& ref, const io::Secrets& secrets) {
  auto password = secrets.read(ref);
  if (password && password->reveal().find('\0') != std::string_view::npos)
    return refuse("password", ref, "has a NUL byte, which libmosquitto cannot send");
  return password;
}

}  // namespace

Broker::Life::Life(Settings settings, Wiring wiring, io::Dialer& dialer, const io::Secrets& secrets,
                   Random& random, Listener& listener)
    : settings_(std::move(settings)),
      wiring_(std::move(wiring)),
      will_(wiring_.will),
      dialer_(dialer),
      secrets_(secrets),
      random_(random),
      listener_(listener),
      backoff_(settings_.delay) {}

io::Wait Broker::Life::run(const io::Turn& turn) {
  while (true) {
    Next next = std::visit([&](auto& state) { return advance(state, turn); }, state_);
    if (const auto* wait = std::get_if<io::Wait>(&next)) return *wait;
    state_ = std::get<State>(std::move(next));  // the only assignment
  }
}

void Broker::Life::change(Settings settings, Instant deadline) {
  const Settings before = std::exchange(settings_, std::move(settings));
  backoff_.set(settings_.delay);
  redrawing_ = before.delay != settings_.delay && std::holds_alternative<Resting>(state_);
  elsewhere_ = elsewhere_ || leads_elsewhere(before, settings_);
  if (needs_new_connection(before, settings_))
    change_at_ = std::min(deadline, change_at_.value_or(deadline));
}

void Broker::Life::acknowledge(std::uint64_t token) {
  if (auto* serving = std::get_if<Serving>(&state_)) serving->online->acknowledge(token);
}

Broker::Life::Next Broker::Life::advance(Resting& resting, const io::Turn& turn) {
  if (stop_at_) return stopped();
  if (change_at_) return begin_anew(turn.now);
  if (std::exchange(redrawing_, false) && turn.now < resting.until) {
    const Instant until = after(resting.since, backoff_.again(random_));
    resting.until = status_.next_attempt = std::max(turn.now, until);
    listener_.on_broker_state(status_);
  }
  if (turn.now < resting.until) return io::Wait{.until = resting.until};
  return dial(turn.now);
}

// With other settings nothing of what failed before counts; elsewhere, nothing of what was known.
Broker::Life::State Broker::Life::begin_anew(Instant now) {
  change_at_.reset();
  if (std::exchange(elsewhere_, false)) {
    subscriptions_.forget();
    version_ = {};
    will_ = wiring_.will;
    takeovers_.clear();
  }
  backoff_ = Backoff(settings_.delay);
  status_.attempt = 0;
  status_.last_error.reset();
  return dial(now);
}

Broker::Life::State Broker::Life::dial(Instant now) {
  auto ready = login();  // read for every attempt: a password file may have changed
  if (!ready) return rest(ready.error(), now);
  auto key_password =
      secrets_.read(settings_.url.secure() ? settings_.tls.key_password : SecretRef());
  if (!key_password) return rest(key_password.error(), now);
  enter(BrokerState::Connecting);
  return Dialing{std::move(*ready), dialer_.dial({.url = settings_.url,
                                                  .tls = settings_.tls,
                                                  .key_password = std::move(*key_password)},
                                                 registration, now)};
}

Result<Login> Broker::Life::login() const {
  const auto seconds = [](Duration span) {
    return std::chrono::duration_cast<std::chrono::seconds>(span);
  };
  auto username = read_username(settings_.username, secrets_);
  if (!username) return tl::unexpected(username.error());
  auto password = read_password(settings_.password, secrets_);
  if (!password) return tl::unexpected(password.error());
  return Login{.protocol = version_.current(),
               .client_id = settings_.client_id,
               .username = std::move(*username),
               .password = std::move(*password),
               .will = will_,
               .keepalive = seconds(settings_.keepalive),
               .session_expiry = seconds(settings_.session_expiry),
               .max_packet = static_cast<std::uint32_t>(std::min<std::size_t>(
                   wiring_.max_packet, std::numeric_limits<std::uint32_t>::max()))};
}

Broker::Life::Next Broker::Life::advance(Dialing& dialing, const io::Turn& turn) {
  if (change_at_ && !stop_at_) return begin_anew(turn.now);
  auto stream = dialing.dial->advance(turn.now);
  if (!stream) return rest(stream.error(), turn.now);
  if (!*stream) {
    if (stop_at_ && turn.now >= *stop_at_) return stopped();
    io::Wait wait = dialing.dial->wait();
    if (stop_at_) wait.until = std::min(wait.until, *stop_at_);
    return wait;
  }
  auto connection = Connection::open(std::move(*stream), std::move(dialing.login),
                                     wiring_.relay_directory, wiring_.max_packet, turn.now);
  if (!connection) return rest(connection.error(), turn.now);
  return Greeting{std::move(*connection), after(turn.now, kConnackTimeout)};
}

Broker::Life::Next Broker::Life::advance(Greeting& greeting, const io::Turn& turn) {
  if (change_at_ && !stop_at_) return begin_anew(turn.now);
  Connection& connection = *greeting.connection;
  auto moved = connection.receive(turn);
  const auto connack = connection.take_connack();
  if (!connack) return rest(connack.error(), turn.now);
  if (*connack && (*connack)->code == 0) return serve(greeting, **connack, turn.now);
  if (*connack) return refused(**connack, connection.library().failure(), turn.now);
  if (moved) moved = connection.send(turn);
  if (!moved) {
    version_.unanswered();
    return rest(moved.error(), turn.now);
  }
  if (stop_at_ && turn.now >= *stop_at_) return stopped();
  if (turn.now >= greeting.deadline)
    return rest({.fault = Fault::Timeout,
                 .text = "the broker did not answer CONNECT within 10 s",
                 .phase = "connack"},
                turn.now);
  io::Wait wait = connection.wait(turn.now);
  wait.until = std::min({wait.until, greeting.deadline, stop_at_.value_or(Instant::max())});
  return wait;
}

Broker::Life::State Broker::Life::serve(Greeting& greeting, const Connack& connack, Instant now) {
  version_.worked();
  status_.protocol = version_.current();
  status_.remote = greeting.connection->remote();
  status_.session_present = connack.session_present;
  status_.last_error.reset();
  auto online = std::make_unique<Online>(std::move(greeting.connection), connack, ++connections_,
                                         subscriptions_, listener_, now);
  enter(BrokerState::Connected);
  return Serving{std::move(online)};
}

Broker::Life::State Broker::Life::refused(const Connack& connack, Error why, Instant now) {
  if (refuses_version(connack.code, version_.current())) version_.refused();
  // A broker without retained messages or QoS 1 refuses a will that asks for them; have what can be
  // had.
  if (connack.code == kRetainNotSupported) will_.retain = false;
  if (connack.code == kQosNotSupported) will_.qos = 0;
  return rest(std::move(why), now);
}

Broker::Life::Next Broker::Life::advance(Serving& serving, const io::Turn& turn) {
  if (auto served = serving.online->run(turn); !served)
    return lost(serving, served.error(), turn.now);
  if (is_leaving() && (serving.online->is_drained() || turn.now >= leave_at()))
    return leave(serving, turn.now);
  io::Wait wait = serving.online->wait(turn.now);
  wait.until = std::min(wait.until, leave_at());
  return wait;
}

Broker::Life::State Broker::Life::lost(Serving& serving, Error why, Instant now) {
  const Duration age = serving.online->age(now);
  const int reason = serving.online->connection().library().disconnect_reason();
  backoff_.succeeded_for(age);
  listener_.on_connection_lost();
  // mosquitto 2.0.11 closes the connection of a client whose session is taken over without a
  // word.
  const bool said_so = reason == kSessionTakenOver;
  const bool looks_so = reason == 0 && why.fault == Fault::Broker && age < kTakeoverSpan;
  if (!said_so && !looks_so) return rest(std::move(why), now);

  takeovers_.push_back(now);
  while (now - takeovers_.front() > kTakeoverSpan) takeovers_.pop_front();
  if (takeovers_.size() < kTakeovers) return rest(std::move(why), now);
  if (!said_so) {
    why.text += "; is client id " + settings_.client_id + " in use by another client?";
    return rest(std::move(why), now);
  }
  backoff_.next(random_);  // a failure all the same
  return rest_for(std::move(why), settings_.delay.max, now);
}

Broker::Life::State Broker::Life::leave(Serving& serving, Instant now) {
  if (serving.online->has_open_tokens()) listener_.on_connection_lost();
  auto connection = serving.online->release();
  connection->library().disconnect();  // §3.14: with reason 0 the broker discards the will
  return Leaving{std::move(connection), after(now, kLeaveTimeout)};
}

// A socket closed with bytes unread is reset, and the reset may overtake what we sent last. So
// the broker ends the stream first, if it does within the time.
Broker::Life::Next Broker::Life::advance(Leaving& leaving, const io::Turn& turn) {
  Connection& connection = *leaving.connection;
  const auto sent = connection.send(turn);
  if (sent && connection.pending() == 0 && !std::exchange(leaving.shut, true)) connection.shut();
  if (!sent || connection.ended() || turn.now >= leaving.deadline) return after_leaving(turn.now);
  io::Wait wait = connection.wait(turn.now);
  wait.until = leaving.deadline;
  return wait;
}

Broker::Life::State Broker::Life::after_leaving(Instant now) {
  return stop_at_ ? stopped() : begin_anew(now);
}

Broker::Life::Next Broker::Life::advance(Stopped&, const io::Turn&) {
  return io::Wait{};
}

Broker::Life::State Broker::Life::rest(Error why, Instant now) {
  return rest_for(std::move(why), backoff_.next(random_), now);
}

Broker::Life::State Broker::Life::rest_for(Error why, Duration span, Instant now) {
  status_.last_error = std::move(why);
  status_.attempt = backoff_.failures();
  if (stop_at_) return stopped();
  status_.next_attempt = after(now, span);
  enter(BrokerState::Resting);
  return Resting{status_.next_attempt, now};
}

Broker::Life::State Broker::Life::stopped() {
  enter(BrokerState::Stopped);
  return Stopped{};
}

void Broker::Life::enter(BrokerState state) {
  status_.state = state;
  if (state != BrokerState::Connected) {
    status_.protocol = 0;
    status_.remote.clear();
  } else {
    status_.attempt = 0;
  }
  if (state != BrokerState::Resting) status_.next_attempt = Instant::max();
  listener_.on_broker_state(status_);
}

}  // namespace wsrelay::mqtt
