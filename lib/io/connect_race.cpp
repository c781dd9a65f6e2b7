#include "io/connect_race.hpp"

#include <fmt/format.h>

namespace wsrelay::io {
namespace {

// A socket bound to an address of one family connects to no other.
std::vector<Address> reachable(const std::vector<Address>& addresses, const TcpSettings& settings) {
  std::vector<Address> same_family = addresses;
  if (const auto from = Address::from_literal(settings.bind_address, 0))
    std::erase_if(same_family, [&](const Address& each) {
      return each.family() != from->family() && each.family() != AF_UNIX;
    });
  return same_family;
}

std::string list(const std::vector<Address>& addresses) {
  std::string text;
  for (const Address& each : addresses) text += (text.empty() ? "" : ", ") + each.text();
  return text;
}

}  // namespace

ConnectRace::ConnectRace(Loop& loop, const Registration& owner,
                         const std::vector<Address>& addresses, const TcpSettings& settings,
                         Instant now)
    : loop_(loop),
      owner_(owner),
      settings_(settings),
      addresses_(reachable(addresses, settings)),
      race_(addresses_.size(), now) {
  if (addresses.empty())
    errors_.push_back({.fault = Fault::Dns, .text = "the name has no address"});
  if (!addresses.empty() && addresses_.empty())
    errors_.push_back({.fault = Fault::Local,
                       .text = fmt::format("from {} there is no way to {}: another address family",
                                           settings.bind_address, list(addresses))});
}

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
    auto attempt = TcpAttempt::start(addresses_[*next], settings_);
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
  std::vector<Address> tried;
  for (const Candidate& each : candidates_) tried.push_back(addresses_[each.index]);
  return list(tried);
}

// The first error's figures; all errors' words, but none twice in a row: an interface that is not
// there is so for every address.
Error ConnectRace::lost() const {
  Error all = errors_.front();
  for (std::size_t i = 1; i < errors_.size(); ++i)
    if (errors_[i].text != errors_[i - 1].text) all.text += "; " + errors_[i].text;
  return all;
}

}  // namespace wsrelay::io
