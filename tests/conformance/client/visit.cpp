#include "visit.hpp"

#include <fmt/format.h>

namespace wsrelay::conformance {

Visit::Visit(client::Settings settings, client::Services services, Manner manner,
             const io::Registration& owner)
    : manner_(manner), owner_(owner), client_(std::move(settings), services, *this) {
  client_.start();  // not after a rest
}

void Visit::on_state(const client::Status& status) {
  if (status.state == client::State::Upgrading) arrived_ = true;
}

void Visit::on_message(Message message) {
  if (manner_ == Manner::Listen) {
    heard_ = as_text(message.payload);
  } else {
    to_send_.push_back(std::move(message));
    client_.wake();
  }
}

const Message* Visit::next_message() {
  if (to_send_.empty()) return nullptr;
  sending_ = std::move(to_send_.front());
  to_send_.pop_front();
  return &sending_;
}

void Visit::on_finish() {
  over_ = true;
  owner_.wake();
}

std::string Visit::end() const {
  if (!over_) return "was cut short: out of time";
  if (ended_well()) return fmt::format("closed by {} with {}", close_->by, close_->code);
  if (!opened_) return fmt::format("no session: {}", error_ ? name_of(error_->fault) : "unknown");
  const bool by_us =
      error_ && (error_->fault == Fault::Protocol || error_->fault == Fault::TooLarge);
  return by_us ? fmt::format("failed by us with {}", error_->close_code) : "broken";
}

std::string Visit::story() const {
  return error_ ? fmt::format("{} ({})", end(), error_->text) : end();
}

}  // namespace wsrelay::conformance
