#include "mqtt/online.hpp"

#include <algorithm>

#include "mqtt/properties.hpp"

namespace wsrelay::mqtt {
namespace {

constexpr std::size_t kWindow = 100;           // publications at QoS 1 under way
constexpr std::size_t kRequestsUnderWay = 16;  // SUBSCRIBEs and UNSUBSCRIBEs without an answer
constexpr int kTicketBits = 40;                // of a token; above them the connection's number
constexpr int kPublicationsPerTurn = 256;
constexpr Duration kPubackTimeout = std::chrono::seconds(60);
// libmosquitto 2.0.11 counts a packet's size in two ways and aborts the process between them.
constexpr std::size_t kSizeMargin = 16;
constexpr std::size_t kLargestPacket = 268'435'455;  // MQTT 5.0 §1.5.5

}  // namespace

Online::Online(std::unique_ptr<Connection> connection, const Connack& connack, std::uint32_t number,
               Subscriptions& subscriptions, Broker::Listener& listener, Instant now)
    : connection_(std::move(connection)),
      terms_(connack.terms),
      token_base_(std::uint64_t{number} << kTicketBits),
      subscriptions_(subscriptions),
      listener_(listener),
      since_(now),
      window_(std::min<std::size_t>(kWindow, std::max<std::uint16_t>(terms_.receive_maximum, 1))) {
  // MQTT 5.0 §3.2.2.3.14: a Server Keep Alive replaces ours.
  if (terms_.keepalive.count() > 0) connection_->set_keepalive(terms_.keepalive);
  subscriptions_.connected(connack.session_present, terms_.subscription_identifiers);
}

Result<void> Online::run(const io::Turn& turn) {
  const auto received = connection_->receive(turn);
  if (auto told = tell_events(); !told) return told;
  if (!received) return received;
  if (auto asked = subscribe(); !asked) return asked;
  if (auto pulled = pull(turn.now); !pulled) return pulled;
  const auto sent = connection_->send(turn);
  tell_written();
  if (!sent) return sent;
  more_ = !drained_ && can_pull(0);
  if (connection_->library().is_gone()) return tl::unexpected(connection_->library().failure());
  if (turn.now >= after(window_.oldest(), kPubackTimeout))
    return tl::unexpected(Error{.fault = Fault::Timeout,
                                .text = "the broker did not acknowledge a publication for 60 s",
                                .phase = "puback"});
  return {};
}

io::Wait Online::wait(Instant now) const {
  io::Wait wait = connection_->wait(now);
  if (window_.oldest() != Instant::max())
    wait.until = std::min(wait.until, after(window_.oldest(), kPubackTimeout));
  if (more_) wait.until = now;
  return wait;
}

Result<void> Online::tell_events() {
  for (Event& event : connection_->take_events()) {
    auto told = std::visit([this](auto& each) { return tell(each); }, event);
    if (!told) return told;
  }
  return {};
}

Result<void> Online::tell(Arrived& arrived) {
  Arrival arrival{.publication = std::move(arrived.publication),
                  .filters = std::move(arrived.filters),
                  .retained = false,
                  .token = 0};
  arrival.retained = arrival.publication.retain;
  if (arrival.publication.qos < 2)
    if (auto several = connection_->relay().several_filters(); !several.empty())
      arrival.filters = std::move(several);
  if (arrival.publication.qos > 0)
    arrival.token = token_base_ | connection_->relay().arrived(arrived.packet_id);
  listener_.on_arrival(std::move(arrival));
  return {};
}

Result<void> Online::tell(const Acknowledged& acknowledged) {
  // At QoS 0 libmosquitto says so when the relay has it, which is too early.
  const auto token = window_.acknowledged(acknowledged.packet_id);
  if (!token) return {};
  const bool rejected = acknowledged.reason >= kUnspecifiedError;
  listener_.on_published(*token, rejected ? Verdict::Rejected : Verdict::Delivered);
  return {};
}

Result<void> Online::tell(const Subscribed& subscribed) {
  std::vector<Subscriptions::Refusal> refusals;
  if (!subscriptions_.granted(subscribed.packet_id, subscribed.codes, refusals))
    return fail(Fault::Protocol, "the broker broke the protocol: a SUBACK nobody waits for");
  refused(refusals);
  return {};
}

Result<void> Online::tell(const Unsubscribed& unsubscribed) {
  if (!subscriptions_.dropped(unsubscribed.packet_id))
    return fail(Fault::Protocol, "the broker broke the protocol: an UNSUBACK nobody waits for");
  return {};
}

Result<void> Online::tell(const Connack&) {
  // §3.2: "A Server MUST NOT send more than one CONNACK in a Network Connection."
  return fail(Fault::Protocol, "the broker broke the protocol: a second CONNACK");
}

void Online::tell_written() {
  for (; qos0_told_ < connection_->relay().qos0_written(); ++qos0_told_)
    if (const auto token = window_.written()) listener_.on_published(*token, Verdict::Delivered);
}

void Online::refused(const std::vector<Subscriptions::Refusal>& refusals) {
  for (const auto& [filter, reason] : refusals) listener_.on_subscription_refused(filter, reason);
}

Result<void> Online::subscribe() {
  Library& library = connection_->library();
  while (subscriptions_.under_way() < kRequestsUnderWay && next_packet_id_is_free()) {
    auto request = subscriptions_.next();
    if (!request) return {};
    const auto packet_id = request->subscribe
                               ? library.subscribe(request->filters, request->qos, request->id)
                               : library.unsubscribe(request->filters);
    if (library.is_gone()) return tl::unexpected(library.failure());
    if (packet_id)
      subscriptions_.asked(*packet_id, std::move(*request));
    else
      refused(subscriptions_.refuse(*request, packet_id.error()));
  }
  return {};
}

bool Online::next_packet_id_is_free() const {
  // libmosquitto numbers everything in turn, QoS 0 too, and does not look whether a number is in
  // use.
  const std::uint16_t id = connection_->library().next_packet_id();
  return !window_.holds(id) && !subscriptions_.uses(id);
}

bool Online::can_pull(std::size_t handed) const {
  return connection_->pending() + handed < Connection::kMostPending && window_.has_room() &&
         next_packet_id_is_free();
}

Result<void> Online::pull(Instant now) {
  drained_ = false;
  std::size_t handed = 0;  // bytes given to libmosquitto that pending() does not count yet
  for (int i = 0; i < kPublicationsPerTurn; ++i) {
    if (!can_pull(handed)) return {};
    const auto outgoing = listener_.next_publication();
    drained_ = !outgoing;
    if (!outgoing) return {};
    if (const auto verdict = obstacle(*outgoing->publication)) {
      listener_.on_published(outgoing->token, *verdict);
      continue;
    }
    handed += packet_bound(*outgoing->publication, connection_->login().protocol);
    if (auto published = publish(*outgoing, now); !published) return published;
  }
  return {};
}

std::optional<Verdict> Online::obstacle(const Publication& publication) const {
  if (!is_publishable(publication)) return Verdict::InvalidTopic;
  const std::size_t limit = std::min<std::size_t>(terms_.maximum_packet, kLargestPacket);
  if (packet_bound(publication, connection_->login().protocol) + kSizeMargin > limit)
    return Verdict::TooLarge;
  return std::nullopt;
}

Result<void> Online::publish(const Outgoing& outgoing, Instant now) {
  const Publication& publication = *outgoing.publication;
  const auto packet_id = connection_->library().publish(publication);
  if (!packet_id) return tl::unexpected(packet_id.error());
  if (publication.qos == 0 || terms_.maximum_qos == 0)
    window_.sent_at_qos0(outgoing.token);
  else
    window_.sent(*packet_id, outgoing.token, now);
  return {};
}

void Online::acknowledge(std::uint64_t token) {
  if (token >> kTicketBits != token_base_ >> kTicketBits) return;  // an earlier connection's
  connection_->relay().acknowledge(token - token_base_);
}

}  // namespace wsrelay::mqtt
