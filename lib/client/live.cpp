#include "client/live.hpp"

#include <algorithm>
#include <array>

#include "client/attempt.hpp"
#include "client/causes.hpp"
#include "client/retry_after.hpp"

namespace wsrelay::client {
namespace {

constexpr std::size_t kReadPiece = 64 * 1024;
constexpr std::size_t kReadBudget = 4 * kReadPiece;  // per turn: one loud peer starves nobody
constexpr std::size_t kMostControlBytes = 2 + 125;   // RFC 6455 §5.5, a server's

}  // namespace

Client::Live::Live(Shared& shared, std::unique_ptr<io::ByteStream> stream,
                   ws::SessionSettings settings, Random& random, Instant now)
    : shared_(shared),
      stream_(std::move(stream)),
      session_(std::move(settings), random, now),
      handover_(shared.queue, shared.listener),
      compressed_before_(shared.status.compression) {
  shared_.status.stream = stream_->facts();
  shared_.enter(State::Upgrading);
}

std::variant<io::Wait, Client::Parting> Client::Live::run(const io::Turn& turn) {
  const Instant now = turn.now;
  want_writable_ = false;
  // Bytes first: an answer that is here counts, however late we were woken for it.
  if (!may_read(turn)) session_.tick(now);
  const auto more = pull(turn);  // stream  → session → the floor above
  tell_events(now);
  if (shared_.is_stopping() && !opened_)
    return leave(std::nullopt, now);  // the upgrade is not worth waiting for
  hand_over(now);                     // the floor above → session
  const auto dead = keep_alive(now);
  // §7.1.7: to fail a connection is to say so, if there is still somebody to read it.
  if (dead) session_.close(ws::CloseCode::GoingAway, dead->text, now);
  const auto pushed = push(now);  // session → stream
  tell_events(now);
  count_compression();
  // Not earlier: what came before the break has been told.
  if (!more) return leave(more.error(), now);
  if (is_settled(pushed.has_value())) return leave(ended_, now);
  if (!pushed) return leave(pushed.error(), now);
  if (dead) return leave(dead, now);
  return wait_for(*more, now);
}

Client::Parting Client::Live::abandon(Instant now) {
  if (!close_) close_ = LastClose{.by = "us"};
  return end(Error{.text = "aborted"}, now);
}

void Client::Live::excuse(Instant now) {
  if (liveness_) liveness_->excuse(now);
}

void Client::Live::adjust(Instant now) {
  session_.adjust(session_limits(shared_.settings));
  if (liveness_) liveness_->set(shared_.settings.ping, shared_.settings.data, now);
}

// ---- stream → session

bool Client::Live::may_read(const io::Turn& turn) const {
  if (shared_.paused && session_.is_open()) return false;
  return turn.readable || more_to_read_ || !unread_.empty();
}

// True if bytes may still wait although the descriptor is silent (a budget is spent).
Result<bool> Client::Live::pull(const io::Turn& turn) {
  if (!may_read(turn)) return false;
  if (!unread_.empty() && !receive(std::exchange(unread_, {}), turn.now)) return true;
  return may_read(turn) ? read_stream(turn.now) : false;
}

Result<bool> Client::Live::read_stream(Instant now) {
  // One buffer for all: its bytes are used up before anybody else runs.
  static thread_local std::array<std::byte, kReadPiece> buffer;
  more_to_read_ = true;
  for (std::size_t spent = 0; spent < kReadBudget;) {
    const auto got = stream_->read(buffer);
    if (!got) return broken_off(got.error(), now);
    if (got->end) {
      server_ended_ = true;
      session_.receive_eof(now);
    }
    more_to_read_ = got->bytes > 0;
    want_writable_ = want_writable_ || got->wants_writable;
    if (got->bytes == 0) return false;
    spent += got->bytes;
    if (!receive(BytesView(buffer).first(got->bytes), now)) return true;
    if (shared_.paused) return false;
  }
  return true;
}

// The server's Close, or our complaint, may stand right before a reset; then that is how it ends.
Result<bool> Client::Live::broken_off(const Error& error, Instant now) {
  const bool was_over = session_.is_finished();
  server_ended_ = broken_ = true;
  session_.receive_eof(now);
  tell_events(now);
  if (was_over || close_) return false;
  return tl::unexpected(error);
}

// False if the session did not take all: others must have their turn first.
bool Client::Live::receive(BytesView bytes, Instant now) {
  const std::size_t taken = session_.receive(bytes, now);
  const bool told = tell_events(now);
  // The answer goes first, wherever the bytes behind what was told are cut.
  if (told) hand_over(now);
  untold_ = told ? 0 : untold_ + taken;
  if (liveness_) {
    liveness_->heard(now);
    // What told nothing yet and is longer than a control frame is a data frame on its way.
    if (untold_ > kMostControlBytes) liveness_->heard_data(now);
  }
  if (taken < bytes.size() && !session_.is_finished())
    unread_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(taken), bytes.end());
  return unread_.empty();
}

