#include "mqtt/library.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>

#include <fmt/format.h>
#include <mqtt_protocol.h>

#include "mqtt/properties.hpp"

namespace wsrelay::mqtt {
namespace {

// How many QoS 1 arrivals may wait for their acknowledgement; mosquitto's own limit is lower.
constexpr int kReceiveMaximum = 1000;
// libmosquitto must never hold a publication back: the window in front of it is ours.
constexpr int kSendMaximum = 65535;
constexpr int kMostKeepalive = 65535;
constexpr int kLeastKeepalive = 5;  // libmosquitto refuses less, except 0 for none

int keepalive_of(std::chrono::seconds wanted) {
  if (wanted.count() == 0) return 0;
  return static_cast<int>(
      std::clamp<std::int64_t>(wanted.count(), kLeastKeepalive, kMostKeepalive));
}

std::uint16_t id_of(int number) {
  return static_cast<std::uint16_t>(number);
}

Terms terms_of(const mosquitto_property* list, int protocol) {
  Terms terms;
  terms.subscription_identifiers = protocol == kMqtt5;
  std::uint8_t flag = 0;
  mosquitto_property_read_int16(list, MQTT_PROP_RECEIVE_MAXIMUM, &terms.receive_maximum, false);
  mosquitto_property_read_int32(list, MQTT_PROP_MAXIMUM_PACKET_SIZE, &terms.maximum_packet, false);
  mosquitto_property_read_byte(list, MQTT_PROP_MAXIMUM_QOS, &terms.maximum_qos, false);
  if (mosquitto_property_read_byte(list, MQTT_PROP_RETAIN_AVAILABLE, &flag, false))
    terms.retain = flag != 0;
  if (mosquitto_property_read_byte(list, MQTT_PROP_SUBSCRIPTION_ID_AVAILABLE, &flag, false))
    terms.subscription_identifiers = flag != 0;
  std::uint16_t seconds = 0;
  if (mosquitto_property_read_int16(list, MQTT_PROP_SERVER_KEEP_ALIVE, &seconds, false))
    terms.keepalive = std::chrono::seconds(seconds);
  return terms;
}

int reason_of(int result) {
  return result == MOSQ_ERR_OVERSIZE_PACKET ? kPacketTooLarge : kTopicFilterInvalid;
}

}  // namespace

Library::Library(const Login& login) : login_(login) {
  // §3.1.3.1: without a client identifier there is no session to come back to.
  const bool fresh = login.client_id.empty() || login.session_expiry.count() == 0;
  handle_.reset(
      mosquitto_new(login.client_id.empty() ? nullptr : login.client_id.c_str(), fresh, this));
}

Result<void> Library::set_login() {
  mosquitto* handle = handle_.get();
  int result = mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, login_.protocol);
  if (result == MOSQ_ERR_SUCCESS)
    result = mosquitto_int_option(handle, MOSQ_OPT_RECEIVE_MAXIMUM, kReceiveMaximum);
  if (result == MOSQ_ERR_SUCCESS)
    result = mosquitto_int_option(handle, MOSQ_OPT_SEND_MAXIMUM, kSendMaximum);
  // We have no thread; it keeps libmosquitto from writing each packet at once, one system call
  // each.
  if (result == MOSQ_ERR_SUCCESS) result = mosquitto_threaded_set(handle, true);
  const bool has_login = !login_.username.empty() || !login_.password.empty();
  if (result == MOSQ_ERR_SUCCESS && has_login)  // a Secret ends in a NUL, as its string does
    result = mosquitto_username_pw_set(handle, login_.username.reveal().data(),
                                       login_.password.reveal().data());
  const Publication& will = login_.will;
  if (result == MOSQ_ERR_SUCCESS && !will.topic.empty())
    result = mosquitto_will_set(handle, will.topic.c_str(), static_cast<int>(will.payload.size()),
                                will.payload.data(), will.qos, will.retain);
  if (result == MOSQ_ERR_SUCCESS) return {};
  return fail(Fault::Local, fmt::format("the settings for the broker cannot be used: {}",
                                        mosquitto_strerror(result)));
}

