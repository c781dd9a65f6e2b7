// Both proxy protocols as values: bytes are offered to them in pieces, and the story is what came
// of it. They are given no more than they want, as the driver does it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "io/proxy.hpp"

namespace wsrelay::io {

struct Story {
  std::string said;       // by us, in all
  std::size_t taken = 0;  // of what was offered
  bool agreed = false;
  std::optional<Error> error;

  /// How far a dialogue read that has failed is nobody's business.
  friend bool operator==(const Story& a, const Story& b) {
    return a.said == b.said && a.agreed == b.agreed && a.error == b.error &&
           (a.error || a.taken == b.taken);
  }
};
inline void PrintTo(const Story& story, std::ostream* out) {
  *out << (story.agreed  ? "agreed"
           : story.error ? story.error->text
                         : "under way")
       << ", " << story.taken << " bytes taken";
}

/// Offers `answers` in pieces that end at `cuts` (ascending) and at the end.
template <class Protocol>
Story tell(Protocol dialogue, std::string_view answers, const std::vector<std::size_t>& cuts) {
  Story story;
  std::vector<std::size_t> ends = cuts;
  ends.push_back(answers.size());
  for (const std::size_t end : ends)
    while (!story.agreed && !story.error) {
      while (!dialogue.output().empty()) {
        story.said += as_text(dialogue.output().first(1));  // a stream may take as little as this
        dialogue.output_taken(1);
      }
      const std::size_t count = std::min(dialogue.wants(), end - story.taken);
      if (count == 0) break;
      const auto fine = dialogue.receive(as_bytes(answers.substr(story.taken, count)));
      story.taken += count;
      if (!fine) story.error = fine.error();
      story.agreed = dialogue.is_agreed();
    }
  return story;
}

/// The story of `answers` in one piece; every way to cut them in two, and single bytes, must tell
/// the same.
template <class Protocol>
Story tell_in_any_pieces(const Protocol& dialogue, std::string_view answers) {
  const auto copy = [&] { return Protocol(dialogue); };
  const Story whole = tell(copy(), answers, {});
  std::vector<std::size_t> all;
  for (std::size_t cut = 0; cut <= answers.size(); ++cut) {
    all.push_back(cut);
    EXPECT_EQ(tell(copy(), answers, {cut}), whole) << "cut at " << cut;
  }
  EXPECT_EQ(tell(copy(), answers, all), whole) << "byte by byte";
  return whole;
}

/// Whatever stands where a good answer stood: the pieces do not matter, and no more is taken than
/// was wanted.
template <class Protocol>
void expect_one_story_of_changed_bytes(const Protocol& dialogue, const std::string& good,
                                       int rounds) {
  constexpr std::uint64_t kSeed = 5;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  for (int round = 0; round < rounds; ++round) {
    std::string answer = good + "First words of the server";
    for (std::uint64_t changes = 1 + random.below(2); changes > 0; --changes)
      answer[random.below(good.size())] = static_cast<char>(random.below(256));
    SCOPED_TRACE(testing::PrintToString(answer));
    const Story story = tell_in_any_pieces(dialogue, answer);
    EXPECT_TRUE(!story.error || !story.agreed);
  }
}

}  // namespace wsrelay::io
