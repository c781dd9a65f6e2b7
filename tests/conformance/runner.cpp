#include "conformance/runner.hpp"

#include <fmt/format.h>

#include "conformance/performance.hpp"
#include "conformance/plan.hpp"
#include "conformance/words.hpp"

namespace wsrelay::conformance {
namespace {

std::vector<Story> expected_scenes(const Script& script) {
  std::vector<Story> scenes;
  for (const Step& step : script) {
    const auto* expect = std::get_if<Expect>(&step);
    if (expect == nullptr) continue;
    Story story;
    for (const Beat& beat : expect->beats) append(story, beat.story);
    scenes.push_back(std::move(story));
  }
  scenes.emplace_back();  // after the last Expect nothing happens
  return scenes;
}

class Examiner {
 public:
  Examiner(const Vector& vector, const Effort& effort)
      : vector_(vector),
        effort_(effort),
        script_(vector.script()),
        joined_(joined(script_)),
        plan_(plan(vector, script_, joined_, effort)),
        size_(server_bytes(script_).size()) {}

  Examination run() {
    run_as_written();
    told_ = expected_scenes(joined_);
    loosely_ = true;
    const Reading whole{.name = "in as few reads as possible"};
    if (plan_.merged) examine(joined_, whole);
    for (const std::size_t cut : plan_.cuts)
      examine(joined_, {.name = fmt::format("cut after byte {} of {}", cut, size_), .cuts = {cut}});
    for (std::size_t i = 0; i < plan_.chunkings; ++i)
      examine(joined_, chopped(size_, effort_.seed, i));
    if (vector_.pieces != 0) examine(joined_, in_pieces(size_, vector_.pieces));
    return std::move(result_);
  }

 private:
  void run_as_written() {
    told_ = expected_scenes(script_);
    examine(script_, {.name = "as written"});
    if (!plan_.bytewise) return;
    marks_ = examine(script_, byte_by_byte(size_)).marks;
  }

  Performance examine(const Script& script, const Reading& reading) {
    if (!result_.failure.empty()) return {};
    ++result_.runs;
    Performance performance = perform(vector_.opening, script, reading);
    const std::string failure = fault_in(performance);
    if (!failure.empty())
      result_.failure = fmt::format("{}\n  {}\n{}", vector_.name, reading.name, failure);
    // From the second run on the story must be the same to the word.
    if (loosely_ && failure.empty()) {
      told_ = performance.scenes;
      loosely_ = false;
    }
    return performance;
  }

  std::string fault_in(const Performance& performance) {
    std::string fault = performance.broken.empty() ? "" : "  " + performance.broken + "\n";
    for (std::size_t i = 0; i < told_.size() && i < performance.scenes.size(); ++i) {
      const std::string parting = difference(told_[i], performance.scenes[i], loosely_);
      if (!parting.empty()) fault += fmt::format("  scene {}\n{}", i + 1, parting);
    }
    if (told_.size() != performance.scenes.size() && fault.empty())
      fault = "  it was not played to its end\n";
    return fault.empty() ? lateness_in(performance) : fault;
  }

  std::string lateness_in(const Performance& performance) const {
    if (marks_.empty()) return {};
    for (const Mark& mark : performance.marks)
      if (const Mark& then = marks_[mark.bytes - 1]; !(mark == then))
        return fmt::format(
            "  after {} bytes: told {}, messages sent {}, control frames sent {}\n"
            "  byte by byte it was {}, {} and {} then\n",
            mark.bytes, mark.told, mark.messages, mark.controls, then.told, then.messages,
            then.controls);
    return {};
  }

  const Vector& vector_;
  const Effort& effort_;
  Script script_;
  Script joined_;
  Plan plan_;
  std::size_t size_;
  std::vector<Story> told_;  // what each run must tell
  bool loosely_ = true;
  std::vector<Mark> marks_;  // of the run byte by byte
  Examination result_;
};

Examination judge(const Vector& vector) {
  const std::string answer = vector.question->answer();
  if (answer == vector.question->expected) return {.runs = 1, .failure = {}};
  return {.runs = 1,
          .failure = fmt::format("{}\n    expected  {}\n    actual    {}\n", vector.name,
                                 vector.question->expected, answer)};
}

}  // namespace

Examination examine(const Vector& vector, const Effort& effort) {
  return vector.question ? judge(vector) : Examiner(vector, effort).run();
}

std::size_t runs_of(const Vector& vector, const Effort& effort) {
  if (vector.question) return 1;
  if (vector.sampling)
    return 1 + (vector.pieces != 0 ? 1 : 0) + vector.sampling->cuts + vector.sampling->chunkings;
  const Script script = vector.script();
  const Plan runs = plan(vector, script, joined(script), effort);
  return 1 + (runs.merged ? 1 : 0) + (runs.bytewise ? 1 : 0) + (vector.pieces != 0 ? 1 : 0) +
         runs.cuts.size() + runs.chunkings;
}

}  // namespace wsrelay::conformance
