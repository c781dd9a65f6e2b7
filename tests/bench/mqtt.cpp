// What the relay costs: messages per second and CPU of our Broker (real loop, real sockets) beside
// libmosquitto connected directly, against one mosquitto on loopback. Each run is a process of its
// own (its CPU is user + system from getrusage); ours and direct take turns, and medians are
// printed.
#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <mosquitto.h>
#include <poll.h>
#include <sys/resource.h>

#include "io/net_dialer.hpp"
#include "io/sd_loop.hpp"
#include "mqtt/broker.hpp"
#include "support/mosquitto.hpp"

namespace wsrelay::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kRounds = 3;
constexpr std::uint64_t kWindow = 100;
constexpr const char* kTopic = "bench/topic";
constexpr std::chrono::seconds kPatience{30};

struct Work {
  bool publish;
  std::size_t size;
  int qos;
  std::uint64_t count;
};
struct Figures {
  double seconds = 0;
  double cpu = 0;  // seconds
};

double cpu_of_this_process() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Stopwatch {
 public:
  Figures read() const {
    return {std::chrono::duration<double>(Clock::now() - at_).count(),
            cpu_of_this_process() - cpu_};
  }

 private:
  Clock::time_point at_ = Clock::now();
  double cpu_ = cpu_of_this_process();
};

// ---- ours ----

class Ours final : public mqtt::Broker::Listener {
 public:
  Ours(const Work& work, std::uint16_t port, std::string directory) : work_(work) {
    publication_.topic = kTopic;
    publication_.payload.assign(work.size, std::byte{'x'});
    publication_.qos = static_cast<std::uint8_t>(work.qos);
    mqtt::Settings settings;
    settings.url.host = "127.0.0.1";
    settings.url.host_is_literal = true;
    settings.url.port = port;
    settings.client_id = "ours";
    settings.session_expiry = {};
    loop_ = std::move(*io::SdLoop::open());
    resolver_.emplace(*loop_);
    dialer_.emplace(*loop_, *resolver_, contexts_);
    broker_.emplace(settings, mqtt::Wiring{.relay_directory = std::move(directory)}, *loop_,
                    *dialer_, secrets_, random_, *this);
    if (!work.publish) broker_->change_filters({{1, kTopic}});
  }

  Figures run(const std::function<void()>& ready) {
    until([&] { return broker_->status().state == mqtt::BrokerState::Connected; });
    if (!work_.publish) {  // the SUBACK
      const auto end = Clock::now() + std::chrono::milliseconds(100);
      until([&] { return Clock::now() > end; });
    }
    const Stopwatch watch;
    go_ = true;
    broker_->wake();
    ready();
    until([&] { return done_ == work_.count; });
    return watch.read();
  }

 private:
  void on_broker_state(const mqtt::BrokerStatus&) override {}
  void on_arrival(mqtt::Arrival arrival) override {
    ++done_;
    if (arrival.token != 0) broker_->acknowledge(arrival.token);
  }
  void on_subscription_refused(const std::string&, int) override {}
  std::optional<mqtt::Outgoing> next_publication() override {
    if (!go_ || !work_.publish || sent_ == work_.count) return std::nullopt;
    return mqtt::Outgoing{&publication_, ++sent_};
  }
  void on_published(std::uint64_t, mqtt::Verdict) override { ++done_; }
  void on_connection_lost() override { throw std::runtime_error("the connection was lost"); }

  template <class Condition>
  void until(Condition condition) {
    const auto end = Clock::now() + kPatience;
    while (!condition()) {
      if (Clock::now() > end) throw std::runtime_error("it takes too long");
      loop_->run_once(std::chrono::milliseconds(20));
    }
  }

  Work work_;
  Publication publication_;
  bool go_ = false;
  std::uint64_t sent_ = 0, done_ = 0;
  std::unique_ptr<io::SdLoop> loop_;
  std::optional<io::Resolver> resolver_;
  io::TlsContexts contexts_;
  std::optional<io::NetDialer> dialer_;
  io::Secrets secrets_;
  SystemRandom random_;
  std::optional<mqtt::Broker> broker_;
};

// ---- direct ----