// ---- session → the floor above

bool Client::Live::tell_events(Instant now) {
  bool any = false;
  while (auto event = session_.next_event()) {
    any = true;
    std::visit([&](auto& what) { tell(what, now); }, *event);
  }
  return any;
}

void Client::Live::tell(ws::Opened& opened, Instant now) {
  opened_ = now;
  liveness_.emplace(shared_.settings.ping, shared_.settings.data, now);
  Status& status = shared_.status;
  status.attempt = 0;
  status.subprotocol = opened.subprotocol;
  status.extensions = opened.extensions;
  status.state = State::Ready;
  shared_.listener.on_headers(101, opened.headers);
  shared_.listener.on_open(opened);
  shared_.listener.on_state(status);
}

void Client::Live::tell(ws::Refused& refused, Instant) {
  refused_ = std::move(refused);
  shared_.listener.on_headers(refused_->status, refused_->headers);
}

void Client::Live::tell(ws::Received& received, Instant now) {
  liveness_->heard_data(now);
  shared_.listener.on_message(std::move(received.message));
}

void Client::Live::tell(ws::ReceivedPart& received, Instant now) {
  liveness_->heard_data(now);
  shared_.listener.on_part(std::move(received.part));
}

void Client::Live::tell(ws::PingReceived& ping, Instant) {
  shared_.listener.on_ping(ping.payload);
}

void Client::Live::tell(ws::PongReceived& pong, Instant now) {
  if (liveness_)
    if (const auto rtt = liveness_->pong(pong.payload, now)) set_round_trip(*rtt);
  shared_.listener.on_pong(pong.payload);
}

void Client::Live::tell(ws::Closed& closed, Instant) {
  close_ = LastClose{.code = closed.code,
                     .reason = std::move(closed.reason),
                     .clean = true,
                     .by = closed.by_us ? "us" : "server"};
  shared_.enter(State::Closing);
}

void Client::Live::tell(ws::Ended& ended, Instant) {
  ended_ = std::move(ended.error);
}

// The first one is news; the later ones are a figure in the statistics.
void Client::Live::set_round_trip(Duration rtt) {
  const bool first = !shared_.status.rtt;
  shared_.status.rtt = rtt;
  if (first) shared_.listener.on_state(shared_.status);
}

void Client::Live::count_compression() {
  const ws::CompressionCount now = session_.compression();
  const ws::CompressionCount& before = compressed_before_;
  shared_.status.compression = {.received_wire = before.received_wire + now.received_wire,
                                .received_plain = before.received_plain + now.received_plain,
                                .sent_wire = before.sent_wire + now.sent_wire,
                                .sent_plain = before.sent_plain + now.sent_plain};
}

// ---- the floor above → session

void Client::Live::hand_over(Instant now) {
  if (handover_.fill(session_)) begin_close(now);
}

// A Close goes behind what was to be sent, never before it.
void Client::Live::begin_close(Instant now) {
  if (!shared_.goodbye) return;
  session_.close(shared_.goodbye->code, shared_.goodbye->reason, now);
  if (!shared_.goodbye->for_good) shared_.goodbye.reset();
  shared_.enter(State::Closing);
}

// ---- session → stream