Result<void> Library::open(const std::string& path) {
  if (!handle_) return fail_errno(Fault::Local, "cannot start libmosquitto", errno);
  if (auto set = set_login(); !set) return set;
  set_callbacks();
  Properties properties;
  if (login_.protocol == kMqtt5) {
    const auto expiry = std::min<std::int64_t>(login_.session_expiry.count(),
                                               std::numeric_limits<std::uint32_t>::max());
    properties.add_int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL, static_cast<std::uint32_t>(expiry));
    if (login_.max_packet > 0)
      properties.add_int32(MQTT_PROP_MAXIMUM_PACKET_SIZE, login_.max_packet);
  }
  constexpr int kUnixSocket = 0;  // the port that makes libmosquitto read the host as a path
  const int result =
      mosquitto_connect_bind_v5(handle_.get(), path.c_str(), kUnixSocket,
                                keepalive_of(login_.keepalive), nullptr, properties.get());
  if (result != MOSQ_ERR_SUCCESS)
    return fail(Fault::Local,
                fmt::format("libmosquitto cannot connect: {}", mosquitto_strerror(result)));
  socket_ = mosquitto_socket(handle_.get());
  return {};
}

// Callbacks copy and return. libmosquitto looks at errno after them, so they leave it at 0; nothing
// in them may call libmosquitto again.
void Library::set_callbacks() {
  mosquitto* handle = handle_.get();
  mosquitto_connect_v5_callback_set(handle, [](mosquitto*, void* self, int code, int flags,
                                               const mosquitto_property* list) noexcept {
    static_cast<Library*>(self)->on_connect(code, flags, list);
    errno = 0;
  });
  mosquitto_disconnect_v5_callback_set(
      handle, [](mosquitto*, void* self, int reason, const mosquitto_property*) noexcept {
        static_cast<Library*>(self)->on_disconnect(reason);
        errno = 0;
      });
  mosquitto_message_v5_callback_set(handle,
                                    [](mosquitto*, void* self, const mosquitto_message* message,
                                       const mosquitto_property* list) noexcept {
                                      static_cast<Library*>(self)->on_message(*message, list);
                                      errno = 0;
                                    });
  mosquitto_publish_v5_callback_set(
      handle, [](mosquitto*, void* self, int id, int reason, const mosquitto_property*) noexcept {
        static_cast<Library*>(self)->events_.emplace_back(Acknowledged{id_of(id), reason});
        errno = 0;
      });
  mosquitto_subscribe_v5_callback_set(
      handle, [](mosquitto*, void* self, int id, int count, const int* codes,
                 const mosquitto_property*) noexcept {
        static_cast<Library*>(self)->events_.emplace_back(
            Subscribed{id_of(id), std::vector<int>(codes, codes + count)});
        errno = 0;
      });
  mosquitto_unsubscribe_v5_callback_set(
      handle, [](mosquitto*, void* self, int id, const mosquitto_property*) noexcept {
        static_cast<Library*>(self)->events_.emplace_back(Unsubscribed{id_of(id)});
        errno = 0;
      });
}

void Library::on_connect(int code, int flags, const mosquitto_property* list) {
  refused_ = code;
  terms_ = terms_of(list, login_.protocol);
  events_.emplace_back(Connack{code, (flags & 1) != 0, terms_});
}

void Library::on_disconnect(int reason) {
  // Below 0x80 it is libmosquitto's own error number, which the call returns too.
  if (reason >= kUnspecifiedError && disconnect_reason_ == 0) disconnect_reason_ = reason;
  note(reason < kUnspecifiedError ? reason : MOSQ_ERR_SUCCESS);
}

void Library::on_message(const mosquitto_message& message, const mosquitto_property* list) {
  events_.emplace_back(
      Arrived{publication_of(message, list), subscription_identifiers(list), id_of(message.mid)});
}

