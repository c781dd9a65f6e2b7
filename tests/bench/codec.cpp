// The codec from memory to memory, beside memcpy and beside wslay in the same run: masking, UTF-8,
// frames decoded and encoded, messages received. Google Benchmark repeats each in random order; the
// figures are medians, in GB of payload per second.
//
//   bench_codec        (half a minute)
#include <cstring>
#include <map>
#include <string>
#include <string_view>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "base/random.hpp"
#include "base/utf8.hpp"
#include "figures.hpp"
#include "support/ws_server_frames.hpp"
#include "ws/frame_decoder.hpp"
#include "ws/frame_encoder.hpp"
#include "ws/mask.hpp"
#include "ws/session.hpp"
#include "wslay_codec.hpp"

namespace wsrelay::bench {
namespace {

using benchmark::DoNotOptimize;
using benchmark::State;

constexpr std::size_t kSizes[] = {64, 1024, 65536};
constexpr std::size_t kBatch = 65536;  // payload bytes of one call: as much as one read may bring

SystemRandom& chance() {
  static SystemRandom random;
  return random;
}

// ---- what goes in ----

// Exactly `size` bytes; a character that would not fit gives way to spaces.
std::string text_of(std::string_view unit, std::size_t size) {
  std::string text;
  while (text.size() + unit.size() <= size) text += unit;
  return text + std::string(size - text.size(), ' ');
}
const std::string_view kAscii = "The quick brown fox jumps over the lazy dog. ";
const std::string_view kTwoByte = "κόσμε";
const std::string_view kLonger = "日本😀語";

std::string frames_of(unsigned opcode, std::string_view payload) {
  std::string out;
  for (std::size_t n = 0; n < kBatch; n += payload.size())
    out += test::wire({opcode, std::string(payload)});
  return out;
}

// Buffers whose addresses do not collide in the cache by accident: the output begins where a
// frame's payload would.
struct Buffers {
  explicit Buffers(std::size_t size) : from(size + 4096), to(size + 4096) { chance().fill(from); }
  std::byte* target() {
    const auto address = reinterpret_cast<std::uintptr_t>(to.data());
    const auto wanted = reinterpret_cast<std::uintptr_t>(from.data()) + 2048 + 8;
    return to.data() + (wanted - address) % 4096;
  }
  Bytes from, to;
};

// ---- what is measured ----

void copy(State& state, std::size_t size) {
  Buffers buffers(size);
  std::byte* to = buffers.target();
  for (auto _ : state) {
    DoNotOptimize(to);
    std::memcpy(to, buffers.from.data(), size);
    benchmark::ClobberMemory();
  }
}

void mask(State& state, std::size_t size) {
  Buffers buffers(size);
  std::byte* to = buffers.target();
  const BytesView from = BytesView(buffers.from).first(size);
  const ws::MaskKey key = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
  for (auto _ : state) {
    ws::mask_into(to, from, key);
    benchmark::ClobberMemory();
  }
}

void utf8(State& state, std::string_view unit, std::size_t size) {
  const std::string text = text_of(unit, size);
  for (auto _ : state) {
    bool valid = is_utf8(as_bytes(text));
    DoNotOptimize(valid);
    if (!valid) state.SkipWithError("not UTF-8");
  }
}

void decode(State& state, std::size_t size) {
  const std::string frames = frames_of(2, std::string(size, 'x'));
  ws::FrameDecoder decoder;
  for (auto _ : state) {
    std::size_t payload = 0;
    BytesView input = as_bytes(frames);
    for (;;) {
      const auto step = decoder.decode(input);
      const auto* piece = std::get_if<ws::FramePiece>(&step);
      if (piece == nullptr) break;
      payload += piece->bytes.size();
    }
    if (payload != kBatch) state.SkipWithError("payload is missing");
  }
}

void decode_wslay(State& state, std::size_t size) {
  const std::string frames = frames_of(2, std::string(size, 'x'));
  WslayCodec codec(chance());
  for (auto _ : state)
    if (codec.decode(as_bytes(frames)) != kBatch) state.SkipWithError("payload is missing");
}

void encode(State& state, std::size_t size) {
  const Bytes payload(size, std::byte{'x'});
  ws::OutputQueue output;
  for (auto _ : state) {
    for (std::size_t n = 0; n < kBatch; n += size)
      ws::append_frame(output, ws::Opcode::Binary, payload, chance());
    output.take(output.bytes().size());
  }
}

void encode_wslay(State& state, std::size_t size) {
  const Bytes payload(size, std::byte{'x'});
  Bytes output(2 * kBatch);
  WslayCodec codec(chance());
  for (auto _ : state) {
    for (std::size_t n = 0; n < kBatch; n += size) codec.encode(output.data(), payload);
    benchmark::ClobberMemory();
  }
}

ws::Session open_session() {
  ws::Session session({.host = "example.com"}, chance(), Instant{});
  const std::string request(as_text(session.output()));
  session.output_taken(request.size());
  session.receive(as_bytes(test::accepting_answer(request)), Instant{});
  while (session.next_event()) continue;
  return session;
}

void receive(State& state, unsigned opcode, std::string_view unit, std::size_t size) {
  const std::string frames = frames_of(opcode, text_of(unit, size));
  ws::Session session = open_session();
  for (auto _ : state) {
    std::size_t payload = 0;
    session.receive(as_bytes(frames), Instant{});
    while (const auto event = session.next_event())
      if (const auto* received = std::get_if<ws::Received>(&*event))
        payload += received->message.payload.size();
    if (payload != kBatch) state.SkipWithError("payload is missing");
  }
}

void receive_wslay(State& state, unsigned opcode, std::string_view unit, std::size_t size) {
  const std::string frames = frames_of(opcode, text_of(unit, size));
  WslayCodec codec(chance());
  for (auto _ : state) codec.receive(as_bytes(frames));
  const auto expected = state.iterations() * static_cast<std::int64_t>(kBatch / size);
  if (codec.messages != static_cast<std::uint64_t>(expected))
    state.SkipWithError("a message is missing");
}

// ---- and how it is told ----

struct Row {
  std::string what;
  std::size_t size;
  std::map<std::string, Series> sides = {};  // "here", "wslay"
};
using Rows = std::vector<Row>;

// Benchmarks are named "row|side".
class Report final : public benchmark::BenchmarkReporter {
 public:
  explicit Report(Rows rows) : rows_(std::move(rows)) {}

  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      const auto figure = run.counters.find("bytes_per_second");
      if (run.run_type != Run::RT_Iteration || figure == run.counters.end()) continue;
      const std::string& name = run.run_name.function_name;
      const std::size_t bar = name.find('|');
      rows_[std::stoul(name)].sides[name.substr(bar + 1)].add(figure->second / 1e9);
    }
  }
  void Finalize() override {
    Table table("Codec (GB of payload per second; ns for each)",
                {"what", "bytes", "here", "ns", "memcpy", "ratio", "wslay", "ratio"});
    std::map<std::size_t, Series> copied;
    for (Row& row : rows_) {
      Series& here = row.sides["here"];
      if (row.what == "memcpy") copied[row.size] = here;
      if (here.empty() || row.what == "memcpy") continue;
      table.add({row.what, std::to_string(row.size), print(here),
                 print(static_cast<double>(row.size) / here.median()), print(copied[row.size]),
                 print_ratio(here, copied[row.size]), print(row.sides["wslay"]),
                 print_ratio(here, row.sides["wslay"])});
    }
    fmt::print("{}", table.text());
  }

