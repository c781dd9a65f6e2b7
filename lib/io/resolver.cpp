#include "io/resolver.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>

#include <fmt/format.h>
#include <netdb.h>

#include "io/handle.hpp"

namespace wsrelay::io {

// One question and all who asked it. The last asker takes it along, and its ticket drops the work.
struct Resolver::Lookup final : Task {
  Lookup(Resolver& resolver, const Key& key)
      : resolver_(resolver), key_(key), registration_(resolver.loop_.add(*this)) {
    ticket_ = resolver.worker_.submit(
        [ask = resolver.ask_, written = written_, key] { *written = ask(key.first, key.second); },
        registration_);
  }
  ~Lookup() {
    const auto own = resolver_.under_way_.find(key_);
    if (own != resolver_.under_way_.end() && own->second.expired()) resolver_.under_way_.erase(own);
  }
  bool is_done() const { return ticket_.is_done(); }
  const Result<Addresses>& answer() const { return **written_; }

  Wait run(const Turn&) override {
    if (is_done())
      for (const Registration* owner : owners) owner->wake();
    return {};
  }

  std::vector<const Registration*> owners;

 private:
  Resolver& resolver_;
  Key key_;
  Registration registration_;
  // Written by the thread until the ticket is done.
  std::shared_ptr<std::optional<Result<Addresses>>> written_ =
      std::make_shared<std::optional<Result<Addresses>>>();
  Worker::Ticket ticket_;
};

Result<Addresses> Resolver::ask_system(const std::string& host, std::uint16_t port) {
  // RFC 6761 §6.3: "localhost" and what ends in it are loopback, whatever a resolver would say. The
  // rule that permits plain text to localhost relies on it; so does a machine without /etc/hosts.
  if (host == "localhost" || host.ends_with(".localhost"))
    return Addresses{*Address::from_literal("::1", port),
                     *Address::from_literal("127.0.0.1", port)};
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  // No AI_ADDRCONFIG: it hides "localhost" on a machine without network, and a family that cannot
  // be reached fails at once when it is tried.
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int rc = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  const int number = errno;
  const Handle<addrinfo, freeaddrinfo> owned(found);
  if (rc == EAI_NONAME || rc == EAI_NODATA)
    return fail(Fault::Dns, fmt::format("no such host {}", host));
  if (rc == EAI_SYSTEM)
    return fail_errno(Fault::Dns, fmt::format("cannot resolve {}", host), number);
  if (rc != 0)
    return fail(Fault::Dns, fmt::format("cannot resolve {}: {}", host, gai_strerror(rc)));
  Addresses addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next)
    addresses.push_back(Address::from(each->ai_addr, each->ai_addrlen));
  return addresses;
}

Resolver::Query::Query(std::shared_ptr<Lookup> lookup, const Registration& owner)
    : lookup_(std::move(lookup)), owner_(&owner) {
  lookup_->owners.push_back(owner_);
}

Resolver::Query& Resolver::Query::operator=(Query&& other) noexcept {
  std::swap(lookup_, other.lookup_);
  std::swap(owner_, other.owner_);
  return *this;
}

Resolver::Query::~Query() {
  if (lookup_ == nullptr) return;
  auto& owners = lookup_->owners;
  if (const auto own = std::find(owners.begin(), owners.end(), owner_); own != owners.end())
    owners.erase(own);
}

const Result<Addresses>* Resolver::Query::answer() const {
  return lookup_ != nullptr && lookup_->is_done() ? &lookup_->answer() : nullptr;
}

Resolver::Resolver(Loop& loop, Ask ask, unsigned threads)
    : loop_(loop), ask_(std::move(ask)), worker_(loop, threads) {}

Resolver::Query Resolver::query(const std::string& host, std::uint16_t port,
                                const Registration& owner) {
  const Key key{host, port};
  std::shared_ptr<Lookup> lookup = under_way_[key].lock();
  if (lookup == nullptr || lookup->is_done()) {
    lookup = std::make_shared<Lookup>(*this, key);
    under_way_[key] = lookup;
  }
  return {std::move(lookup), owner};
}

}  // namespace wsrelay::io
