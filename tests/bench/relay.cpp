// bench_relay: the daemon from end to end, beside libmosquitto doing the MQTT half alone. Prints
// tables and where the project's targets stand; judges nothing. Exit 1 only if messages were lost
// or the bench could not be set up.
//
//   bench_relay [--quick] DAEMON        usually by tests/bench/run
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <string_view>

#include <sys/prctl.h>

#include "direct.hpp"
#include "idle.hpp"
#include "rivers.hpp"

namespace wsrelay::bench {
namespace {

/// How much of it: a round is every run once, through the daemon and direct, in turn.
struct Extent {
  unsigned rounds = 3;
  std::uint64_t messages = 200'000;  // of 64 bytes; fewer when they are larger or acknowledged
  double rate_seconds = 2;
  Nanoseconds idle = 5 * kSecond;
  Nanoseconds budget = 150 * kSecond;
};
constexpr Extent kQuick{.rounds = 1,
                        .messages = 100'000,
                        .rate_seconds = 0.7,
                        .idle = 2 * kSecond,
                        .budget = 28 * kSecond};

struct FigureSeries {
  Series per_second, cpu, broker_cpu, p50, p99;
  void add(const Figures& figures) {
    per_second.add(figures.per_second);
    cpu.add(figures.cpu);
    broker_cpu.add(figures.broker_cpu);
    p50.add(figures.p50);
    p99.add(figures.p99);
  }
};

struct Pair {
  Run run = {};
  FigureSeries relay = {};
  FigureSeries direct = {};
};

constexpr unsigned kConnections = 1000;

class Bench {
 public:
  Bench(Programs programs, Extent extent)
      : programs_(std::move(programs)),
        extent_(extent),
        rivers_(programs_, directory_, now() + extent.budget) {
    using enum River;
    const std::uint64_t n = extent.messages;
    full_ = {{{Publish, 64, 0, n}},
             {{Publish, 1024, 0, n / 2}},
             {{Publish, 64, 1, n / 4}},
             {{Deliver, 64, 0, n}},
             {{Deliver, 1024, 0, n / 2}}};
    for (const River river : {Publish, Deliver})
      for (const unsigned rate : {1'000U, 10'000U})
        paced_.push_back(
            {{river, 64, 0, static_cast<std::uint64_t>(rate * extent.rate_seconds), rate}});
  }

  void measure() {
    for (unsigned round = 1; round <= extent_.rounds && !rivers_.out_of_time(); ++round) {
      std::cerr << "round " << round << " of " << extent_.rounds << "\n";
      for (Pair& pair : full_) measure(pair);
      for (Pair& pair : paced_) measure(pair);
      for (const std::size_t size : {64U, 1024U})
        measure_stand_in(
            {River::Deliver, size, 0, size == 64 ? extent_.messages : extent_.messages / 2});
    }
    idle_ = measure_idle(programs_, directory_, rivers_.broker(), kConnections, extent_.idle);
  }

  void print_tables() const;
  void print_targets() const;
  bool say_losses() const {
    for (const std::string& loss : rivers_.losses()) std::cout << "\nLOST: " << loss << "\n";
    return !rivers_.losses().empty();
  }

 private:
  void measure(Pair& pair) {
    if (rivers_.out_of_time()) return;
    keep(pair.relay, pair.run, "wsrelayd", rivers_.relay(pair.run));
    keep(pair.direct, pair.run, "direct", rivers_.direct(pair.run));
  }

  void measure_stand_in(const Run& run) {
    if (rivers_.out_of_time()) return;
    keep(stand_in_[run.size], run, "wsrelayd from a stand-in", rivers_.from_stand_in(run));
  }
  /// And a line for those who watch.
  static void keep(FigureSeries& series, const Run& run, std::string_view through,
                   const std::optional<Figures>& figures) {
    if (figures) series.add(*figures);
    std::cerr << fmt::format("  {} through {}: ", run.name(), through)
              << (figures ? fmt::format("{} msg/s, {} CPU s/M, p50 {} p99 {} µs\n",
                                        print(figures->per_second), print(figures->cpu),
                                        print(figures->p50), print(figures->p99))
                          : std::string("LOST\n"));
  }

