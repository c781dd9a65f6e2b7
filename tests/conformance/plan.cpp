#include "conformance/plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "conformance/dice.hpp"

namespace wsrelay::conformance {
namespace {

constexpr std::size_t kCutEverywhere = 4096;  // bytes
constexpr std::size_t kEvenCuts = 192, kFrameCuts = 64;
constexpr std::size_t kBytewise = 64 * 1024;
constexpr std::size_t kChunkings = 20;
constexpr std::size_t kQuickCuts = 16, kQuickChunkings = 3;
constexpr std::size_t kPiecesAtMost = 2048;  // of a random chunking

// Where the server's frames begin, as far as the bytes are frames.
std::vector<std::size_t> frame_starts(std::string_view bytes) {
  std::vector<std::size_t> starts;
  std::size_t at = 0;
  while (at + 2 <= bytes.size()) {
    starts.push_back(at);
    const auto code = static_cast<unsigned char>(bytes[at + 1]) & 0x7FU;
    const std::size_t extra = code == 127 ? 8 : code == 126 ? 2 : 0;
    if (at + 2 + extra > bytes.size()) break;
    std::uint64_t length = extra == 0 ? code : 0;
    for (std::size_t i = 0; i < extra; ++i)
      length = length << 8 | static_cast<unsigned char>(bytes[at + 2 + i]);
    if (length > bytes.size()) break;
    at += 2 + extra + static_cast<std::size_t>(length);
  }
  return starts;
}

// `count` places inside the bytes: at even distances, and inside and around heads of frames.
std::vector<std::size_t> sampled(std::string_view bytes, std::size_t even, std::size_t around) {
  std::vector<std::size_t> cuts;
  const std::size_t last = bytes.size() - 1;
  const auto add = [&](std::size_t at) { cuts.push_back(std::clamp<std::size_t>(at, 1, last)); };
  for (std::size_t i = 0; i < even; ++i) add((i + 1) * bytes.size() / (even + 1));
  const auto starts = frame_starts(bytes);
  for (std::size_t i = 0; i < around; ++i)
    add(starts.empty() ? i + 1 : starts[i * starts.size() / around] + i % 11);
  return cuts;
}

std::vector<std::size_t> everywhere(std::size_t size) {
  std::vector<std::size_t> cuts;
  for (std::size_t at = 1; at < size; ++at) cuts.push_back(at);
  return cuts;
}

bool same_length(const Script& a, const Script& b) {
  return a.size() == b.size();
}

}  // namespace

Plan plan(const Vector& vector, const Script& script, const Script& in_one, const Effort& effort) {
  Plan plan{.merged = !same_length(script, in_one)};
  const std::string bytes = server_bytes(script);
  if (bytes.size() < 2) return plan;
  if (vector.sampling) {
    const std::size_t cuts =
        effort.quick ? std::min<std::size_t>(vector.sampling->cuts, 2) : vector.sampling->cuts;
    plan.cuts = sampled(bytes, cuts - cuts / 2, cuts / 2);
    plan.chunkings = effort.quick ? 1 : vector.sampling->chunkings;
    return plan;
  }
  plan.bytewise = bytes.size() <= (effort.quick ? kCutEverywhere : kBytewise);
  plan.chunkings = effort.quick ? kQuickChunkings : kChunkings;
  if (effort.quick && bytes.size() > 2 * kQuickCuts)
    plan.cuts = sampled(bytes, kQuickCuts / 2, kQuickCuts / 2);
  else if (bytes.size() <= kCutEverywhere)
    plan.cuts = everywhere(bytes.size());
  else
    plan.cuts = sampled(bytes, kEvenCuts, kFrameCuts);
  return plan;
}

Script joined(const Script& script) {
  Script out;
  for (const Step& step : script) {
    const std::size_t n = out.size();
    const bool after_pair = n >= 2 && std::holds_alternative<ServerSends>(out[n - 2]) &&
                            std::holds_alternative<Expect>(out[n - 1]);
    if (const auto* server = std::get_if<ServerSends>(&step); server != nullptr && after_pair) {
      std::get<ServerSends>(out[n - 2]).bytes += server->bytes;
    } else if (const auto* expect = std::get_if<Expect>(&step); expect != nullptr && after_pair) {
      auto& beats = std::get<Expect>(out[n - 1]).beats;
      beats.insert(beats.end(), expect->beats.begin(), expect->beats.end());
    } else {
      out.push_back(step);
    }
  }
  return out;
}

Reading byte_by_byte(std::size_t size) {
  return {.name = "byte by byte", .cuts = everywhere(size)};
}

Reading in_pieces(std::size_t size, std::size_t piece) {
  Reading reading{.name = fmt::format("in pieces of {} bytes", piece)};
  for (std::size_t at = piece; at < size; at += piece) reading.cuts.push_back(at);
  return reading;
}

Reading chopped(std::size_t size, std::uint64_t seed, std::size_t number) {
  Dice dice(seed * 1000 + number);
  Reading reading{.name = fmt::format("chopped at random, number {} of seed {}", number, seed),
                  .glued = number % 2 == 1};
  constexpr std::size_t kLargest[] = {2, 5, 20, 150, 2000};
  const std::size_t largest = std::max(kLargest[dice.below(5)], size / kPiecesAtMost);
  for (std::size_t at = 0; (at += 1 + dice.below(largest)) < size;) reading.cuts.push_back(at);
  return reading;
}

}  // namespace wsrelay::conformance