 private:
  Rows rows_;
};

// One side of a row; `bytes` of payload pass in each call of the loop.
template <class Measure>
void add(Rows& rows, std::string_view what, std::size_t size, std::size_t bytes,
         std::string_view side, Measure measure) {
  if (rows.empty() || rows.back().what != what || rows.back().size != size)
    rows.push_back({std::string(what), size});
  const std::string name = fmt::format("{}|{}", rows.size() - 1, side);
  benchmark::RegisterBenchmark(name.c_str(), [=](State& state) {
    measure(state);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
  });
}

void add_bytes(Rows& rows, std::size_t n) {
  add(rows, "memcpy", n, n, "here", [=](State& state) { copy(state, n); });
  add(rows, "mask", n, n, "here", [=](State& state) { mask(state, n); });
  add(rows, "UTF-8, ASCII", n, n, "here", [=](State& state) { utf8(state, kAscii, n); });
  add(rows, "UTF-8, two bytes", n, n, "here", [=](State& state) { utf8(state, kTwoByte, n); });
  add(rows, "UTF-8, three and four", n, n, "here", [=](State& state) { utf8(state, kLonger, n); });
}

void add_frames(Rows& rows, std::size_t n) {
  const auto both = [&](std::string_view what, auto ours, auto theirs) {
    add(rows, what, n, kBatch, "here", ours);
    add(rows, what, n, kBatch, "wslay", theirs);
  };
  both(
      "decode frames", [=](State& state) { decode(state, n); },
      [=](State& state) { decode_wslay(state, n); });
  both(
      "encode frames", [=](State& state) { encode(state, n); },
      [=](State& state) { encode_wslay(state, n); });
  const auto messages = [&](std::string_view what, unsigned opcode, std::string_view unit) {
    both(
        what, [=](State& state) { receive(state, opcode, unit, n); },
        [=](State& state) { receive_wslay(state, opcode, unit, n); });
  };
  messages("receive binary", 2, kAscii);
  messages("receive text, ASCII", 1, kAscii);
  messages("receive text, two bytes", 1, kTwoByte);
}

int run(int argc, char** argv) {
  std::vector<char*> arguments(argv, argv + argc);
  std::string more[] = {"--benchmark_repetitions=7", "--benchmark_min_time=0.04",
                        "--benchmark_enable_random_interleaving=true"};
  for (std::string& argument : more) arguments.insert(arguments.begin() + 1, argument.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  Rows rows;
  for (const std::size_t size : kSizes) add_bytes(rows, size);
  for (const std::size_t size : kSizes) add_frames(rows, size);
  Report report(std::move(rows));
  return benchmark::RunSpecifiedBenchmarks(&report) > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace wsrelay::bench

int main(int argc, char** argv) {
  return wsrelay::bench::run(argc, argv);
}
