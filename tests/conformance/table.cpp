#include "conformance/table.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include <fmt/format.h>

#include "conformance/runner.hpp"

namespace wsrelay::conformance {
namespace {

constexpr std::string_view kIntroduction = R"(# Conformance

<!-- Written from tests/conformance by `ninja -C build/release conformance-table`; do not edit. -->

How wsrelayd's WebSocket client (`lib/ws`) answers to RFC 6455 and RFC 7692, row by row. Each row
is a *vector*: a conversation written down in full. It names the bytes that a server sends, what
the application does and the time that passes; and then every event that the session must tell
and every frame that it must send. The server's half of the tests shares no code with `lib/ws`:
frames are built and read by a codec of their own, UTF-8 is judged by another method, and
compressed messages come out of zlib directly.

## What a run is

A vector is not run once but in every way in which its bytes may arrive: as written, in as few
reads as possible, byte by byte (up to 64 KiB), cut in two after each byte (up to 4 KiB; larger
ones, and those of 9, 12 and 13, at even distances and around the heads of frames), and chopped
twenty times at random, every other time glued to the answer of the upgrade. All of these runs
must

- tell the same events in the same order, to the word, and send the same frames;
- tell each event at the byte that decides it, neither earlier nor later: what has been told
  after *n* bytes does not depend on how the *n* bytes came;
- mask every frame, each with another key; send no reserved bit, code or opcode, no text and no
  reason that is not UTF-8, and nothing after a Close;
- be able to go on if the vector leaves the conversation open: it is then closed, cleanly;
- be silent if the vector ends it: nothing is told, sent or waited for any more, whatever comes.

```sh
build/release/tests/conformance                                # all of it; about a minute
build/release/tests/conformance --gtest_filter='*5.19*'        # one vector
build/release/tests/conformance --quick                        # fewer cuts: for sanitizers
build/release/tests/conformance --seed=7                       # other random cuts
ninja -C build/release conformance-table                       # runs all, then writes this page
```

## Stricter than usual

Names that begin with a number are those of the case catalogue by which WebSocket implementations
are commonly measured: all 517 cases are here, each with a single permitted outcome. Where that
catalogue accepts several, this suite does not:

- A good message before a violation in the same read is echoed, and the Close follows it
  (3.2–3.4, 4.1.3–4.2.5, 5.15; the catalogue also accepts that nothing is echoed).
- Text fails at the first byte that no continuation can save, also inside an unfinished frame
  (6.3, 6.4 and all others; the catalogue also accepts a failure at the end of the message).
- A violation is answered by a Close with the one right code: 1002, or 1007 for text, for a
  reason that is not UTF-8 (7.5.1) and for compressed data that does not inflate, 1009 for size,
  1008 for too many frames. Dropping the connection, silence and an echoed Close do not pass
  (3.7, 7.3.2, 7.3.6, 7.5.1, 7.9).
- A Close is answered with its own code, and one without a code with none (7.3, 7.7).
- What the catalogue only records is a verdict here: the echoes go out before the Close (7.1.6),
  and codes from 5000 on fail with 1002 (7.13).
- Content is compared, not only type and length (9, 10, 12, 13).

In 12 and 13 the catalogue sends a thousand messages of each length; here it is 64 KiB of each,
but at least two messages and at most a thousand.

## Where the RFCs leave a choice

The vectors pin ours, so that it changes only on purpose:

- A Close without a code is answered without one; a reason is not repeated.
- A Ping after our own Close is not answered; messages after it are still told.
- An answer 101 may come without a reason phrase, and with `Content-Length: 0`; with any other
  length, or with `Transfer-Encoding`, it is refused. So are lines that end in LF alone and
  folded lines.
- Up to five interim answers are skipped. Redirects are told, never followed.
- Names of extensions and their parameters are compared as they are written, and so are
  subprotocols.
- A compressed payload of no bytes is an empty message. A reference that reaches beyond the
  agreed window is followed within a message, and fails with 1007 into an earlier one.
- More than 16 empty fragments in a row are too many frames, and more than 100 Pings a second too
  many Pings.

)";

constexpr std::string_view kColumns =
    "| family | catalogue | what | vectors | runs | verdict |\n|---|---|---|--:|--:|---|\n";

std::string thousands(std::size_t number) {
  std::string out = fmt::format("{}", number);
  for (std::size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, " ");
  return out;
}

/// "echo ×2, Pong": what a script expects, repetitions counted.
std::string words_of(const Vector& vector) {
  if (vector.question) return vector.question->expected;
  if (!vector.words.empty()) return vector.words;
  std::vector<std::pair<std::string, int>> counted;
  for (const Step& step : vector.script())
    if (const auto* expect = std::get_if<Expect>(&step))
      for (const Beat& beat : expect->beats) {
        if (counted.empty() || counted.back().first != beat.words)
          counted.emplace_back(beat.words, 0);
        ++counted.back().second;
      }
  std::string out;
  for (const auto& [words, times] : counted) {
    out += (out.empty() ? "" : ", ") + words;
    if (times > 1) out += fmt::format(" ×{}", times);
  }
  return out.empty() ? "silence" : out;
}

// A bar would end the column, an angle bracket begin a tag; a tab would not be seen.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '\\') out += '\\';
    out += c == '\t' ? std::string("\\\\t") : std::string(1, c);
  }
  return out;
}

