// One connection to the testing server, from the first attempt to the last byte; never a second
// attempt. It echoes what it is sent, or keeps it, and leaves the closing to the server. Its owner
// is a Task, woken through `owner` when it is over.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "client/client.hpp"

namespace wsrelay::conformance {

class Visit final : private client::Client::Listener {
 public:
  enum class Manner : std::uint8_t { Echo, Listen };
  /// `owner` must outlive it.
  Visit(client::Settings settings, client::Services services, Manner manner,
        const io::Registration& owner);

  bool is_over() const { return over_; }
  /// A server was there: the upgrade was asked for.
  bool arrived() const { return arrived_; }
  bool opened() const { return opened_; }
  /// Both sides closed, and nothing was wrong.
  bool ended_well() const { return close_ && close_->clean; }
  /// The last message of one that listens.
  const std::string& heard() const { return heard_; }
  /// How it ended, in few words: those that ended alike have the same.
  std::string end() const;
  /// The same, with what is known of an error.
  std::string story() const;

 private:
  void on_state(const client::Status& status) override;
  void on_open(const ws::Opened&) override { opened_ = true; }
  void on_message(Message message) override;
  void on_close(const client::LastClose& close) override { close_ = close; }
  void on_error(const Error& error) override { error_ = error; }
  const Message* next_message() override;
  void on_finish() override;

  Manner manner_;
  const io::Registration& owner_;
  std::deque<Message> to_send_;
  Message sending_;
  std::string heard_;
  bool arrived_ = false, opened_ = false, over_ = false;
  std::optional<client::LastClose> close_;
  std::optional<Error> error_;
  client::Client client_;  // last: it calls back into all of the above
};

}  // namespace wsrelay::conformance
