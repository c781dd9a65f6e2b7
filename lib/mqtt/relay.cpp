#include "mqtt/relay.hpp"

#include <array>
#include <limits>
#include <utility>

#include "mqtt/gate.hpp"
#include "mqtt/reasons.hpp"

namespace wsrelay::mqtt {
namespace {

// MQTT 5.0 §2.1.2: the packet type is the high nibble of the first byte.
enum class PacketType : std::uint8_t { Publish = 3, Puback = 4 };

bool is(PacketType type, std::uint8_t first) {
  return first >> 4 == static_cast<int>(type);
}
bool is_qos0_publish(std::uint8_t first) {
  return is(PacketType::Publish, first) && (first & 0x06) == 0;  // §3.3.1.2
}

constexpr std::array kPingreq{std::byte{0xC0}, std::byte{0x00}};  // §3.12

}  // namespace

void Backlog::add(BytesView bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void Backlog::take(std::size_t count) {
  taken_ += count;
  // Moving the rest only once the gap is larger keeps a byte from being moved twice on average.
  if (taken_ * 2 < bytes_.size()) return;
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(taken_));
  taken_ = 0;
  constexpr std::size_t kKept = 512 * 1024;  // one large message must not stay in memory for ever
  if (bytes_.empty() && bytes_.capacity() > kKept) Bytes().swap(bytes_);
}

Relay::Relay(std::size_t max_packet, int protocol)
    : library_cutter_(std::numeric_limits<std::size_t>::max()),
      broker_cutter_(max_packet),
      gated_(protocol == kMqtt5) {}

Result<void> Relay::from_library(BytesView bytes) {
  while (true) {
    const auto piece = library_cutter_.next(bytes);
    if (!piece) return tl::unexpected(piece.error());
    if (!*piece) return {};
    if (auto passed = pass_to_broker(**piece); !passed) return passed;
    if (!(*piece)->ends) continue;
    ++packets_from_library_;
    release();
    if (std::exchange(ping_due_, false)) to_broker_.add(kPingreq);
  }
}

Result<void> Relay::pass_to_broker(const PacketCutter::Piece& piece) {
  if (is(PacketType::Puback, piece.first)) {
    if (piece.begins && piece.ends) return park(piece.bytes);
    puback_.insert(puback_.end(), piece.bytes.begin(), piece.bytes.end());
    return piece.ends ? park(std::exchange(puback_, {})) : Result<void>{};
  }
  to_broker_.add(piece.bytes);
  if (piece.ends && is_qos0_publish(piece.first)) qos0_ends_.push_back(taken_ + to_broker_.size());
  return {};
}

Result<void> Relay::park(BytesView puback) {
  // libmosquitto writes PUBACKs in the order of arrival, so the next one belongs to the first
  // arrival without.
  constexpr std::size_t kPacketIdAt = 2;  // a PUBACK's length fits one byte
  const bool fits =
      pubacks_ < parked_.size() && puback.size() >= kPacketIdAt + 2 &&
      parked_[pubacks_].packet_id == (std::to_integer<unsigned>(puback[kPacketIdAt]) << 8 |
                                      std::to_integer<unsigned>(puback[kPacketIdAt + 1]));
  if (!fits) return fail(Fault::Local, "libmosquitto acknowledged what it has not told of");
  parked_[pubacks_++].puback.assign(puback.begin(), puback.end());
  return {};
}

std::uint64_t Relay::arrived(std::uint16_t packet_id) {
  parked_.push_back({.packet_id = packet_id});
  return first_ticket_ + parked_.size() - 1;
}

void Relay::acknowledge(std::uint64_t ticket) {
  if (ticket < first_ticket_ || ticket - first_ticket_ >= parked_.size()) return;
  parked_[ticket - first_ticket_].acknowledged = true;
  if (library_cutter_.between_packets()) release();
}

void Relay::release() {
  for (; pubacks_ > 0 && parked_.front().acknowledged; --pubacks_, ++first_ticket_) {
    to_broker_.add(parked_.front().puback);
    parked_.pop_front();
  }
}

Result<void> Relay::from_broker(BytesView bytes) {
  while (!violation_) {
    const auto piece = broker_cutter_.next(bytes);
    if (!piece) return tl::unexpected(piece.error());
    if (!*piece) return {};
    if ((*piece)->ends) ++packets_from_broker_;
    if (auto passed = pass_to_library(**piece); !passed) violation_ = passed.error();
  }
  return tl::unexpected(*violation_);  // deaf for good
}

Result<void> Relay::pass_to_library(const PacketCutter::Piece& piece) {
  if (!gated_) {
    to_library_.add(piece.bytes);
    return {};
  }
  if (piece.begins && piece.ends) return check_and_pass(piece.first, piece.bytes);
  arriving_.insert(arriving_.end(), piece.bytes.begin(), piece.bytes.end());
  return piece.ends ? check_and_pass(piece.first, std::exchange(arriving_, {})) : Result<void>{};
}

Result<void> Relay::check_and_pass(std::uint8_t first, BytesView packet) {
  auto admission = admit(packet);
  if (!admission) return tl::unexpected(admission.error());
  const bool is_qos2 = (first & 0x06) == 0x04;
  if (is(PacketType::Publish, first) && !is_qos2) {
    ++messages_passed_;
    if (admission->rewritten)
      several_.push_back({messages_passed_, std::move(admission->identifiers)});
  }
  to_library_.add(admission->rewritten ? BytesView(*admission->rewritten) : packet);
  return {};
}

std::vector<std::uint32_t> Relay::several_filters() {
  ++messages_told_;
  if (several_.empty() || several_.front().message != messages_told_) return {};
  auto filters = std::move(several_.front().filters);
  several_.pop_front();
  return filters;
}

void Relay::to_broker_taken(std::size_t count) {
  to_broker_.take(count);
  taken_ += count;
  for (; !qos0_ends_.empty() && qos0_ends_.front() <= taken_; ++qos0_written_)
    qos0_ends_.pop_front();
}

void Relay::ping() {
  if (library_cutter_.between_packets())
    to_broker_.add(kPingreq);
  else
    ping_due_ = true;
}

}  // namespace wsrelay::mqtt