class Direct {
 public:
  Direct(const Work& work, std::uint16_t port)
      : work_(work), payload_(work.size, 'x'), client_(mosquitto_new(nullptr, true, this)) {
    mosquitto_int_option(client_.get(), MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(client_.get(), MOSQ_OPT_SEND_MAXIMUM, kWindow);
    mosquitto_connect_callback_set(client_.get(), [](mosquitto*, void* self, int) {
      static_cast<Direct*>(self)->connected_ = true;
    });
    mosquitto_subscribe_callback_set(client_.get(),
                                     [](mosquitto*, void* self, int, int, const int*) {
                                       static_cast<Direct*>(self)->subscribed_ = true;
                                     });
    mosquitto_publish_callback_set(
        client_.get(), [](mosquitto*, void* self, int) { ++static_cast<Direct*>(self)->done_; });
    mosquitto_message_callback_set(
        client_.get(), [](mosquitto*, void* self, const mosquitto_message* message) {
          auto* direct = static_cast<Direct*>(self);
          // The same copy that ours hands up.
          direct->last_.assign(static_cast<const char*>(message->payload),
                               static_cast<std::size_t>(message->payloadlen));
          ++direct->done_;
        });
    if (mosquitto_connect(client_.get(), "127.0.0.1", port, 60) != MOSQ_ERR_SUCCESS)
      throw std::runtime_error("cannot connect");
    until([&] { return connected_; });
  }

  Figures run(const std::function<void()>& ready) {
    if (!work_.publish) {
      mosquitto_subscribe(client_.get(), nullptr, kTopic, 1);
      until([&] { return subscribed_; });
    }
    const Stopwatch watch;
    ready();
    for (std::uint64_t sent = 0; work_.publish && sent < work_.count; ++sent) {
      mosquitto_publish(client_.get(), nullptr, kTopic, static_cast<int>(payload_.size()),
                        payload_.data(), work_.qos, false);
      if (work_.qos > 0)
        until([&] { return sent + 1 - done_ < kWindow; });
      else
        until([&] { return !mosquitto_want_write(client_.get()); });
    }
    until([&] { return done_ == work_.count; });
    return watch.read();
  }

 private:
  template <class Condition>
  void until(Condition condition) {
    const auto end = Clock::now() + kPatience;
    while (!condition()) {
      if (mosquitto_loop(client_.get(), 1000, 1) != MOSQ_ERR_SUCCESS)
        throw std::runtime_error("the connection was lost");
      if (Clock::now() > end) throw std::runtime_error("it takes too long");
    }
  }

  Work work_;
  std::string payload_, last_;
  io::Handle<mosquitto, mosquitto_destroy> client_;
  bool connected_ = false, subscribed_ = false;
  std::uint64_t done_ = 0;
};

// ---- runs ----

/// In a process of its own, so that nothing else counts; ended by its PID.
template <class Run>
std::optional<Figures> apart(Run run) {
  int ends[2];
  if (::pipe(ends) != 0) return std::nullopt;
  const io::UniqueFd in(ends[0]);
  io::UniqueFd out(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    try {
      const Figures figures = run();
      const bool written = ::write(out.number(), &figures, sizeof(figures)) == sizeof(figures);
      ::_exit(written ? 0 : 1);
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}\n", error.what());
      ::_exit(1);
    }
  }
  out.reset();
  Figures figures;
  const bool complete = ::read(in.number(), &figures, sizeof(figures)) == sizeof(figures);
  ::waitpid(child, nullptr, 0);
  return complete ? std::optional(figures) : std::nullopt;
}

/// The one that feeds a receiver: libmosquitto, directly.
pid_t feed(const Work& work, std::uint16_t port) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  Work other = work;
  other.publish = true;
  try {
    Direct(other, port).run([] {});
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
  }
  ::_exit(0);
}

std::optional<Figures> measure(bool ours, const Work& work, const test::Mosquitto& mosquitto) {
  return apart([&] {
    pid_t feeder = 0;
    const auto ready = [&] {
      if (!work.publish) feeder = feed(work, mosquitto.port());
    };
    const Figures figures = ours ? Ours(work, mosquitto.port(), mosquitto.directory()).run(ready)
                                 : Direct(work, mosquitto.port()).run(ready);
    if (feeder > 0) ::waitpid(feeder, nullptr, 0);
    return figures;
  });
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

int run() {
  if (!test::Mosquitto::is_installed()) {
    fmt::print("{} is missing\n", test::Mosquitto::kProgram);
    return 0;
  }
  mosquitto_lib_init();
  const test::Mosquitto mosquitto("max_queued_messages 0\nmax_inflight_messages 100\n");
  fmt::print(
      "| river | payload | QoS | ours msg/s | direct msg/s | ours CPU s/M | direct CPU s/M | ratio "
      "|\n"
      "|---|---|---|---|---|---|---|---|\n");
  for (const bool publish : {true, false})
    for (const std::size_t size : {std::size_t{64}, std::size_t{1024}})
      for (const int qos : {0, 1}) {
        const Work work{publish, size, qos, qos == 0 ? 200'000U : 50'000U};
        std::array<std::vector<double>, 2> rate, cpu;
        for (int round = 0; round < kRounds; ++round)
          for (const bool ours : {true, false}) {
            const auto figures = measure(ours, work, mosquitto);
            if (!figures) return 1;
            const auto count = static_cast<double>(work.count);
            rate[ours].push_back(count / figures->seconds);
            cpu[ours].push_back(figures->cpu / count * 1e6);
          }
        fmt::print("| {} | {} B | {} | {:.0f} | {:.0f} | {:.2f} | {:.2f} | {:.2f} |\n",
                   publish ? "publish" : "deliver", size, qos, median(rate[1]), median(rate[0]),
                   median(cpu[1]), median(cpu[0]), median(cpu[1]) / median(cpu[0]));
        std::fflush(stdout);
      }
  mosquitto_lib_cleanup();
  return 0;
}

}  // namespace
}  // namespace wsrelay::bench

int main() {
  return wsrelay::bench::run();
}
