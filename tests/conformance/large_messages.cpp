// Large messages, small fragments, many messages: section 9 of the catalogue, and 10. Content is
// compared, which the catalogue does not do.
#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/dice.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"

namespace wsrelay::conformance {
namespace {

constexpr std::size_t kKiB = 1024, kMiB = 1024 * 1024;

std::string size_words(std::size_t size) {
  if (size % kMiB == 0) return fmt::format("{} MiB", size / kMiB);
  return size % kKiB == 0 ? fmt::format("{} KiB", size / kKiB) : fmt::format("{} bytes", size);
}

// Text is varied ASCII and two-byte characters; binary is noise.
std::string payload_of(unsigned opcode, std::size_t size) {
  std::string out = random_bytes(size, size);
  if (opcode == kBinary) return out;
  for (char& c : out) c = static_cast<char>(' ' + (static_cast<unsigned char>(c) & 0x3F));
  for (std::size_t at = 0; at + 2 <= size; at += 16) out.replace(at, 2, "\xC3\xA9");
  return out;
}

// Large vectors are made when they are run, and cut less often: see `Sampling`.
Vector large(std::string name, unsigned opcode, std::size_t size,
             const std::function<std::string(std::string_view)>& wire) {
  Vector vector{.name = std::move(name)};
  vector.script = [=] {
    const std::string payload = payload_of(opcode, size);
    return Script{ServerSends{wire(payload)},
                  Expect{{opcode == kText ? echo(payload) : echo_binary(payload)}}};
  };
  vector.words = "echo";
  vector.sampling = Sampling{.cuts = size >= 4 * kMiB ? 6U : 20U, .chunkings = 20};
  return vector;
}

// 9.1, 9.2: one frame; 9.5, 9.6: one frame of 1 MiB in pieces.
std::vector<Vector> in_one_frame(unsigned opcode) {
  const std::string_view kind = opcode == kText ? "text" : "binary";
  std::vector<Vector> all;
  int number = 0;
  for (const std::size_t size : {64 * kKiB, 256 * kKiB, kMiB, 4 * kMiB, 8 * kMiB, 16 * kMiB})
    all.push_back(large(fmt::format("9.{}.{} {} of {}", opcode, ++number, kind, size_words(size)),
                        opcode, size, [=](auto payload) { return frame(opcode, payload); }));
  return series(fmt::format("{} of 64 KiB to 16 MiB in one frame", kind), std::move(all));
}

// 9.3, 9.4: 4 MiB in fragments, and FIN on an empty frame of its own where there is more than one.
std::vector<Vector> in_small_fragments(unsigned opcode) {
  const std::string_view kind = opcode == kText ? "text" : "binary";
  std::vector<Vector> all;
  int number = 0;
  for (const std::size_t size : {std::size_t{64}, std::size_t{256}, kKiB, 4 * kKiB, 16 * kKiB,
                                 64 * kKiB, 256 * kKiB, kMiB, 4 * kMiB})
    all.push_back(large(fmt::format("9.{}.{} {} of 4 MiB in fragments of {}", opcode + 2, ++number,
                                    kind, size_words(size)),
                        opcode, 4 * kMiB, [=](auto payload) {
                          return in_fragments(opcode, payload, size, size < 4 * kMiB);
                        }));
  return series(fmt::format("{} of 4 MiB in fragments of 64 bytes to 4 MiB", kind), std::move(all));
}

std::vector<Vector> in_pieces(unsigned opcode) {
  constexpr std::size_t kPieces[] = {64, 128, 256, 512, 1024, 2048};
  const std::string_view kind = opcode == kText ? "text" : "binary";
  std::vector<Vector> all;
  int number = 0;
  for (const std::size_t size : kPieces)
    all.push_back(in_pieces_of(
        size,
        large(fmt::format("9.{}.{} {} of 1 MiB in pieces of {}", opcode + 4, ++number, kind, size),
              opcode, kMiB, [=](auto payload) { return frame(opcode, payload); })));
  return series(fmt::format("{} of 1 MiB in pieces of 64 to 2048 bytes", kind), std::move(all));
}

// A thousand messages, each different.
Vector thousand(std::string name, unsigned opcode, std::size_t size) {
  Vector vector{.name = std::move(name)};
  vector.script = [=] {
    const std::string source = payload_of(opcode, 16 * size + 16000);
    std::string bytes;
    std::vector<Beat> beats;
    for (std::size_t i = 0; i < 1000; ++i) {
      const std::string_view payload = std::string_view(source).substr(16 * (i % 1000), size);
      bytes += frame(opcode, payload);
      beats.push_back(opcode == kText ? echo(payload) : echo_binary(payload));
    }
    return Script{ServerSends{bytes}, Expect{beats}};
  };
  vector.words = "echo ×1000";
  vector.sampling = Sampling{.cuts = 20, .chunkings = 20};
  return vector;
}

std::vector<Vector> thousands(unsigned opcode) {
  constexpr std::size_t kSizes[] = {0, 16, 64, 256, 1024, 4096};
  const std::string_view kind = opcode == kText ? "texts" : "binaries";
  std::vector<Vector> all;
  int number = 0;
  for (const std::size_t size : kSizes)
    all.push_back(
        thousand(fmt::format("9.{}.{} a thousand {} of {} bytes", opcode + 6, ++number, kind, size),
                 opcode, size));
  return series(fmt::format("a thousand {} of 0 to 4096 bytes", kind), std::move(all));
}

}  // namespace

std::vector<Vector> large_messages() {
  std::vector<Vector> all;
  for (const auto& section : {in_one_frame, in_small_fragments, in_pieces, thousands})
    for (const unsigned opcode : {kText, kBinary}) append(all, section(opcode));
  return all;
}

std::vector<Vector> auto_fragmentation() {
  const std::string payload(65536, '*');
  return {talk("10.1.1 text of 65536 bytes in fragments of 1300",
               in_fragments(kText, payload, 1300, false), {echo(payload)})};
}

}  // namespace wsrelay::conformance
