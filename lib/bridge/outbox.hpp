// What the bridge itself has to say over MQTT, behind the messages it relays. Documents are levels:
// a dirty one stands here once, however often it changed, and is written when its turn comes.
// Events are a small bounded queue. Both survive the loss of the broker.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "base/publication.hpp"
#include "bridge/lane.hpp"
#include "route/table.hpp"

namespace wsrelay::bridge {

enum class Document : std::uint8_t { BridgeState, BridgeInfo, Availability, State, Stats };

struct DocumentKey {
  Document document = Document::BridgeState;
  route::InstanceId instance = 0;  // 0 for the bridge's own
  friend auto operator<=>(const DocumentKey&, const DocumentKey&) = default;
};

class Outbox {
 public:
  class Writer {
   public:
    /// The document as it is now; nothing if there is no such instance any more.
    virtual std::optional<Publication> write(const DocumentKey& key) const = 0;

   protected:
    ~Writer() = default;
  };

  explicit Outbox(const Writer& writer) : writer_(writer) {}

  void mark(DocumentKey key);
  void post(Publication event, Instant now) { events_.push(std::move(event), now); }

  struct Item {
    const Publication* publication = nullptr;
    std::uint64_t token = 0;
  };
  std::optional<Item> next(Instant now);
  void settle(std::uint64_t token, bool arrived);
  void rewind();
  bool empty() const { return dirty_.empty() && flying_.empty() && events_.empty(); }

 private:
  static constexpr config::Lane kEventBounds{.max_messages = 1000, .max_bytes = 1024 * 1024};

  const Writer& writer_;
  std::deque<DocumentKey> order_;  // dirty ones, oldest first
  std::set<DocumentKey> dirty_;
  std::map<std::uint64_t, DocumentKey> flying_;  // by token
  std::uint64_t tokens_ = 0;
  Publication current_;
  Lane<Publication> events_{kEventBounds};
};

}  // namespace wsrelay::bridge
