// A queue of those that want to run, threaded through themselves: joining, leaving and taking the
// first are O(1), nobody stands in it twice, and leaving early is as safe as being taken.
#pragma once

#include <utility>

namespace wsrelay::io {

class ReadyLink {
 public:
  ReadyLink() = default;
  ReadyLink(const ReadyLink&) = delete;
  ReadyLink& operator=(const ReadyLink&) = delete;
  ~ReadyLink() { unlink(); }

  bool is_linked() const { return next_ != this; }
  void unlink() {
    next_->previous_ = previous_;
    previous_->next_ = next_;
    next_ = previous_ = this;
  }

 private:
  template <class Entry>
  friend class ReadyList;
  ReadyLink* next_ = this;
  ReadyLink* previous_ = this;
};

/// Entry derives from ReadyLink.
template <class Entry>
class ReadyList {
 public:
  bool empty() const { return !head_.is_linked(); }
  /// No effect on one that stands in a list already.
  void push(Entry& entry) {
    if (!static_cast<ReadyLink&>(entry).is_linked()) insert_before_head(entry);
  }
  Entry& take_first() {
    auto& first = static_cast<Entry&>(*head_.next_);
    first.unlink();
    return first;
  }
  /// All of `other` behind our own, in order.
  void append(ReadyList& other) {
    if (other.empty()) return;
    ReadyLink* const first = std::exchange(other.head_.next_, &other.head_);
    ReadyLink* const last = std::exchange(other.head_.previous_, &other.head_);
    head_.previous_->next_ = first;
    first->previous_ = head_.previous_;
    last->next_ = &head_;
    head_.previous_ = last;
  }

 private:
  void insert_before_head(ReadyLink& link) {
    link.previous_ = head_.previous_;
    link.next_ = &head_;
    head_.previous_->next_ = &link;
    head_.previous_ = &link;
  }
  ReadyLink head_;
};

}  // namespace wsrelay::io
