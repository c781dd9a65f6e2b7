#include "tour.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace wsrelay::conformance {
namespace {

constexpr std::uint64_t kMostCases = 100'000;
constexpr Duration kLeave = std::chrono::milliseconds(1'100);

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

}  // namespace

Tour::Tour(const Options& options, client::Runtime& runtime)
    : options_(options),
      runtime_(runtime),
      end_(after(runtime.loop().now(), options.deadline)),
      ahead_{Stop{}},
      registration_(runtime.loop().add(*this)) {}

io::Wait Tour::run(const io::Turn& turn) {
  if (visit_ && !visit_->is_over() && turn.now < deadline_) return {.until = deadline_};
  if (visit_) come_back(turn.now);
  while (!leaving_.empty() && leaving_.front().first <= turn.now) leaving_.pop_front();
  if (turn.now >= end_ && !ahead_.empty()) give_up("the whole run takes too long");
  if (ahead_.empty()) {
    finish();
    return {};
  }
  const Stop next = ahead_.front();
  if (next.kind == Stop::Kind::Reports && !leaving_.empty())
    return {.until = leaving_.front().first};  // the last verdicts are not spoken yet
  ahead_.pop_front();
  set_out(next, turn.now);
  return {.until = deadline_};
}

void Tour::set_out(const Stop& stop, Instant now) {
  here_ = stop;
  deadline_ = std::min(end_, after(now, options_.timeout));
  client::Services services = runtime_.services();
  services.starts = nullptr;  // one at a time is no storm
  const auto manner = stop.kind == Stop::Kind::Case ? Visit::Manner::Echo : Visit::Manner::Listen;
  visit_ = std::make_unique<Visit>(settings_for(stop), services, manner, registration_);
}

void Tour::come_back(Instant now) {
  switch (here_.kind) {
    case Stop::Kind::Count:
      if (visit_->ended_well())
        plan(visit_->heard());
      else
        give_up(fmt::format("the number of cases could not be asked: {}", visit_->story()));
      break;
    case Stop::Kind::Case:
      note_case(here_);
      break;
    case Stop::Kind::Reports:
      reported_ = visit_->ended_well();
      if (!reported_)
        give_up(fmt::format("the reports could not be asked for: {}", visit_->story()));
      break;
  }
  // A client that failed the connection still sees to it that its Close arrives.
  if (visit_->opened() && visit_->is_over() && !visit_->ended_well())
    leaving_.emplace_back(after(now, kLeave), std::move(visit_));
  visit_.reset();
}

void Tour::plan(const std::string& count) {
  count_ = number_in(count);
  if (count_ == 0 || count_ > kMostCases)
    return give_up(fmt::format("no number of cases: '{}'", count.substr(0, 40)));
  for (std::uint64_t number = 1; number <= count_; ++number)
    if (is_chosen(number)) ahead_.push_back({Stop::Kind::Case, number});
  if (ahead_.empty())
    return give_up(fmt::format("none of the server's {} cases was chosen", count_));
  ahead_.push_back({Stop::Kind::Reports});
}

void Tour::note_case(const Stop& stop) {
  ++ends_[visit_->end()];
  if (!visit_->is_over()) ++cut_short_;
  if (visit_->is_over() && !visit_->opened()) ++without_session_;
  if (!options_.quiet) fmt::print("case {} of {}: {}\n", stop.number, count_, visit_->story());
  if (visit_->is_over() && !visit_->arrived())
    give_up(fmt::format("the server is gone: {}", visit_->story()));
}

void Tour::give_up(const std::string& why) {
  fmt::print(stderr, "conformance_client: {}\n", why);
  ahead_.clear();
}

void Tour::finish() {
  unsigned total = 0;
  for (const auto& [end, number] : ends_) total += number;
  if (total > 0) fmt::print("{} cases\n", total);
  for (const auto& [end, number] : ends_) fmt::print("{:6}  {}\n", number, end);
  if (reported_) fmt::print("the reports are written\n");
  runtime_.exit(reported_ && without_session_ == 0 && cut_short_ == 0 ? 0 : 1);
}

std::string Tour::target_of(const Stop& stop) const {
  std::string base = options_.base.target;
  while (!base.empty() && base.back() == '/') base.pop_back();
  switch (stop.kind) {
    case Stop::Kind::Count:
      return base + "/getCaseCount";
    case Stop::Kind::Case:
      return fmt::format("{}/runCase?case={}&agent={}", base, stop.number, options_.agent);
    case Stop::Kind::Reports:
      break;
  }
  return fmt::format("{}/updateReports?agent={}", base, options_.agent);
}

// What the library does by itself is what is tested: only limits that the cases need are raised,
// and nothing is sent that a case did not ask for.
client::Settings Tour::settings_for(const Stop& stop) const {
  client::Settings settings;
  settings.url = options_.base;
  settings.url.target = target_of(stop);
  settings.tls.ca_file = options_.ca_file;
  settings.ping.interval = Duration::zero();
  settings.reconnect.enabled = false;
  settings.limits.max_message = options_.max_message;
  settings.limits.max_frames = options_.max_frames;
  return settings;
}

bool Tour::is_chosen(std::uint64_t number) const {
  return std::any_of(options_.cases.begin(), options_.cases.end(), [&](const Options::Range& one) {
    return one.first <= number && number <= one.last;
  });
}

}  // namespace wsrelay::conformance
