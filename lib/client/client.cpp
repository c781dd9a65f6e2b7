#include "client/client.hpp"

#include <algorithm>

#include "client/attempt.hpp"
#include "client/farewell.hpp"
#include "client/live.hpp"
#include "client/reconnect_policy.hpp"
#include "client/redirect.hpp"

namespace wsrelay::client {
namespace {

State state_of(io::DialPhase phase) {
  switch (phase) {
    case io::DialPhase::Resolving:
      return State::Resolving;
    case io::DialPhase::Connecting:
    case io::DialPhase::Proxy:
      return State::Connecting;
    case io::DialPhase::Tls:
      return State::Tls;
  }
  return State::Connecting;
}

Ending ending_of(Error error, std::string_view phase) {
  if (error.phase.empty()) error.phase = phase;
  return Ending{.error = std::move(error)};
}

}  // namespace

Client::Client(Settings settings, Services services, Listener& listener)
    : shared_{.settings = std::move(settings), .listener = listener},
      services_(services),
      backoff_(shared_.settings.reconnect.delay),
      // Spread over the first delay: a thousand instances do not knock in the same instant.
      state_(Resting{.until = after(services.loop.now(), backoff_.again(services.random)),
                     .since = services.loop.now(),
                     .why = nullptr}),
      registration_(services.loop.add(*this)) {
  shared_.status.next_attempt = std::get<Resting>(state_).until;
}

Client::~Client() = default;

// ---- what the floor above wants; it is done in the next run

void Client::pause(bool paused) {
  if (shared_.paused == paused) return;
  shared_.paused = paused;
  if (Live* const conversation = live(); conversation != nullptr && !paused)
    conversation->excuse(services_.loop.now());
  wake();
}

void Client::start() {
  const State state = shared_.status.state;
  const bool idle = state == State::Resting || state == State::Failed || state == State::Stopped;
  if (!idle && !is_leaving()) return;
  starting_ = true;
  wake();
}

void Client::close(ws::CloseCode code, std::string reason) {
  if (shared_.is_stopping()) return;
  shared_.goodbye = Goodbye{code, std::move(reason), false, services_.loop.now()};
  wake();
}

void Client::stop(ws::CloseCode code, std::string reason) {
  starting_ = false;
  if (shared_.is_stopping()) return;
  shared_.goodbye = Goodbye{code, std::move(reason), true, services_.loop.now()};
  wake();
}

void Client::abort() {
  starting_ = false;
  aborting_ = true;
  wake();
}

Result<void> Client::send(Outgoing item) {
  auto queued = shared_.queue.push(std::move(item));
  if (queued) wake();
  return queued;
}

void Client::adjust(const Settings& settings) {
  const Settings before = std::exchange(shared_.settings, settings);
  if (before == settings) return;
  backoff_.set(settings.reconnect.delay);
  if (before.reconnect != settings.reconnect) reconsidering_ = true;
  if (Live* const conversation = live()) conversation->adjust(services_.loop.now());
  if (auto* const dialing = std::get_if<Dialing>(&state_)) {
    dialing->dial->adjust(dial_timeouts(settings.timeouts));
    apply_limits(settings, *dialing->session);
  }
  if (shared_.status.state == State::Failed) starting_ = true;
  wake();
}

Client::Live* Client::live() {
  const auto* const found = std::get_if<std::unique_ptr<Live>>(&state_);
  return found == nullptr ? nullptr : found->get();
}

// ---- the machine

io::Wait Client::run(const io::Turn& turn) {
  if (farewell_ && farewell_->is_over(turn)) farewell_.reset();
  for (;;) {
    Next next = std::visit([&](auto& state) { return advance(state, turn); }, state_);
    if (const io::Wait* wait = std::get_if<io::Wait>(&next)) return beside_farewell(*wait);
    state_ = std::get<States>(std::move(next));  // the only assignment
    // Even a rest of no length lets others have their turn.
    if (const Resting* resting = std::get_if<Resting>(&state_))
      return beside_farewell({.until = resting->until});
  }
}

io::Wait Client::beside_farewell(io::Wait wait) const {
  if (!farewell_ || wait.fd) return wait;
  io::Wait both = farewell_->wait();
  both.until = std::min(both.until, wait.until);
  return both;
}

void Client::Shared::enter(State state) {
  // An attempt may begin and fail within one run: a new rest is news even after a rest.
  if (status.state == state && state != State::Resting) return;
  status.state = state;
  if (state != State::Resting) status.next_attempt = Instant::max();
  listener.on_state(status);
}

// ---- Resting: between attempts

Client::Next Client::advance(Resting& resting, const io::Turn& turn) {
  if (!std::exchange(begun_, true)) shared_.listener.on_begin();
  if (is_leaving()) return States(Over{State::Stopped});
  shared_.goodbye.reset();  // nothing to close
  if (std::exchange(starting_, false) && !resting.booked)
    resting.until = turn.now;
  else if (std::exchange(reconsidering_, false) && !resting.booked)
    return reconsider(resting, turn.now);
  if (turn.now < resting.until) return io::Wait{.until = resting.until};
  return start_attempt(resting.booked, turn.now);
}

// The settings of the rest have changed under it: as if it began with the new ones.
Client::States Client::reconsider(Resting& resting, Instant now) {
  Decision decision{.delay = backoff_.again(services_.random)};
  if (resting.why)
    decision = decide(*resting.why, shared_.settings.reconnect, decision.delay, services_.random);
  if (decision.action == ReconnectRule::Action::Fail) return Over{State::Failed};
  refreshed_ = decision.action == ReconnectRule::Action::Refresh;
  resting.until = std::max(now, after(resting.since, decision.delay));
  return rest_on(std::move(resting));
}

Client::States Client::rest_on(Resting resting) {
  shared_.status.next_attempt = resting.until;
  shared_.enter(State::Resting);
  return resting;
}

// The address that is set, as it is now, unless redirects led away from it.
Hop& Client::current_hop() {
  if (!hop_) hop_ = std::make_unique<Hop>();
  if (hop_->followed == 0) hop_->url = shared_.settings.url;
  return *hop_;
}

Client::States Client::start_attempt(bool booked, Instant now) {
  if (services_.starts != nullptr && !booked) {
    const Instant start = services_.starts->book(current_hop().url.endpoint(), now);
    if (start > now) return rest_on({.until = start, .since = now, .why = nullptr, .booked = true});
  }
  farewell_.reset();
  shared_.listener.on_connecting(++shared_.status.attempt);
  if (is_leaving()) return Over{State::Stopped};
  auto attempt = prepare_attempt(shared_.settings, current_hop(), services_.secrets);
  if (!attempt) return rest(ending_of(std::move(attempt.error()), "resolving"), now);
  return Dialing{services_.dialer.dial(std::move(attempt->target), registration_, now),
                 std::make_unique<ws::SessionSettings>(std::move(attempt->session))};
}

// Every failure, wherever it happened, ends here.
Client::States Client::rest(Ending why, Instant now) {
  hop_.reset();
  why.refreshed = refreshed_;
  shared_.status.last_error = why.error;
  shared_.listener.on_error(why.error);
  const Decision decision =
      decide(why, shared_.settings.reconnect, backoff_.next(services_.random), services_.random);
  reconsidering_ = false;
  refreshed_ = decision.action == ReconnectRule::Action::Refresh;
  if (decision.action == ReconnectRule::Action::Fail) return Over{State::Failed};
  return rest_on({.until = after(now, decision.delay),
                  .since = now,
                  .why = std::make_unique<Ending>(std::move(why))});
}

// ---- Dialing: name, connection, proxy, TLS

Client::Next Client::advance(Dialing& dialing, const io::Turn& turn) {
  if (is_leaving()) return States(Over{State::Stopped});
  auto stream = dialing.dial->advance(turn.now);
  const io::DialPhase phase = dialing.dial->phase();
  if (!stream) return rest(ending_of(std::move(stream.error()), name_of(phase)), turn.now);
  if (*stream != nullptr)
    return States(std::make_unique<Live>(shared_, std::move(*stream), std::move(*dialing.session),
                                         services_.random, turn.now));
  shared_.goodbye.reset();  // nothing to close
  shared_.enter(state_of(phase));
  return dialing.dial->wait();
}

// ---- Live: upgrading, ready, closing

Client::Next Client::advance(std::unique_ptr<Live>& live, const io::Turn& turn) {
  if (aborting_) return leave(live->abandon(turn.now), turn.now);
  auto next = live->run(turn);
  if (hop_ && is_connected()) hop_.reset();  // thousands sit here
  if (const io::Wait* wait = std::get_if<io::Wait>(&next)) return *wait;
  return leave(std::get<Parting>(std::move(next)), turn.now);
}

// Tells how it ended; then the next hop, a rest, or nothing more.
Client::States Client::leave(Parting end, Instant now) {
  Status& status = shared_.status;
  status.stream = {};
  status.subprotocol.clear();
  status.extensions.clear();
  status.rtt.reset();
  if (end.stream) farewell_ = std::make_unique<Farewell>(std::move(end.stream), now);
  if (end.close) {
    backoff_.succeeded_for(end.why.ready_for);
    status.last_close = end.close;
    shared_.listener.on_close(*end.close);
  }
  if (is_leaving()) return Over{State::Stopped};
  shared_.goodbye.reset();
  if (end.refused && shared_.settings.follow_redirects && is_redirect(end.refused->status)) {
    auto hop = follow(*hop_, end.refused->status, end.refused->headers);
    if (hop) {
      *hop_ = std::move(*hop);
      return start_attempt(false, now);
    }
    end.why.error = std::move(hop.error());
  }
  return rest(std::move(end.why), now);
}

// ---- Over: stopped or failed

Client::Next Client::advance(Over& over, const io::Turn& turn) {
  if (is_leaving()) over.state = State::Stopped;
  aborting_ = false;
  shared_.goodbye.reset();
  shared_.enter(over.state);
  if (std::exchange(begun_, false)) shared_.listener.on_finish();
  if (!std::exchange(starting_, false)) return io::Wait{};
  backoff_ = Backoff(shared_.settings.reconnect.delay);
  shared_.status.attempt = 0;
  refreshed_ = false;
  begun_ = true;
  shared_.listener.on_begin();
  return States(rest_on({.until = turn.now, .since = turn.now, .why = nullptr}));
}

}  // namespace wsrelay::client
