// What a reload of many instances costs: reading the file and making the plan (the loader's
// worker), and carrying it out on the loop. Their servers never answer, so that nothing but the
// reload moves; the broker takes everything at once.
//
//   bench_reload [instances]        (default 10000)
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "bridge/bridge.hpp"
#include "broker_stand_in.hpp"
#include "clock.hpp"
#include "config/load.hpp"
#include "io/net_dialer.hpp"
#include "io/resolver.hpp"
#include "io/sd_loop.hpp"
#include "io/tls_context.hpp"

namespace wsrelay::bench {
namespace {

struct Shape {
  std::size_t first = 1;
  std::size_t last = 10'000;
  const char* ping = "20s";
  const char* path = "";
  const char* topic = "{{base}}/{{instance}}/recv";
};

std::string file_with(const Shape& shape, unsigned port) {
  std::string yaml = fmt::format(
      "mqtt: {{url: 'mqtt://127.0.0.1:{}'}}\nreport_interval: 1h\n"
      "starts: {{per_second: 0, per_host_per_second: 0}}\ndefaults:\n"
      "  liveness: {{ping: {{interval: {}}}}}\n  publish: [{{topic: '{}'}}]\ninstances:\n",
      port, shape.ping, shape.topic);
  for (std::size_t i = shape.first; i <= shape.last; ++i)
    yaml += fmt::format(
        "  room-{:05}:\n    url: ws://10.0.{}.{}:8080/ws{}\n    headers: {{X-Room: '{}'}}\n"
        "    deliver: [{{topic: 'rooms/{}/set'}}]\n",
        i, i / 250, i % 250 + 1, shape.path, i, i);
  return yaml;
}

/// Only the broker is there.
class HalfANetwork final : public io::Dialer {
 public:
  explicit HalfANetwork(io::Dialer& real) : real_(real) {}
  std::unique_ptr<io::Dial> dial(io::DialTarget target, const io::Registration& owner,
                                 Instant now) override {
    if (target.url.scheme == "mqtt") return real_.dial(std::move(target), owner, now);
    return std::unique_ptr<io::Dial>(new Silence);
  }

 private:
  class Silence final : public io::Dial {
   public:
    Result<std::unique_ptr<io::ByteStream>> advance(Instant) override { return nullptr; }
    io::DialPhase phase() const override { return io::DialPhase::Connecting; }
    io::Wait wait() const override { return {}; }
  };
  io::Dialer& real_;
};

struct NoLog final : Log {
  void write(const LogLine&) override {}
};

struct Applied final : bridge::Bridge::Host {
  bool done = false;
  void on_summary(const std::string&) override {}
  void on_applied() override { done = true; }
  void on_stopped() override {}
};

class Directory {
 public:
  Directory() {
    if (::mkdtemp(name_) == nullptr) throw Trouble("cannot make a directory");
  }
  ~Directory() { std::filesystem::remove_all(name_); }
  std::string path() const { return name_; }

 private:
  char name_[32] = "/tmp/wsrelay-bench-XXXXXX";
};

double milliseconds(Nanoseconds span) {
  return static_cast<double>(span) / static_cast<double>(kMillisecond);
}

class Bench {
 public:
  explicit Bench(std::size_t instances) : instances_(instances) {
    running_ = read(whole(), &load_time_);
    const Nanoseconds begun = now();
    bridge_ = std::make_unique<bridge::Bridge>(
        *running_,
        bridge::Wiring{.version = "bench",
                       .host = "bench",
                       .relay_directory = directory_.path(),
                       .wall = [] { return WallTime(); },
                       .log = log_},
        client::Services{.loop = *loop_, .dialer = dialer_, .secrets = secrets_, .random = random_},
        applied_);
    const Nanoseconds made = now() - begun;
    const Nanoseconds longest = come_to_rest();
    fmt::print("{} instances, two filters each; ms\n\n", instances_);
    fmt::print("  read and check the file (worker)    {:7.1f}\n", milliseconds(load_time_));
    fmt::print("  start: make the instances           {:7.1f}\n", milliseconds(made));
    fmt::print("  start: longest turn after that      {:7.1f}\n\n", milliseconds(longest));
    fmt::print("  reload                               plan     apply   longest turn\n");
  }

