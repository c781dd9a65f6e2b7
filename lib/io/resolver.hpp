// Names to addresses by getaddrinfo (hosts file, DNS, mDNS: what the system is told to use), on at
// most four worker threads; the loop never waits. Knows no deadline: the asker drops the Query.
// Askers of one name at one time share one lookup, so that a fleet reconnecting to one server asks
// once. Nothing is kept afterwards: every new attempt asks again.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "io/address.hpp"
#include "io/task.hpp"
#include "io/worker.hpp"

namespace wsrelay::io {

using Addresses = std::vector<Address>;

class Resolver {
  struct Lookup;

 public:
  /// Blocking, called on a worker thread; must own all it touches.
  using Ask = std::function<Result<Addresses>(const std::string& host, std::uint16_t port)>;
  /// getaddrinfo; the error is Fault::Dns and names the host.
  static Result<Addresses> ask_system(const std::string& host, std::uint16_t port);

  class Query {
   public:
    Query() = default;
    Query(Query&&) noexcept = default;
    Query& operator=(Query&& other) noexcept;
    ~Query();
    /// Null while under way.
    const Result<Addresses>* answer() const;

   private:
    friend class Resolver;
    Query(std::shared_ptr<Lookup> lookup, const Registration& owner);
    std::shared_ptr<Lookup> lookup_;
    const Registration* owner_ = nullptr;
  };

  static constexpr unsigned kThreads = 4;
  explicit Resolver(Loop& loop, Ask ask = &ask_system, unsigned threads = kThreads);

  /// `owner` is woken when the answer is there; it must outlive the Query.
  [[nodiscard]] Query query(const std::string& host, std::uint16_t port, const Registration& owner);

 private:
  using Key = std::pair<std::string, std::uint16_t>;

  Loop& loop_;
  Ask ask_;
  Worker worker_;
  std::map<Key, std::weak_ptr<Lookup>> under_way_;
};

}  // namespace wsrelay::io
