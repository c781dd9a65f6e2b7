// One configured connection as the bridge sees it: a client, a lane each way, and what there is to
// tell about them. Both rivers pass here: the client's messages become publications in the publish
// lane; what arrives from the broker waits in the deliver lane until the client pulls it.
// Knows no broker and no other instance. Lives while the configuration names it; the client inside
// is replaced when its settings change, the lanes stay.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/log.hpp"
#include "bridge/lane.hpp"
#include "bridge/publish_ring.hpp"
#include "client/client.hpp"
#include "config/config.hpp"
#include "route/table.hpp"

namespace wsrelay::bridge {

class Instance final : private client::Client::Listener {
 public:
  /// The events of the MQTT interface; what goes with them is in the instance's status.
  enum class Event : std::uint8_t { Connected, Disconnected, Closed, Error, Dropped };

  class Host {
   public:
    virtual void on_state_change(Instance& instance, client::State before) = 0;
    virtual void on_event(Instance& instance, Event event) = 0;
    virtual void on_publishable(Instance& instance) = 0;  // its publish lane has something
    virtual const route::Table& table() const = 0;

   protected:
    ~Host() = default;
  };

  Instance(route::InstanceId id, std::string name, config::Instance settings,
           client::Services services, Host& host);

  /// Reload: what can change live does; else the client is replaced once it has closed.
  void apply(config::Instance settings);
  /// Takes nothing more to deliver, sends what waits, closes with 1001. Stopped in the end.
  void stop();
  bool stopped() const { return !client_ || client_->status().state == client::State::Stopped; }
  /// After apply(): starts the new client once the old one has stopped; true when nothing is left
  /// to do. Never from a listener call.
  bool renewed();
  /// The end of the process: what is still queued is counted as dropped.
  void drop_rest();

  void deliver(Message message);  // the deliver river comes in
  void refuse_delivery(Drop why, std::size_t bytes);
  void settle_publication(std::uint64_t token, std::optional<Drop> dropped);
  void rewind_publications();

  route::InstanceId id() const { return id_; }
  const std::string& name() const { return name_; }
  const config::Instance& settings() const { return settings_; }
  const client::Status& status() const { return client_ ? client_->status() : idle_; }
  RingSeat& publish() { return publish_; }
  const RingSeat& publish() const { return publish_; }
  const Lane<Message>& delivering() const { return deliver_; }

 private:
  void on_state(const client::Status& status) override;
  void on_open(const ws::Opened& opened) override;
  void on_message(Message message) override;
  void on_close(const client::LastClose& close) override;
  void on_error(const Error& error) override;
  const Message* next_message() override;
  void on_sent() override;
  void on_unsent() override;

  void start_client();
  void note_drops();

  route::InstanceId id_;
  std::string name_;
  config::Instance settings_;
  client::Services services_;
  Host& host_;
  RingSeat publish_;
  Lane<Message> deliver_;
  client::Status idle_ = {.state = client::State::Stopped};
  client::State told_ = client::State::Stopped;
  std::uint64_t drops_seen_ = 0;
  bool dropping_ = false;  // an episode of drops is under way
  bool replacing_ = false;
  bool stopping_ = false;
  std::unique_ptr<client::Client> client_;  // last: it calls back into all of the above
};

}  // namespace wsrelay::bridge
