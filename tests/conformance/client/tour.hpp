// All visits to a testing server, one after the other: how many cases there are, the cases, the
// reports. A Task; ends the runtime's loop with the exit status.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "client/runtime.hpp"
#include "options.hpp"
#include "visit.hpp"

namespace wsrelay::conformance {

class Tour final : private io::Task {
 public:
  /// Both must outlive it.
  Tour(const Options& options, client::Runtime& runtime);

 private:
  struct Stop {
    enum class Kind : std::uint8_t { Count, Case, Reports };
    Kind kind = Kind::Count;
    std::uint64_t number = 0;  // of the case
  };

  io::Wait run(const io::Turn& turn) override;
  void set_out(const Stop& stop, Instant now);
  void come_back(Instant now);
  void plan(const std::string& count);
  void note_case(const Stop& stop);
  void give_up(const std::string& why);
  void finish();
  std::string target_of(const Stop& stop) const;
  client::Settings settings_for(const Stop& stop) const;
  bool is_chosen(std::uint64_t number) const;

  const Options& options_;
  client::Runtime& runtime_;
  Instant end_;  // of the whole tour
  std::deque<Stop> ahead_;
  Stop here_;
  std::unique_ptr<Visit> visit_;                                    // to `here_`
  std::deque<std::pair<Instant, std::unique_ptr<Visit>>> leaving_;  // until when, and who
  Instant deadline_ = Instant::max();
  std::uint64_t count_ = 0;
  std::map<std::string, unsigned> ends_;  // how many cases ended how
  unsigned without_session_ = 0, cut_short_ = 0;
  bool reported_ = false;
  io::Registration registration_;  // last: leaves the loop first
};

}  // namespace wsrelay::conformance
