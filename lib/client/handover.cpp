#include "client/handover.hpp"

namespace wsrelay::client {
namespace {

constexpr std::size_t kOutputHighWater = 64 * 1024;  // hand over no more above this

void send_message(ws::Session& session, Outgoing& item) {
  const bool text = item.opcode == ws::Opcode::Text;
  Message message{text ? Message::Kind::Text : Message::Kind::Binary, std::move(item.payload)};
  session.send(message);
  item.payload = std::move(message.payload);  // kept until it has left
}

}  // namespace

bool Handover::fill(ws::Session& session) {
  while (session.is_open() && session.output().size() < kOutputHighWater)
    if (!send_queued(session) && !send_pulled(session)) return true;
  return false;
}

bool Handover::send_queued(ws::Session& session) {
  Outgoing* item = queue_.front();
  if (item == nullptr) return false;
  if (item->opcode == ws::Opcode::Ping)
    session.ping(item->payload);
  else if (item->opcode == ws::Opcode::Pong)
    session.pong(item->payload);
  else if (item->fin && item->opcode != ws::Opcode::Continuation)
    send_message(session, *item);
  else  // never an error: the queue let nothing in that cannot stand here
    static_cast<void>(session.send_part(item->opcode, item->payload, item->fin));
  queue_.sent_front();
  under_way_.add(Source::Queue, written_ + session.output().size());
  return true;
}

bool Handover::send_pulled(ws::Session& session) {
  // RFC 6455 §5.4: nothing but control frames between the fragments of a message.
  const Message* message = session.in_parts() ? nullptr : listener_.next_message();
  if (message == nullptr) return false;
  session.send(*message);
  under_way_.add(Source::Listener, written_ + session.output().size());
  return true;
}

void Handover::left(std::size_t bytes) {
  written_ += bytes;
  while (const auto source = under_way_.take(written_)) {
    if (*source == Source::Queue)
      queue_.settle_oldest();
    else
      listener_.on_sent();
  }
}

void Handover::give_back() {
  if (under_way_.any_of(Source::Listener)) listener_.on_unsent();
  if (const std::size_t dropped = queue_.rewind()) listener_.on_dropped(dropped);
}

}  // namespace wsrelay::client
