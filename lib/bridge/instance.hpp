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
#include "bridge/event.hpp"
#include "bridge/lane.hpp"
#include "bridge/publish_ring.hpp"
#include "client/client.hpp"
#include "config/config.hpp"
#include "route/table.hpp"

namespace wsrelay::bridge {

class Instance final : private client::Client::Listener {
 public:
  class Host {
   public:
    virtual void on_state_change(Instance& instance, client::State before) = 0;
    virtual void on_event(Instance& instance, const Event& event) = 0;
    virtual void on_publishable(Instance& instance) = 0;  // its publish lane has something
    virtual const route::Table& table() const = 0;

   protected:
    ~Host() = default;
  };

  Instance(route::InstanceId id, std::string name, config::Instance settings,
           client::Services services, Host& host);

  /// Reload: what can change live does; else the client is replaced once it has closed.
  void apply(config::Instance settings);
  /// Reload without a change: what had given up begins anew, for its secrets may be others now.
  void retry();
  /// Takes nothing more to deliver, sends what waits, closes with 1001. Stopped in the end.
  void stop();
  bool stopped() const;
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
  /// Over all clients that this instance had.
  ws::CompressionCount compression() const;

 private:
  void on_begin() override { tell({.kind = Event::Kind::Begin}); }
  void on_finish() override { tell({.kind = Event::Kind::Finish}); }
  void on_state(const client::Status& status) override;
  void on_connecting(unsigned) override { tell({.kind = Event::Kind::Connecting}); }
  void on_headers(int status, const client::Client::Fields& fields) override;
  void on_open(const ws::Opened&) override { tell({.kind = Event::Kind::Connected}); }
  void on_message(Message message) override { publish_item(message); }
  void on_part(MessagePart part) override { publish_item(part); }
  void on_close(const client::LastClose& close) override;
  void on_error(const Error& error) override;
  const Message* next_message() override;
  void on_sent() override;
  void on_unsent() override;

  void start_client();
  void tell(const Event& event) { host_.on_event(*this, event); }
  template <class Item>
  void publish_item(Item& item);
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
  ws::CompressionCount earlier_;  // of clients that were replaced
  std::uint64_t drops_seen_ = 0;
  bool dropping_ = false;  // an episode of drops is under way
  bool replacing_ = false;
  bool stopping_ = false;
  std::unique_ptr<client::Client> client_;  // last: it calls back into all of the above
};

}  // namespace wsrelay::bridge