  Shape whole() const { return {.first = 1, .last = instances_}; }

  void reload(const char* name, const Shape& shape) {
    auto next = read(shape);
    const Nanoseconds begun = now();
    config::Plan plan = config::plan(*running_, *next);
    const Nanoseconds planned = now();
    bridge_->apply(next, std::move(plan));
    Nanoseconds longest = now() - planned;
    applied_.done = false;
    while (!applied_.done) longest = std::max(longest, turn());
    const Nanoseconds took = now() - planned;
    running_ = std::move(next);
    longest = std::max(longest, come_to_rest());
    fmt::print("  {:<32}  {:7.1f}   {:7.1f}   {:7.1f}\n", name, milliseconds(planned - begun),
               milliseconds(took), milliseconds(longest));
  }

 private:
  std::shared_ptr<const config::Config> read(const Shape& shape, Nanoseconds* took = nullptr) {
    const std::string yaml = file_with(shape, broker_.port());
    const Nanoseconds begun = now();
    config::Loaded loaded = config::load(yaml, "bench.yaml");
    if (took != nullptr) *took = now() - begun;
    if (!loaded.ok()) throw Trouble("the file is not valid: " + loaded.problems.front().text());
    loaded.config.mqtt.broker.client_id = "bench";
    return std::make_shared<const config::Config>(std::move(loaded.config));
  }
  /// What the loop was held for, in CPU time: what else the machine does shall not count.
  Nanoseconds turn() {
    const Nanoseconds begun = read_clock(CLOCK_THREAD_CPUTIME_ID);
    loop_->run_once(Duration::zero());
    return read_clock(CLOCK_THREAD_CPUTIME_ID) - begun;
  }
  /// Until nothing has happened for a moment: all subscribed, all documents told.
  Nanoseconds come_to_rest() {
    Nanoseconds longest = 0;
    const Nanoseconds deadline = now() + 10 * kSecond;
    for (Nanoseconds busy = now(); now() - busy < 300 * kMillisecond;) {
      if (now() > deadline) throw Trouble("the bridge does not come to rest");
      const Nanoseconds took = turn();
      longest = std::max(longest, took);
      if (took > kMillisecond / 10) busy = now();
    }
    return longest;
  }

  std::size_t instances_;
  BrokerStandIn broker_{"nothing"};
  Directory directory_;
  std::unique_ptr<io::SdLoop> loop_ = io::SdLoop::open().value();
  io::Resolver resolver_{*loop_};
  io::TlsContexts tls_;
  io::NetDialer net_{*loop_, resolver_, tls_};
  HalfANetwork dialer_{net_};
  io::Secrets secrets_;
  SystemRandom random_;
  NoLog log_;
  Applied applied_;
  Nanoseconds load_time_ = 0;
  std::shared_ptr<const config::Config> running_;
  std::unique_ptr<bridge::Bridge> bridge_;
};

void measure(std::size_t instances) {
  Bench bench(instances);
  Shape shape = bench.whole();
  bench.reload("of the same file", shape);
  shape.ping = "30s";
  bench.reload("a live setting of all", shape);
  shape.topic = "{{base}}/{{instance}}/said";
  bench.reload("the publish route of all", shape);
  shape.last = instances - instances / 10;
  bench.reload("a tenth removed", shape);
  shape.last = instances;
  bench.reload("a tenth added", shape);
  shape.path = "/2";
  bench.reload("another address for all", shape);
}

}  // namespace
}  // namespace wsrelay::bench

int main(int argc, char** argv) {
  const std::size_t instances = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000;
  if (instances < 10 || instances > 60'000) {
    fmt::print(stderr, "usage: {} [instances, 10 to 60000]\n", argv[0]);
    return 64;
  }
  try {
    wsrelay::bench::measure(instances);
  } catch (const wsrelay::bench::Trouble& trouble) {
    fmt::print(stderr, "{}: {}\n", argv[0], trouble.what());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
