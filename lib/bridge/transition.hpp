// From one configuration to the next, a few instances at a time, so that the loop is never held
// for long. Who goes goes first: a name or a filter that changes hands is free when its next owner
// comes. Knows what is to be done, not how.
//
//   Transition transition(next, plan);
//   while (!transition.advance(deeds, kSlice)) …   // one slice per turn
//
// Holds `next` until it is destroyed; a Config of ten thousand instances takes long to destroy, so
// whoever made it keeps a reference of his own.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "config/plan.hpp"

namespace wsrelay::bridge {

class Transition {
 public:
  class Deeds {
   public:
    virtual void leave(const std::string& name) = 0;
    virtual void join(const std::string& name, const config::Instance& settings) = 0;
    virtual void change(const std::string& name, const config::Instance& settings) = 0;

   protected:
    ~Deeds() = default;
  };

  Transition(std::shared_ptr<const config::Config> next, config::Plan plan);

  /// Does at most `most` of it; true when all is done.
  bool advance(Deeds& deeds, std::size_t most);

 private:
  void carry_out(const config::InstancePlan& step, Deeds& deeds) const;

  std::shared_ptr<const config::Config> next_;
  std::vector<config::InstancePlan> steps_;  // removals first
  std::size_t done_ = 0;
};

}  // namespace wsrelay::bridge
