#include "bridge/instance.hpp"

#include "base/utf8.hpp"

namespace wsrelay::bridge {
Instance::Instance(route::InstanceId id, std::string name, config::Instance settings,
                   client::Services services, Host& host)
    : id_(id),
      name_(std::move(name)),
      settings_(std::move(settings)),
      services_(services),
      host_(host),
      publish_(id, settings_.lanes.publish),
      deliver_(settings_.lanes.deliver) {
  start_client();
}

void Instance::start_client() {
  if (!settings_.enabled || stopping_) return;
  client_ = std::make_unique<client::Client>(settings_.client, services_,
                                             static_cast<client::Client::Listener&>(*this));
  if (publish_.lane.full() && publish_.lane.bounds().overflow == config::Overflow::Block)
    client_->pause(true);
  on_state(client_->status());
}

void Instance::apply(config::Instance settings) {
  const bool renew = settings.enabled != settings_.enabled ||
                     client::needs_new_connection(settings_.client, settings.client);
  settings_ = std::move(settings);
  publish_.lane.set(settings_.lanes.publish);
  deliver_.set(settings_.lanes.deliver);
  if (!client_) return start_client();
  if (replacing_) return;  // what follows begins with these settings
  if (!renew) {
    client_->adjust(settings_.client);
    return retry();
  }
  replacing_ = true;
  client_->stop();
}

void Instance::retry() {
  const bool leaving = stopping_ || replacing_;
  if (client_ && !leaving && client_->status().state == client::State::Failed) client_->start();
}

bool Instance::stopped() const {
  if (!client_) return true;
  const client::State state = client_->status().state;
  return state == client::State::Stopped || state == client::State::Failed;
}

bool Instance::renewed() {
  if (!replacing_) return true;
  if (!stopped()) return false;
  replacing_ = false;
  earlier_ = compression();
  client_.reset();
  start_client();
  if (!client_) on_state(idle_);
  return true;
}

void Instance::drop_rest() {
  publish_.lane.drop_all(Drop::Shutdown);
  deliver_.drop_all(Drop::Shutdown);
  note_drops();
}

void Instance::stop() {
  stopping_ = true;
  if (client_) client_->stop();
}

// ---- deliver: broker → lane → client

void Instance::deliver(Message message) {
  const std::size_t bytes = message.payload.size();
  // RFC 6455 §5.6: a text message MUST be UTF-8; the peer would end the connection over it.
  if (message.kind == Message::Kind::Text && !is_utf8(message.payload))
    return refuse_delivery(Drop::InvalidUtf8, bytes);
  const bool taken = deliver_.push(std::move(message), services_.loop.now());
  if (!taken && deliver_.bounds().overflow == config::Overflow::Close && client_)
    client_->close(ws::CloseCode::TryAgainLater, "delivery queue is full");
  note_drops();
  if (client_) client_->wake();
}

void Instance::refuse_delivery(Drop why, std::size_t bytes) {
  deliver_.refuse(why, bytes);
  note_drops();
}

const Message* Instance::next_message() {
  const Message* message = deliver_.next(services_.loop.now());
  note_drops();
  return message;
}

void Instance::on_sent() {
  deliver_.settle_oldest();
}
void Instance::on_unsent() {
  deliver_.rewind();
}

// ---- publish: client → lane → broker

template <class Item>
void Instance::publish_item(Item& item) {
  const std::size_t bytes = item.payload.size();
  auto publication = host_.table().publication_for(id_, item);
  if (!publication) {
    publish_.lane.refuse(publication.error() == route::Table::Refusal::Filtered
                             ? Drop::Filtered
                             : Drop::InvalidTopic,
                         bytes);
    return note_drops();
  }
  const bool taken = publish_.lane.push(std::move(*publication), services_.loop.now());
  const config::Overflow overflow = publish_.lane.bounds().overflow;
  if (overflow == config::Overflow::Block && publish_.lane.full()) client_->pause(true);
  if (!taken && overflow == config::Overflow::Close)
    client_->close(ws::CloseCode::TryAgainLater, "publish queue is full");
  note_drops();
  if (taken) host_.on_publishable(*this);
}

void Instance::settle_publication(std::uint64_t token, std::optional<Drop> dropped) {
  publish_.lane.settle(token, dropped);
  note_drops();
  if (client_ && !publish_.lane.full()) client_->pause(false);
}

void Instance::rewind_publications() {
  publish_.lane.rewind();
  if (publish_.lane.has_waiting()) host_.on_publishable(*this);
}

// ---- what there is to tell

void Instance::on_state(const client::Status& status) {
  const client::State before = told_;
  told_ = status.state;
  host_.on_state_change(*this, before);
}

ws::CompressionCount Instance::compression() const {
  const ws::CompressionCount& now = status().compression;
  return {.received_wire = earlier_.received_wire + now.received_wire,
          .received_plain = earlier_.received_plain + now.received_plain,
          .sent_wire = earlier_.sent_wire + now.sent_wire,
          .sent_plain = earlier_.sent_plain + now.sent_plain};
}

void Instance::on_headers(int status, const client::Client::Fields& fields) {
  tell({.kind = Event::Kind::Headers, .status = status, .headers = &fields});
}

void Instance::on_close(const client::LastClose& close) {
  if (close.clean) tell({.kind = Event::Kind::Closed});
  tell({.kind = Event::Kind::Disconnected});
}

void Instance::on_error(const Error& error) {
  tell({.kind = Event::Kind::Error, .error = &error});
}

// One event per episode: it begins with a drop and ends when both lanes have run empty.
void Instance::note_drops() {
  const std::uint64_t drops =
      publish_.lane.counters().all_dropped() + deliver_.counters().all_dropped();
  if (drops != drops_seen_) {
    drops_seen_ = drops;
    if (!dropping_) {
      dropping_ = true;
      tell({.kind = Event::Kind::Dropped});
    }
  } else if (dropping_ && publish_.lane.empty() && deliver_.empty()) {
    dropping_ = false;
  }
}

}  // namespace wsrelay::bridge
