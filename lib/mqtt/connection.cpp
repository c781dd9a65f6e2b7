#include "mqtt/connection.hpp"

#include <algorithm>

namespace wsrelay::mqtt {
namespace {

constexpr std::size_t kPiece = 64 * 1024;  // bytes per read of the stream
constexpr int kReadsPerTurn = 4;
constexpr int kPacketsPerTurn = 512;  // libmosquitto reads one packet per call

}  // namespace

Connection::Connection(std::unique_ptr<io::ByteStream> stream, Login login, RelaySocket socket,
                       std::size_t max_packet, Instant now)
    : stream_(std::move(stream)),
      login_(std::move(login)),
      socket_(std::move(socket)),
      relay_(max_packet, login_.protocol),
      library_(login_),
      buffer_(kPiece),
      keepalive_(login_.keepalive),
      received_at_(now),
      sent_at_(now) {}

Result<std::unique_ptr<Connection>> Connection::open(std::unique_ptr<io::ByteStream> stream,
                                                     Login login, const std::string& directory,
                                                     std::size_t max_packet, Instant now) {
  auto socket = RelaySocket::listen(directory);
  if (!socket) return tl::unexpected(socket.error());
  std::unique_ptr<Connection> connection(
      new Connection(std::move(stream), std::move(login), std::move(*socket), max_packet, now));
  if (auto opened = connection->library_.open(connection->socket_.path()); !opened)
    return tl::unexpected(opened.error());
  if (auto accepted = connection->socket_.accept(); !accepted)
    return tl::unexpected(accepted.error());
  return connection;
}

Result<void> Connection::receive(const io::Turn& turn) {
  if (broken_) return tl::unexpected(*broken_);
  auto result = progress_of_reading(turn);
  if (!result) broken_ = result.error();
  return result;
}

Result<void> Connection::progress_of_reading(const io::Turn& turn) {
  // Without a hint nothing has come since the stream said so, and the read would be in vain.
  if (turn.readable || turn.writable) unread_ = true;
  Result<void> result = feed_library();
  for (int i = 0; result && unread_ && !unfed_ && i < kReadsPerTurn; ++i) {
    result = read_stream(turn.now);
    // What came before a break is told before the break.
    if (auto fed = feed_library(); !fed) return fed;
  }
  if (!result) return result;
  return keep_alive(turn.now);
}

Result<void> Connection::read_stream(Instant now) {
  const auto progress = stream_->read(buffer_);
  if (!progress) return tl::unexpected(progress.error());
  if (progress->end) return fail(Fault::Broker, "the broker closed the connection");
  read_wants_ = *progress;
  unread_ = progress->bytes > 0;
  if (!unread_) return {};
  received_at_ = now;
  ping_sent_at_.reset();
  return relay_.from_broker(BytesView(buffer_).first(progress->bytes));
}

Result<void> Connection::feed_library() {
  for (int packets = 0; true; ++packets) {
    if (library_.is_gone()) return tl::unexpected(library_.failure());
    if (const BytesView bytes = relay_.to_library(); !bytes.empty()) {
      const auto written = socket_.write(bytes);
      if (!written) return tl::unexpected(written.error());
      relay_.to_library_taken(*written);
    }
    unfed_ = unread_bytes(library_.socket()) > 0;
    if (!unfed_ || packets == kPacketsPerTurn) return {};
    library_.read();
    // The relay must know an arrival before it sees the PUBACK that libmosquitto queued for it, and
    // it sees that only in collect().
    for (Event& event : library_.take_events()) events_.push_back(std::move(event));
  }
}

std::vector<Event> Connection::take_events() {
  return std::exchange(events_, {});
}

Result<std::optional<Connack>> Connection::take_connack() {
  if (events_.empty()) return std::nullopt;
  // §3.2: "the first packet sent from the Server to the Client MUST be a CONNACK", or AUTH.
  if (!std::holds_alternative<Connack>(events_.front()))
    return fail(Fault::Protocol, "the broker broke the protocol: its first packet is no CONNACK");
  const auto connack = std::get<Connack>(events_.front());
  events_.erase(events_.begin());
  return connack;
}

// MQTT 5.0 §3.1.2.10: within the Keep Alive the client sends something. A PINGREQ after that time
// of silence from either side also shows that the broker is there.
Instant Connection::ping_at() const {
  if (keepalive_ == Duration::zero()) return Instant::max();
  if (ping_sent_at_) return after(*ping_sent_at_, keepalive_);
  return after(std::min(received_at_, sent_at_), keepalive_);
}

Result<void> Connection::keep_alive(Instant now) {
  if (now < ping_at()) return {};
  if (ping_sent_at_)
    return tl::unexpected(Error{.fault = Fault::Timeout,
                                .text = "the broker did not answer within the keep-alive time",
                                .phase = "keepalive"});
  relay_.ping();
  ping_sent_at_ = now;
  return {};
}

Result<void> Connection::collect() {
  while (true) {
    if (library_.wants_write()) library_.write();
    const auto count = socket_.read(buffer_);
    if (!count) return tl::unexpected(count.error());
    if (*count == 0) return {};
    if (auto passed = relay_.from_library(BytesView(buffer_).first(*count)); !passed) return passed;
  }
}

Result<void> Connection::send(const io::Turn& turn) {
  if (turn.writable || turn.readable) blocked_ = false;
  // A libmosquitto that has gone may have left its last words in the socket.
  if (auto collected = collect(); !collected) return collected;
  if (auto written = write_stream(turn.now); !written) return written;
  return {};
}

Result<void> Connection::write_stream(Instant now) {
  while (!blocked_ && !relay_.to_broker().empty()) {
    const auto progress = stream_->write(relay_.to_broker());
    if (!progress) return tl::unexpected(progress.error());
    write_wants_ = *progress;
    blocked_ = progress->bytes == 0;
    if (blocked_) return {};
    relay_.to_broker_taken(progress->bytes);
    sent_at_ = now;
  }
  return {};
}

io::Wait Connection::wait(Instant now) const {
  const bool reads_by_writing = !unread_ && read_wants_.wants_writable;
  const bool writes_by_reading = blocked_ && write_wants_.wants_readable;
  io::Wait wait{.fd = stream_->fd(),
                .readable = !reads_by_writing || writes_by_reading,
                .writable = reads_by_writing || (blocked_ && !writes_by_reading),
                .until = ping_at()};
  if (unread_ || unfed_) wait.until = now;
  return wait;
}

bool Connection::ended() {
  for (int i = 0; i < kReadsPerTurn; ++i) {
    const auto progress = stream_->read(buffer_);
    if (!progress || progress->end) return true;
    if (progress->bytes == 0) return false;
  }
  return false;
}

}  // namespace wsrelay::mqtt
