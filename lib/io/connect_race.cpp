#include "io/connect_race.hpp"

#include <fmt/format.h>

namespace wsrelay::io {

Wait ConnectRace::Candidate::run(const Turn&) {
  if (!attempt.is_settled()) return {.fd = attempt.fd(), .writable = true};
  owner.wake();
  return {};  // the owner looks at the socket; waiting on would only repeat the wake
}

Result<std::unique_ptr<ByteStream>> ConnectRace::advance(Instant now) {
  start_due(now);
  for (auto each = candidates_.begin(); each != candidates_.end();) {
    auto stream = each->attempt.advance();
    if (stream && *stream != nullptr) {
      candidates_.clear();
      return stream;
    }
    if (!stream) fail_one(stream.error());
    each = stream ? std::next(each) : candidates_.erase(each);
  }
  start_due(now);
  if (race_.is_lost()) return tl::unexpected(lost());
  return nullptr;
}

void ConnectRace::start_due(Instant now) {
  while (const auto next = race_.start_next(now)) {
    auto attempt = TcpAttempt::start(addresses_[*next]);
    if (!attempt) {
      fail_one(attempt.error());
      continue;
    }
    candidates_.emplace_back(loop_, owner_, *next, std::move(*attempt));
  }
}

void ConnectRace::fail_one(const Error& error) {
  errors_.push_back(error);
  race_.failed();
}

std::string ConnectRace::under_way() const {
  std::string text;
  for (const Candidate& each : candidates_)
    text += (text.empty() ? "" : ", ") + addresses_[each.index].text();
  return text;
}

// The first error's figures; all errors' words.
Error ConnectRace::lost() const {
  if (errors_.empty()) return {.fault = Fault::Dns, .text = "the name has no address"};
  Error all = errors_.front();
  for (std::size_t i = 1; i < errors_.size(); ++i) all.text += "; " + errors_[i].text;
  return all;
}

}  // namespace wsrelay::io
