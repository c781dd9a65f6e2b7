// The events: what ESP-IDF's client tells its event handlers, as JSON.
#include "bridge/document_parts.hpp"

namespace wsrelay::bridge {
namespace {

// Names only: the values of Set-Cookie and its kin are secrets.
void write_answer(JsonWriter& json, const Event& event) {
  json.member("http_status", event.status).key("headers").begin_array();
  if (event.headers != nullptr)
    for (const auto& field : *event.headers) json.value(field.first);
  json.end_array();
}

void write_what_happened(JsonWriter& json, const Instance& instance, const Event& event,
                         WallTime wall) {
  const client::Status& status = instance.status();
  switch (event.kind) {
    case Event::Kind::Begin:
      return write_target(json, instance.settings().client);
    case Event::Kind::Connecting:
      write_target(json, instance.settings().client);
      json.member("attempt", status.attempt);
      return;
    case Event::Kind::Headers:
      return write_answer(json, event);
    case Event::Kind::Connected:
      return write_agreement(json, status);
    case Event::Kind::Disconnected:
    case Event::Kind::Closed:
      return write_close(json.key("close"), status.last_close.value_or(client::LastClose{}), wall);
    case Event::Kind::Error:
      write_error(json.key("error"), event.error == nullptr ? Error{} : *event.error, wall);
      json.member("attempt", status.attempt);
      return;
    case Event::Kind::Finish:
      json.member("state", client::name_of(status.state));
      return;
    case Event::Kind::Dropped:
      return write_lanes(json, instance);
  }
}

}  // namespace

std::string event_document(const Instance& instance, const Event& event, const Clocks& clocks) {
  JsonWriter json;
  json.begin_object().member("event", name_of(event.kind)).member("instance", instance.name());
  json.member("at", print_wall_time(clocks.wall));
  write_what_happened(json, instance, event, clocks.wall);
  return json.end_object().take();
}

}  // namespace wsrelay::bridge