std::string anchor_of(std::string_view heading) {
  std::string out(heading);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string number_of(const std::string& name) {
  const bool numbered = std::isdigit(static_cast<unsigned char>(name.front())) != 0;
  return numbered ? name.substr(0, name.find(' ')) : std::string();
}

/// Neighbours of one series and one outcome are one line.
std::string line_of(const Vector* first, const Vector* last, const std::string& words) {
  const auto count = static_cast<std::size_t>(last - first) + 1;
  if (count == 1) return fmt::format("| {} | {} |\n", cell(first->name), cell(words));
  const std::string number = number_of(first->name);
  const std::string name =
      number.empty() ? first->series
                     : fmt::format("{} … {} {}", number, number_of(last->name), first->series);
  return fmt::format("| {} ({} vectors) | {} |\n", cell(name), count, cell(words));
}

std::string list_of(const Family& family) {
  std::string out =
      fmt::format("### {}\n\n{}.\n\n| vector | outcome |\n|---|---|\n", family.name, family.about);
  const auto& all = family.vectors;
  for (std::size_t i = 0; i < all.size();) {
    const std::string words = words_of(all[i]);
    std::size_t end = i + 1;
    while (end < all.size() && !all[i].series.empty() && all[end].series == all[i].series &&
           words_of(all[end]) == words)
      ++end;
    out += line_of(&all[i], &all[end - 1], words);
    i = end;
  }
  return out + "\n";
}

}  // namespace

std::string table_of(const std::vector<Family>& families) {
  std::string out(kIntroduction);
  out += "## Results\n\n";
  out += kColumns;
  std::size_t vectors = 0, runs = 0;
  for (const Family& family : families) {
    std::size_t of_family = 0;
    for (const Vector& vector : family.vectors) of_family += runs_of(vector, {});
    out += fmt::format("| [{}](#{}) | {} | {} | {} | {} | pass |\n", family.name,
                       anchor_of(family.name), family.sections, family.about, family.vectors.size(),
                       thousands(of_family));
    vectors += family.vectors.size();
    runs += of_family;
  }
  out += fmt::format("| **all** | | | **{}** | **{}** | **pass** |\n\n", thousands(vectors),
                     thousands(runs));
  out +=
      "This page is written only by a run in which every vector passed, and a test fails when it "
      "is not"
      " what the\nvectors say.\n\n## Vectors\n\n";
  for (const Family& family : families) out += list_of(family);
  out.pop_back();
  return out;
}

}  // namespace wsrelay::conformance