Result<void> Client::Live::push(Instant now) {
  while (!session_.output().empty()) {
    const auto put = stream_->write(session_.output());
    if (!put) {
      broken_ = true;
      return tl::unexpected(put.error());
    }
    if (put->bytes == 0) {
      want_writable_ = want_writable_ || put->wants_writable;
      more_to_read_ = more_to_read_ || put->wants_readable;
      if (!stalled_) stalled_ = now;
      if (now < patience()) return {};
      return tl::unexpected(write_timeout(shared_.settings.timeouts.write));
    }
    stalled_.reset();
    session_.output_taken(put->bytes);
    handover_.left(put->bytes);
    hand_over(now);
  }
  return {};
}

// How long the stream may take nothing. Not longer than a Close may take, once we want to leave.
Instant Client::Live::patience() const {
  const Timeouts& timeouts = shared_.settings.timeouts;
  const Instant usual = after(*stalled_, timeouts.write);
  if (shared_.is_stopping())
    return std::min(usual, after(std::max(*stalled_, shared_.goodbye->asked), timeouts.close));
  return session_.is_finished() ? std::min(usual, after(*stalled_, timeouts.close)) : usual;
}

// ---- time

std::optional<Error> Client::Live::keep_alive(Instant now) {
  if (!liveness_ || !session_.is_open() || shared_.paused) return std::nullopt;
  const Settings& settings = shared_.settings;
  switch (liveness_->tick(now)) {
    case Liveness::Verdict::Fine:
      break;
    case Liveness::Verdict::SendPing:
      session_.ping(liveness_->payload());
      break;
    case Liveness::Verdict::Late:
      shared_.status.last_error = pong_timeout(settings.ping.timeout);
      shared_.listener.on_error(*shared_.status.last_error);
      break;
    case Liveness::Verdict::Dead:
      return pong_timeout(settings.ping.timeout);
    case Liveness::Verdict::Idle:
      return idle_timeout(settings.data.after);
  }
  return std::nullopt;
}

io::Wait Client::Live::wait_for(bool more, Instant now) const {
  const bool listens = !shared_.paused || !session_.is_open();
  io::Wait wait{.fd = stream_->fd(),
                .readable = listens && unread_.empty() && !server_ended_,
                .writable = want_writable_,
                .until = session_.deadline()};
  if (liveness_ && session_.is_open() && !shared_.paused)
    wait.until = std::min(wait.until, liveness_->deadline());
  if (stalled_) wait.until = std::min(wait.until, patience());
  if (more) wait.until = now;
  return wait;
}

// ---- the end

// The session has ended, and its last words have left or never will.
bool Client::Live::is_settled(bool pushed) const {
  if (!session_.is_finished()) return false;
  const bool timed_out = ended_ && ended_->fault == Fault::Timeout;
  return session_.output().empty() || !pushed || timed_out || server_ended_;
}

Client::Parting Client::Live::leave(std::optional<Error> error, Instant now) {
  if (!broken_) stream_->shut();
  const bool waits = opened_ && session_.is_finished() && !server_ended_;
  Parting end = this->end(std::move(error), now);
  if (waits) end.stream = std::move(stream_);
  return end;
}

// The one way out: give back what was not sent, and say how it ended.
Client::Parting Client::Live::end(std::optional<Error> error, Instant now) {
  handover_.give_back();
  Parting end;
  end.refused = std::move(refused_);
  if (end.refused) end.why.retry_after = retry_after(end.refused->headers);
  if (opened_) {
    end.close = close_.value_or(LastClose{});
    end.close->clean = end.close->clean && !error;
    end.why.close = end.close->code;  // the server's: 1006 if it gave none
    if (!close_ && error && error->close_code != end.close->code && error->close_code != 0) {
      end.close->code = error->close_code;  // our complaint was the last word
      end.close->by = "us";
    }
    end.why.clean = end.close->clean && end.close->by == "server";
    end.why.ready_for = now - *opened_;
  }
  end.why.error = error ? std::move(*error) : closed(close_.value_or(LastClose{}));
  if (end.why.error.phase.empty()) end.why.error.phase = name_of(shared_.status.state);
  return end;
}

}  // namespace wsrelay::client
