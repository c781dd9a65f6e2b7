// What the bridge itself has to say over MQTT, behind the messages it relays. Documents are levels:
// a dirty one stands here once, however often it changed, and is written when its turn comes.
// A topic to clear is a level, too: nothing shall stand there. Events are a small bounded queue.
// All survive the loss of the broker.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

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
  /// Removes what is retained on a topic of ours.
  void clear(std::string topic) { clearing_.insert(std::move(topic)); }
  /// Somebody stands on that topic again: a clear that is not under way yet, or is lost, is
  /// forgotten.
  void keep(const std::string& topic);
  void post(Publication event, Instant now) { events_.push(std::move(event), now); }

  struct Item {
    const Publication* publication = nullptr;
    std::uint64_t token = 0;
  };
  std::optional<Item> next(Instant now);
  void settle(std::uint64_t token, bool arrived);
  void rewind();
  bool empty() const {
    return dirty_.empty() && flying_.empty() && clearing_.empty() && clears_flying_.empty() &&
           events_.empty();
  }

 private:
  std::optional<Item> next_clear();
  std::optional<Item> next_document();

  static constexpr config::Lane kEventBounds{.max_messages = 1000, .max_bytes = 1024 * 1024};

  const Writer& writer_;
  std::deque<DocumentKey> order_;  // dirty ones, oldest first
  std::set<DocumentKey> dirty_;
  std::map<std::uint64_t, DocumentKey> flying_;  // by token
  std::set<std::string> clearing_;
  std::map<std::uint64_t, std::string> clears_flying_;  // by token
  std::uint64_t tokens_ = 0;
  Publication current_;
  Lane<Publication> events_{kEventBounds};
};

}  // namespace wsrelay::bridge
