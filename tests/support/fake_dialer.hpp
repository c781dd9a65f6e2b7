// A network in memory behind the Dialer's seam: every dial meets the plan for it — a peer at the
// far end of a pipe, a failure, or silence in some phase.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "io/dialer.hpp"
#include "support/pipe_stream.hpp"
#include "support/sim.hpp"
#include "support/ws_peer.hpp"

namespace wsrelay::test {

class FakeDialer final : public io::Dialer {
 public:
  struct Plan {
    std::optional<Error> failure = {};
    Duration after = std::chrono::milliseconds(1);  // before the stream or the failure comes
    std::vector<io::DialPhase> phases = {io::DialPhase::Connecting};  // on the way, equally long
    PipeOptions pipe = {};
    PeerOptions peer = {};
  };

  explicit FakeDialer(Sim& sim) : sim_(sim) {}

  /// Takes the far end of a connection that no WsPeer is wanted for; true if it did.
  using Accept = std::function<bool(const io::DialTarget&, std::unique_ptr<PipeStream>&)>;
  Accept accept;

  /// The plans for the next attempts; the last one stays for all that follow.
  void plan(std::vector<Plan> plans) { plans_.assign(plans.begin(), plans.end()); }

  std::unique_ptr<io::Dial> dial(io::DialTarget target, const io::Registration&,
                                 Instant now) override {
    attempts.push_back(now);
    targets.push_back(target);
    Plan plan = plans_.empty() ? Plan{} : plans_.front();
    if (plans_.size() > 1) plans_.pop_front();
    return std::unique_ptr<io::Dial>(new Attempt(*this, std::move(target), std::move(plan), now));
  }

  WsPeer& peer() { return *peers.back(); }
  std::vector<std::unique_ptr<WsPeer>> peers;  // one for each connection, the newest last
  std::vector<Instant> attempts;
  std::vector<io::DialTarget> targets;
  std::vector<io::DialTimeouts> adjusted;  // what dials under way were told

 private:
  class Attempt final : public io::Dial {
   public:
    Attempt(FakeDialer& owner, io::DialTarget target, Plan plan, Instant now)
        : owner_(owner),
          target_(std::move(target)),
          plan_(std::move(plan)),
          begun_(now),
          done_(wsrelay::after(now, plan_.after)) {}

    Result<std::unique_ptr<io::ByteStream>> advance(Instant now) override {
      now_ = now;
      if (now < done_) return nullptr;
      if (plan_.failure) return tl::unexpected(*plan_.failure);
      auto ends = pipe_pair(owner_.sim_, plan_.pipe);
      if (owner_.accept && owner_.accept(target_, ends.second))
        return std::unique_ptr<io::ByteStream>(std::move(ends.first));
      owner_.peers.push_back(
          std::unique_ptr<WsPeer>(new WsPeer(owner_.sim_, std::move(ends.second), plan_.peer)));
      return std::unique_ptr<io::ByteStream>(std::move(ends.first));
    }
    void adjust(const io::DialTimeouts& timeouts) override { owner_.adjusted.push_back(timeouts); }
    io::DialPhase phase() const override { return plan_.phases[step()]; }
    io::Wait wait() const override {
      const Instant next = begun_ + span() * static_cast<Duration::rep>(step() + 1);
      return {.until = std::min(next, done_)};
    }

   private:
    Duration span() const {
      const auto steps = static_cast<Duration::rep>(plan_.phases.size());
      return std::max(plan_.after / steps, Duration(1));
    }
    std::size_t step() const {
      const auto gone = static_cast<std::size_t>((now_ - begun_) / span());
      return std::min(gone, plan_.phases.size() - 1);
    }

    FakeDialer& owner_;
    io::DialTarget target_;
    Plan plan_;
    Instant begun_, done_;
    Instant now_ = begun_;
  };

  Sim& sim_;
  std::deque<Plan> plans_;
};

}  // namespace wsrelay::test
