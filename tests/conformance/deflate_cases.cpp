#include "conformance/deflate_cases.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/deflate_peer.hpp"
#include "conformance/frames.hpp"

namespace wsrelay::conformance {
namespace {

constexpr std::size_t kWhole = ~std::size_t{0};

struct Shape {
  std::size_t length;    // of a message
  std::size_t fragment;  // of its compressed payload
};
constexpr Shape kShapes[] = {
    {16, kWhole},   {64, kWhole},    {256, kWhole},   {1024, kWhole},  {4096, kWhole},
    {8192, kWhole}, {16384, kWhole}, {32768, kWhole}, {65536, kWhole}, {131072, kWhole},
    {8192, 256},    {16384, 256},    {32768, 256},    {65536, 256},    {131072, 256},
    {131072, 1024}, {131072, 4096},  {131072, 32768},
};

// The catalogue sends a thousand of each; here 64 KiB of each, and two at least.
std::size_t messages_of(std::size_t length) {
  return std::clamp<std::size_t>(64 * 1024 / length, 2, 1000);
}

Script script_of(const DeflateCase& row, const Shape& shape) {
  Slices slices(row.data);
  ServerDeflater deflate(row.agreed);
  const unsigned opcode = is_text(row.data) ? kText : kBinary;
  std::string bytes;
  std::vector<Beat> beats;
  for (std::size_t i = 0; i < messages_of(shape.length); ++i) {
    const std::string message = slices.next(shape.length);
    bytes += in_fragments(opcode, deflate(message), shape.fragment, false, kRsv1);
    beats.push_back(is_text(row.data) ? echo(message) : echo_binary(message));
  }
  return {ServerSends{std::move(bytes)}, Expect{std::move(beats)}};
}

}  // namespace

std::vector<Vector> shapes_of(const DeflateCase& row) {
  std::vector<Vector> all;
  for (const Shape& shape : kShapes) {
    const std::size_t count = messages_of(shape.length);
    const std::string how =
        shape.fragment == kWhole ? "" : fmt::format(", in fragments of {} bytes", shape.fragment);
    Vector vector{.name = fmt::format("{}.{} {}: {} messages of {}{}", row.section, all.size() + 1,
                                      row.title, count, shape.length, how)};
    vector.opening = compressed(row.offered, row.answer, row.agreed);
    vector.script = [row, shape] { return script_of(row, shape); };
    vector.words = "echo of each message";
    vector.sampling = Sampling{.cuts = 8, .chunkings = 20};
    all.push_back(std::move(vector));
  }
  return series(
      fmt::format("{}: messages of 16 bytes to 128 KiB, whole and in fragments", row.title),
      std::move(all));
}

Opening compressed(const ws::DeflateSettings& offered, const std::string& answer,
                   const ws::DeflateParameters& agreed) {
  Opening opening;
  opening.settings.deflate = offered;
  opening.fields = fmt::format("Sec-WebSocket-Extensions: permessage-deflate{}\r\n", answer);
  opening.deflate = agreed;
  return opening;
}

}  // namespace wsrelay::conformance