  Programs programs_;
  Extent extent_;
  TemporaryDirectory directory_;
  Rivers rivers_;
  std::vector<Pair> full_, paced_;
  std::map<std::size_t, FigureSeries> stand_in_;
  Idle idle_;
};

void Bench::print_tables() const {
  Table full("Full speed, through mosquitto (CPU in seconds per million messages)",
             {"river", "wsrelayd msg/s", "direct msg/s", "ratio", "wsrelayd CPU", "direct CPU",
              "ratio", "mosquitto CPU"});
  for (const Pair& pair : full_)
    full.add({pair.run.name(), print(pair.relay.per_second), print(pair.direct.per_second),
              print_ratio(pair.relay.per_second, pair.direct.per_second), print(pair.relay.cpu),
              print(pair.direct.cpu), print_ratio(pair.relay.cpu, pair.direct.cpu),
              print(pair.relay.broker_cpu)});
  Table stand_in("Deliver from a source that costs nothing",
                 {"message", "wsrelayd msg/s", "wsrelayd CPU"});
  for (const auto& [size, series] : stand_in_)
    stand_in.add({fmt::format("{} B", size), print(series.per_second), print(series.cpu)});
  Table paced("At a fixed rate, 64 B QoS 0 (latency in µs)",
              {"river", "wsrelayd p50", "direct p50", "wsrelayd p99", "direct p99", "wsrelayd CPU",
               "direct CPU", "ratio"});
  for (const Pair& pair : paced_)
    paced.add({pair.run.name(), print(pair.relay.p50), print(pair.direct.p50),
               print(pair.relay.p99), print(pair.direct.p99), print(pair.relay.cpu),
               print(pair.direct.cpu), print_ratio(pair.relay.cpu, pair.direct.cpu)});
  Table idle(fmt::format("{} idle connections (ws)", kConnections), {"what", "figure"});
  idle.add({"RSS with one connection", fmt::format("{:.1f} MiB", idle_.base_kib / 1024)});
  idle.add({"RSS per connection", fmt::format("{} KiB", print(idle_.per_connection))});
  idle.add({"CPU while idle", fmt::format("{} % of a core", print(idle_.cpu_percent))});
  idle.add({"CPU to start and connect all", fmt::format("{} s", print(idle_.connect_cpu))});
  std::cout << full.text() << stand_in.text() << paced.text() << idle.text();
}

void Bench::print_targets() const {
  Table targets("Where the targets stand", {"what", "target", "here"});
  const auto cpu = [&](std::size_t row, const char* target) {
    targets.add({"CPU, " + full_[row].run.name(), target,
                 print_ratio(full_[row].relay.cpu, full_[row].direct.cpu)});
  };
  cpu(0, "≤ 0.10 × direct");
  cpu(1, "≤ 0.50 × direct");
  cpu(2, "≤ 0.25 × direct");
  for (const Pair& pair : full_)
    targets.add({"throughput, " + pair.run.name(), "≥ 0.97 × direct",
                 print_ratio(pair.relay.per_second, pair.direct.per_second)});
  for (const Pair& pair : paced_) {
    const auto more = [&](const char* name, const char* target, const Series& a, const Series& b) {
      const bool known = !a.empty() && !b.empty();
      targets.add({name + (", " + pair.run.name()), target,
                   known ? fmt::format("direct {:+.0f} µs", a.median() - b.median()) : "–"});
    };
    more("p50", "≤ direct + 25 µs", pair.relay.p50, pair.direct.p50);
    more("p99", "≤ direct + 100 µs", pair.relay.p99, pair.direct.p99);
  }
  if (const auto found = stand_in_.find(64); found != stand_in_.end())
    targets.add(
        {"CPU, deliver 64 B from a free source", "≤ 0.60 s/M", print(found->second.cpu) + " s/M"});
  targets.add({"RSS per idle connection", "≤ 2 KiB", print(idle_.per_connection) + " KiB"});
  targets.add(
      {"RSS with one connection", "≤ 12 MiB", fmt::format("{:.1f} MiB", idle_.base_kib / 1024)});
  std::cout << targets.text();
}

int run_direct(int argc, char* argv[]) {
  if (argc != 9) return 64;
  DirectTask task{.publish = std::string_view(argv[2]) == "publish",
                  .port = std::atoi(argv[3]),
                  .topic = argv[4],
                  .size = std::strtoul(argv[5], nullptr, 10),
                  .qos = std::atoi(argv[6]),
                  .count = std::strtoull(argv[7], nullptr, 10),
                  .rate = static_cast<unsigned>(std::strtoul(argv[8], nullptr, 10))};
  ::mosquitto_lib_init();
  const int status = Direct(std::move(task)).run();
  ::mosquitto_lib_cleanup();
  return status;
}

int run_bench(const std::string& self, const std::string& daemon, const Extent& extent) {
  try {
    Bench bench({.self = self, .daemon = daemon}, extent);
    bench.measure();
    bench.print_tables();
    bench.print_targets();
    return bench.say_losses() ? 1 : 0;
  } catch (const Trouble& trouble) {
    std::cerr << "bench_relay: " << trouble.what() << "\n";
    return 1;
  }
}

}  // namespace
}  // namespace wsrelay::bench

int main(int argc, char* argv[]) {
  using namespace wsrelay::bench;
  ::prctl(PR_SET_TIMERSLACK, 1);  // a sender at 10 000/s sleeps for 100 µs at a time
  if (argc > 1 && std::string_view(argv[1]) == "--direct") return run_direct(argc, argv);
  const bool quick = argc > 1 && std::string_view(argv[1]) == "--quick";
  if (argc != (quick ? 3 : 2)) {
    std::cerr << "usage: bench_relay [--quick] DAEMON\n";
    return 64;
  }
  raise_descriptor_limit();
  return run_bench(std::filesystem::read_symlink("/proc/self/exe").string(), argv[argc - 1],
                   quick ? kQuick : Extent{});
}
