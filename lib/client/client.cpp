#include "client/client.hpp"

#include <array>

#include <fmt/format.h>

namespace wsrelay::client {
namespace {

constexpr std::size_t kReadPiece = 64 * 1024;
constexpr std::size_t kReadBudget =
    4 * kReadPiece;  // per turn, so that one loud peer starves nobody
constexpr std::size_t kOutputHighWater = 64 * 1024;  // pull no more messages above this

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

Error pong_timeout(Duration timeout) {
  return Error{.fault = Fault::PongTimeout,
               .text = fmt::format("no pong within {}", print_duration(timeout))};
}

Error write_timeout(Duration timeout) {
  return Error{.fault = Fault::WriteTimeout,
               .text = fmt::format("the peer took no bytes for {}", print_duration(timeout))};
}

// A clean close is no fault, but it is why we rest.
Error as_error(const LastClose& close) {
  std::string text = fmt::format("closed by {} with code {}", close.by, close.code);
  if (!close.reason.empty()) text += ": " + close.reason;
  return Error{.fault = Fault::ServerClose, .text = std::move(text), .close_code = close.code};
}

}  // namespace

std::string_view name_of(State state) {
  switch (state) {
    case State::Resolving:
      return "resolving";
    case State::Connecting:
      return "connecting";
    case State::Tls:
      return "tls";
    case State::Upgrading:
      return "upgrading";
    case State::Ready:
      return "ready";
    case State::Closing:
      return "closing";
    case State::Resting:
      return "resting";
    case State::Failed:
      return "failed";
    case State::Stopped:
      return "stopped";
  }
  return "stopped";
}

Client::Client(Settings settings, Services services, Listener& listener)
    : settings_(std::move(settings)),
      services_(services),
      listener_(listener),
      backoff_(settings_.reconnect.delay),
      // Spread over the first delay: a thousand instances do not knock in the same instant.
      state_(Resting{after(services.loop.now(), backoff_.next(services.random))}),
      registration_(services.loop.add(*this)) {
  backoff_ = Backoff(settings_.reconnect.delay);  // that draw was no failure
  status_.next_attempt = std::get<Resting>(state_).until;
}

void Client::pause(bool paused) {
  if (paused_ == paused) return;
  paused_ = paused;
  if (Live* live = std::get_if<Live>(&state_); live != nullptr && live->liveness && !paused)
    live->liveness->excuse(services_.loop.now());
  registration_.wake();
}

void Client::close(ws::CloseCode code, std::string reason) {
  close_request_.emplace(code, std::move(reason));
  registration_.wake();
}

void Client::stop(ws::CloseCode, std::string) {
  stopping_ = true;
  registration_.wake();
}

void Client::adjust(const Settings& settings) {
  settings_ = settings;
  backoff_.set(settings.reconnect.delay);
  if (Live* live = std::get_if<Live>(&state_); live != nullptr && live->liveness)
    live->liveness->set(settings.ping, services_.loop.now());
  registration_.wake();
}

io::Wait Client::run(const io::Turn& turn) {
  now_ = turn.now;
  for (;;) {
    Next next = std::visit([&](auto& state) { return advance(state, turn); }, state_);
    if (const io::Wait* wait = std::get_if<io::Wait>(&next)) return *wait;
    state_ = std::get<States>(std::move(next));  // the only assignment
  }
}

// What belongs to one connection goes with it.
void Client::forget_connection() {
  status_.stream = {};
  status_.subprotocol.clear();
  status_.extensions.clear();
  status_.rtt.reset();
}

void Client::enter(State state) {
  // An attempt may begin and fail within one run: a new rest is news even after a rest.
  if (status_.state == state && state != State::Resting) return;
  status_.state = state;
  if (state != State::Resting) status_.next_attempt = Instant::max();
  listener_.on_state(status_);
}

// ---- Resting: between attempts

Client::Next Client::advance(Resting& resting, const io::Turn& turn) {
  if (stopping_) return States(Over{});
  close_request_.reset();  // nothing to close
  if (turn.now < resting.until) return io::Wait{.until = resting.until};
  return start_attempt(turn.now);
}

Client::States Client::start_attempt(Instant now) {
  ++status_.attempt;
  io::DialTarget target{.url = settings_.url,
                        .tls = settings_.tls,
                        .dns_timeout = settings_.timeouts.dns,
                        .connect_timeout = settings_.timeouts.connect,
                        .tls_timeout = settings_.timeouts.tls};
  return Dialing{services_.dialer.dial(std::move(target), registration_, now)};
}

// Every failure, wherever it happened, ends here.
Client::States Client::rest(Error why, Instant now) {
  const Duration pause = backoff_.next(services_.random);
  status_.next_attempt = after(now, pause);
  status_.last_error = why;
  listener_.on_error(why);
  enter(State::Resting);
  return Resting{status_.next_attempt};
}

// ---- Dialing: name, connection, TLS

Client::Next Client::advance(Dialing& dialing, const io::Turn& turn) {
  if (stopping_) return States(Over{});
  auto stream = dialing.dial->advance(turn.now);
  if (!stream) return rest(std::move(stream.error()), turn.now);
  if (*stream != nullptr) return go_live(std::move(*stream), turn.now);
  enter(state_of(dialing.dial->phase()));
  return dialing.dial->wait();
}

Result<ws::SessionSettings> Client::session_settings() const {
  ws::SessionSettings session{.host = settings_.url.authority(),
                              .target = settings_.url.target,
                              .headers = {},
                              .subprotocols = settings_.subprotocols,
                              .max_message = settings_.limits.max_message,
                              .upgrade_timeout = settings_.timeouts.upgrade,
                              .close_timeout = settings_.timeouts.close};
  for (const Header& header : settings_.headers) {
    auto value = services_.secrets.read(header.value);
    if (!value) return tl::unexpected(std::move(value.error()));
    // A file may have changed since the configuration was checked; its bytes go onto the wire.
    if (!ws::is_header_value(value->reveal()))
      return fail(
          Fault::Local,
          fmt::format("the value of header {} has a line break or control character", header.name));
    session.headers.emplace_back(header.name, value->reveal());
  }
  return session;
}

Client::States Client::go_live(std::unique_ptr<io::ByteStream> stream, Instant now) {
  auto settings = session_settings();
  if (!settings) return rest(std::move(settings.error()), now);
  status_.stream = stream->facts();
  enter(State::Upgrading);
  return Live{.stream = std::move(stream),
              .session = ws::Session(std::move(*settings), services_.random, now)};
}

// ---- Live: upgrading, ready, closing

Client::Next Client::advance(Live& live, const io::Turn& turn) {
  const Instant now = turn.now;
  live.session.tick(now);
  const auto more = pull(live, turn);  // stream  → session → the floor above
  while (auto event = live.session.next_event()) tell(live, std::move(*event), now);
  if (stopping_ && !live.session.is_open() && !live.session.is_closing())
    return end(live, std::nullopt, now);  // the upgrade is not worth waiting for
  queue_messages(live);                   // the floor above → session
  const auto dead = keep_alive(live, now);
  const auto pushed = push(live, now);  // session → stream
  while (auto event = live.session.next_event()) tell(live, std::move(*event), now);
  // Not earlier: what came before the break has been told.
  if (live.session.is_finished() && (live.session.output().empty() || !pushed))
    return end(live, live.ended, now);
  if (!more) return end(live, more.error(), now);
  if (!pushed) return end(live, pushed.error(), now);
  if (dead) return end(live, dead, now);
  return wait_for(live, *more);
}

// True if bytes may still wait although the descriptor is silent (the budget is spent).
Result<bool> Client::pull(Live& live, const io::Turn& turn) {
  if (paused_ && live.session.is_open()) return false;
  if (!turn.readable && !live.more_to_read) return false;
  // One buffer for all: its bytes are used up before anybody else runs.
  static thread_local std::array<std::byte, kReadPiece> buffer;
  live.more_to_read = true;
  for (std::size_t spent = 0; spent < kReadBudget;) {
    const auto got = live.stream->read(buffer);
    if (!got) {
      // The peer's Close may stand right before a reset; then this is how it ends, and no error.
      live.session.receive_eof(turn.now);
      while (auto event = live.session.next_event()) tell(live, std::move(*event), turn.now);
      if (live.close) return false;
      return tl::unexpected(got.error());
    }
    if (got->end) {
      live.more_to_read = false;
      live.session.receive_eof(turn.now);
      return false;
    }
    if (got->bytes == 0) {
      live.more_to_read = false;
      live.want_writable = live.want_writable || got->wants_writable;
      return false;
    }
    spent += got->bytes;
    live.session.receive(BytesView(buffer).first(got->bytes), turn.now);
    while (auto event = live.session.next_event()) tell(live, std::move(*event), turn.now);
    if (paused_) return false;
  }
  return true;
}

void Client::tell(Live& live, ws::Event event, Instant now) {
  if (auto* opened = std::get_if<ws::Opened>(&event)) {
    live.opened = now;
    live.liveness.emplace(settings_.ping, now);
    status_.attempt = 0;
    status_.subprotocol = opened->subprotocol;
    status_.extensions = opened->extensions;
    listener_.on_open(*opened);
    enter(State::Ready);
  } else if (auto* received = std::get_if<ws::Received>(&event)) {
    listener_.on_message(std::move(received->message));
  } else if (auto* pong = std::get_if<ws::PongReceived>(&event)) {
    if (live.liveness)
      if (const auto rtt = live.liveness->pong(pong->payload, now)) set_round_trip(*rtt);
  } else if (auto* closed = std::get_if<ws::Closed>(&event)) {
    live.close = LastClose{.code = closed->code,
                           .reason = std::move(closed->reason),
                           .clean = true,
                           .by = closed->by_us ? "us" : "server"};
    enter(State::Closing);
  } else if (auto* ended = std::get_if<ws::Ended>(&event)) {
    live.ended = std::move(ended->error);
  }
}

// The first one is news; the later ones are a figure in the statistics.
void Client::set_round_trip(Duration rtt) {
  const bool first = !status_.rtt;
  status_.rtt = rtt;
  if (first) listener_.on_state(status_);
}

void Client::queue_messages(Live& live) {
  while (live.session.is_open() && live.session.output().size() < kOutputHighWater) {
    const Message* message = listener_.next_message();
    if (message == nullptr) return begin_close(live);
    live.session.send(*message);
    live.ends.push_back(live.written + live.session.output().size());
  }
}

// A Close goes behind what was to be sent, never before it.
void Client::begin_close(Live& live) {
  if (!stopping_ && !close_request_) return;
  const auto [code, reason] =
      stopping_ ? std::pair(ws::CloseCode::GoingAway, std::string()) : std::move(*close_request_);
  close_request_.reset();
  live.session.close(code, reason, now_);
  enter(State::Closing);
}

std::optional<Error> Client::keep_alive(Live& live, Instant now) {
  if (!live.liveness || !live.session.is_open() || paused_) return std::nullopt;
  switch (live.liveness->tick(now)) {
    case Liveness::Verdict::Fine:
      return std::nullopt;
    case Liveness::Verdict::SendPing:
      live.session.ping(live.liveness->payload());
      return std::nullopt;
    case Liveness::Verdict::Dead:
      return pong_timeout(settings_.ping.timeout);
  }
  return std::nullopt;
}

Result<void> Client::push(Live& live, Instant now) {
  live.want_writable = false;
  while (!live.session.output().empty()) {
    const auto put = live.stream->write(live.session.output());
    if (!put) return tl::unexpected(put.error());
    if (put->bytes == 0) {
      live.want_writable = put->wants_writable;
      live.more_to_read = live.more_to_read || put->wants_readable;
      if (!live.stalled) live.stalled = now;
      if (now < after(*live.stalled, settings_.timeouts.write)) return {};
      return tl::unexpected(write_timeout(settings_.timeouts.write));
    }
    live.written += put->bytes;
    live.stalled.reset();
    live.session.output_taken(put->bytes);
    for (; !live.ends.empty() && live.ends.front() <= live.written; live.ends.pop_front())
      listener_.on_sent();
    if (live.session.is_open()) queue_messages(live);
  }
  return {};
}

io::Wait Client::wait_for(const Live& live, bool more) const {
  io::Wait wait{.fd = live.stream->fd(),
                .readable = !paused_ || !live.session.is_open(),
                .writable = live.want_writable,
                .until = live.session.deadline()};
  if (live.liveness && live.session.is_open() && !paused_)
    wait.until = std::min(wait.until, live.liveness->deadline());
  if (live.stalled)
    wait.until = std::min(wait.until, after(*live.stalled, settings_.timeouts.write));
  if (more) wait.until = now_;
  return wait;
}

// The one way out of Live: give back what was not sent, tell how it ended, rest or stop.
Client::States Client::end(Live& live, std::optional<Error> why, Instant now) {
  live.stream->shut();
  if (!live.ends.empty()) listener_.on_unsent();
  live.ends.clear();
  forget_connection();
  if (live.opened) {
    backoff_.succeeded_for(now - *live.opened);
    if (!live.close) live.close.emplace();
    if (why) live.close->clean = false;
    status_.last_close = live.close;
    listener_.on_close(*live.close);
  }
  if (stopping_) return Over{};
  if (!why) why = as_error(live.close.value_or(LastClose{}));
  return rest(std::move(*why), now);
}

// ---- Over

Client::Next Client::advance(Over&, const io::Turn&) {
  enter(State::Stopped);
  return io::Wait{};
}

}  // namespace wsrelay::client