void Library::note(int result) {
  if (result_ == MOSQ_ERR_SUCCESS) result_ = result;
}

void Library::read() {
  note(mosquitto_loop_read(handle_.get(), 1));
}
void Library::write() {
  note(mosquitto_loop_write(handle_.get(), 1));
}
void Library::disconnect() {
  note(mosquitto_disconnect_v5(handle_.get(), 0, nullptr));
}

Result<std::uint16_t> Library::publish(const Publication& publication) {
  Properties properties;
  if (login_.protocol == kMqtt5) properties.add(publication);
  int id = 0;
  const int qos = std::min<int>({publication.qos, terms_.maximum_qos, 1});
  const int result = mosquitto_publish_v5(
      handle_.get(), &id, publication.topic.c_str(), static_cast<int>(publication.payload.size()),
      publication.payload.data(), qos, publication.retain && terms_.retain, properties.get());
  if (id != 0) last_id_ = id_of(id);
  if (result == MOSQ_ERR_SUCCESS) return id_of(id);
  return fail(Fault::Local,
              fmt::format("libmosquitto cannot publish: {}", mosquitto_strerror(result)));
}

tl::expected<std::uint16_t, int> Library::subscribe(const std::vector<std::string>& filters,
                                                    int qos, std::uint32_t identifier) {
  std::vector<char*> names;
  bool shared = false;
  for (const std::string& filter : filters) {
    names.push_back(const_cast<char*>(filter.c_str()));  // only read, says its documentation
    shared = shared || filter.starts_with("$share/");
  }
  Properties properties;
  int options = 0;
  if (login_.protocol == kMqtt5) {
    // §3.8.3.1: No Local on a shared subscription is a protocol error.
    options = MQTT_SUB_OPT_SEND_RETAIN_NEVER | (shared ? 0 : MQTT_SUB_OPT_NO_LOCAL);
    if (identifier != 0) properties.add_varint(MQTT_PROP_SUBSCRIPTION_IDENTIFIER, identifier);
  }
  int id = 0;
  const int result =
      mosquitto_subscribe_multiple(handle_.get(), &id, static_cast<int>(names.size()), names.data(),
                                   qos, options, properties.get());
  if (id != 0) last_id_ = id_of(id);
  if (result != MOSQ_ERR_SUCCESS) return tl::unexpected(reason_of(result));
  return id_of(id);
}

tl::expected<std::uint16_t, int> Library::unsubscribe(const std::vector<std::string>& filters) {
  std::vector<char*> names;
  for (const std::string& filter : filters) names.push_back(const_cast<char*>(filter.c_str()));
  int id = 0;
  const int result = mosquitto_unsubscribe_multiple(
      handle_.get(), &id, static_cast<int>(names.size()), names.data(), nullptr);
  if (id != 0) last_id_ = id_of(id);
  if (result != MOSQ_ERR_SUCCESS) return tl::unexpected(reason_of(result));
  return id_of(id);
}

Error Library::failure() const {
  if (refused_ != 0)
    return {.fault = Fault::Broker, .text = connack_text(refused_, login_.protocol)};
  if (disconnect_reason_ != 0)
    return {.fault = Fault::Broker, .text = disconnect_text(disconnect_reason_, login_.client_id)};
  if (result_ == MOSQ_ERR_PROTOCOL || result_ == MOSQ_ERR_MALFORMED_PACKET ||
      result_ == MOSQ_ERR_MALFORMED_UTF8 || result_ == MOSQ_ERR_DUPLICATE_PROPERTY)
    return {.fault = Fault::Protocol,
            .text = fmt::format("the broker broke the protocol: {}", mosquitto_strerror(result_))};
  if (result_ == MOSQ_ERR_SUCCESS)
    return {.fault = Fault::Broker, .text = "the broker ended the connection"};
  return {
      .fault = Fault::Broker,
      .text = fmt::format("the connection to the broker failed: {}", mosquitto_strerror(result_))};
}

}  // namespace wsrelay::mqtt
