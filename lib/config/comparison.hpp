// Two configurations, walked side by side along the table: which settings differ, and what a reload
// makes of each. Collects only; what follows from it is config/plan.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/outline.hpp"

namespace wsrelay::config {

struct Difference {
  std::string key;  // "liveness.ping.interval"
  Reload reload;

  friend bool operator==(const Difference&, const Difference&) = default;
};

class Comparison {
 public:
  /// While it lives, a difference is about this key below the one before.
  class At {
   public:
    At(Comparison& comparison, std::string_view name)
        : comparison_(comparison), length_(comparison.key_.size()) {
      if (length_ > 0) comparison.key_ += '.';
      comparison.key_ += name;
    }
    ~At() { comparison_.key_.resize(length_); }
    At(const At&) = delete;
    At& operator=(const At&) = delete;

   private:
    Comparison& comparison_;
    std::size_t length_;
  };

  void differs(Reload reload) { found_.push_back({key_, reload}); }
  std::vector<Difference> take() { return std::move(found_); }

 private:
  std::string key_;
  std::vector<Difference> found_;
};

}  // namespace wsrelay::config
