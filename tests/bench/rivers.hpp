// The measurements: one run of one river, through the daemon or direct, at full speed or at a rate.
// Each run checks that what was sent arrived; what did not is a loss, and said.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "broker_stand_in.hpp"
#include "figures.hpp"
#include "rig.hpp"

namespace wsrelay::bench {

enum class River : std::uint8_t { Publish, Deliver };

struct Run {
  River river = River::Publish;
  std::size_t size = 64;
  int qos = 0;
  std::uint64_t count = 0;
  unsigned rate = 0;  // messages per second; 0: full speed

  std::string name() const {
    return fmt::format("{} {} QoS {}{}", river == River::Publish ? "publish" : "deliver",
                       size < 1024 ? fmt::format("{} B", size) : fmt::format("{} KiB", size / 1024),
                       qos, rate > 0 ? fmt::format(", {}/s", rate) : std::string());
  }
};

struct Figures {
  double per_second = 0;
  double cpu = 0;         // seconds per million messages, the daemon's or the direct client's
  double broker_cpu = 0;  // the same, mosquitto's
  double p50 = 0;         // microseconds; only at a rate
  double p99 = 0;
};

class Rivers {
 public:
  Rivers(const Programs& programs, const TemporaryDirectory& directory, Nanoseconds deadline)
      : programs_(programs),
        directory_(directory),
        deadline_(deadline),
        broker_(programs, directory),
        far_(broker_.port(), "bench/#", published_) {
    start_daemon();
  }

  const Mosquitto& broker() const { return broker_; }
  WsServer& server() { return *server_; }
  const std::vector<std::string>& losses() const { return losses_; }
  bool out_of_time() const { return now() >= deadline_; }
  double resident_kib() const { return daemon_->process().resident_kib(); }

  /// Nothing if messages were lost; then the daemon is started anew, so that the next run is clean.
  std::optional<Figures> relay(const Run& run) {
    Arrivals& far = run.river == River::Publish ? published_ : server_->arrivals();
    far.begin(run.rate > 0 ? Stamps::Read : Stamps::Ignored);
    const Nanoseconds cpu = daemon_->process().cpu();
    const Nanoseconds broker = broker_.process().cpu();
    const Nanoseconds start = now();
    std::string trouble;
    try {
      send(run, limit());
    } catch (const Trouble& error) {
      trouble = error.what();
    }
    if (!arrived(run, far, "wsrelayd", trouble)) return recover(), std::nullopt;
    return measured(run, far, far.last() - start, daemon_->process().cpu() - cpu,
                    broker_.process().cpu() - broker);
  }

  std::optional<Figures> direct(const Run& run) {
    return run.river == River::Publish ? direct_publish(run) : direct_deliver(run);
  }

  /// Deliver from a broker that costs nothing. A daemon of its own for the occasion.
  std::optional<Figures> from_stand_in(const Run& run);

 private:
  static constexpr const char* kSend = "wsrelay/q0/send/text";
  static constexpr const char* kDirect = "bench-direct/in";

  // A run that would go on after the end of the whole bench is cut off ten seconds later at most.
  static constexpr Nanoseconds kPatience = 3 * kSecond;
  Nanoseconds limit() const { return now() + 10 * kSecond; }

  void start_daemon() {
    server_ = std::make_unique<WsServer>();
    daemon_ = std::make_unique<Daemon>(
        programs_, directory_, fmt::format("rivers{}", ++starts_), broker_.port(),
        wide_instance("q0", server_->port(), 0) + wide_instance("q1", server_->port(), 1));
    wait_for_bridge(broker_, *daemon_, fmt::format("rivers{}", starts_));
    wait_for_connections(*server_, *daemon_, 2);
    near_ = std::make_unique<MqttPublisher>(broker_.port());
    wait_for_subscription();
  }

  /// A message until one comes through; then until all have that will.
  void wait_for_subscription() {
    const Unit probe = mqtt_unit(kSend, 64);
    server_->arrivals().begin(Stamps::Ignored);
    if (!wait_until(now() + 10 * kSecond, [&] {
          write_all(near_->fd(), probe.bytes, now() + kSecond);
          rest(20 * kMillisecond);
          return server_->arrivals().count() > 0;
        }))
      throw Trouble("nothing is delivered\n" + daemon_->said());
    server_->arrivals().wait_for_quiet(100 * kMillisecond);
  }

  void recover() {
    daemon_.reset();
    near_.reset();
    server_.reset();
    published_.wait_for_quiet(200 * kMillisecond);
    start_daemon();
  }

  void send(const Run& run, Nanoseconds until) {
    const bool publish = run.river == River::Publish;
    const Unit unit = publish ? ws_unit(run.size) : mqtt_unit(kSend, run.size);
    const std::string path = run.qos == 0 ? "/q0" : "/q1";
    if (publish && run.rate == 0) return server_->pour(path, unit, run.count, until);
    if (publish) return server_->drip(path, unit, run.count, run.rate, until);
    if (run.rate == 0) return bench::pour(near_->fd(), unit, run.count, until);
    drip(near_->fd(), unit, run.count, run.rate, until);
  }

  bool arrived(const Run& run, Arrivals& far, std::string_view through,
               const std::string& trouble) {
    const bool all = trouble.empty() && far.wait_for(run.count, kPatience, limit());
    rest(20 * kMillisecond);  // acknowledgements are still under way; one too many would show
    return judge(run, far.count(), far.disorder(), through, all ? "" : trouble);
  }
  bool judge(const Run& run, std::uint64_t received, std::uint64_t disorder,
             std::string_view through, const std::string& trouble) {
    if (received == run.count && disorder == 0) return true;
    losses_.push_back(fmt::format("{} through {}: {} of {} messages arrived, {} out of order {}",
                                  run.name(), through, received, run.count, disorder, trouble));
    return false;
  }

  static Figures measured(const Run& run, const Arrivals& far, Nanoseconds span, Nanoseconds cpu,
                          Nanoseconds broker) {
    const double count = static_cast<double>(run.count);
    const auto latencies = far.latencies();
    return {.per_second = count / seconds(span),
            .cpu = seconds(cpu) * 1e6 / count,
            .broker_cpu = seconds(broker) * 1e6 / count,
            .p50 = static_cast<double>(percentile(latencies, 50)) / 1000,
            .p99 = static_cast<double>(percentile(latencies, 99)) / 1000};
  }

  std::unique_ptr<Child> direct_child(const Run& run, const char* verb, const std::string& topic) {
    return std::make_unique<Child>(
        std::vector<std::string>{programs_.self, "--direct", verb, std::to_string(broker_.port()),
                                 topic, std::to_string(run.size), std::to_string(run.qos),
                                 std::to_string(run.count), std::to_string(run.rate)},
        directory_.in("direct.log"));
  }

  std::optional<Figures> direct_publish(const Run& run) {
    published_.begin(run.rate > 0 ? Stamps::Read : Stamps::Ignored);
    const Nanoseconds broker = broker_.process().cpu();
    const auto child = direct_child(run, "publish", "bench/direct");
    std::istringstream said(child->line(limit()));
    Nanoseconds start = 0, cpu = 0;
    const bool done = static_cast<bool>(said >> start >> cpu);
    if (!arrived(run, published_, "libmosquitto", done ? "" : "the client gave up")) return {};
    return measured(run, published_, published_.last() - start, cpu,
                    broker_.process().cpu() - broker);
  }

  std::optional<Figures> direct_deliver(const Run& run) {
    const auto child = direct_child(run, "deliver", kDirect);
    if (child->line(limit()) != "ready") throw Trouble("the direct client cannot subscribe");
    const Nanoseconds broker = broker_.process().cpu();
    const Nanoseconds start = now();
    const Unit unit = mqtt_unit(kDirect, run.size);
    if (run.rate == 0)
      bench::pour(near_->fd(), unit, run.count, limit());
    else
      drip(near_->fd(), unit, run.count, run.rate, limit());
    std::istringstream said(child->line(now() + 13 * kSecond));
    std::uint64_t received = 0;
    Nanoseconds last = 0, cpu = 0, p50 = 0, p99 = 0;
    said >> received >> last >> cpu >> p50 >> p99;
    if (!judge(run, received, 0, "libmosquitto", "")) return {};
    Figures figures = measured(run, {}, last - start, cpu, broker_.process().cpu() - broker);
    figures.p50 = static_cast<double>(p50) / 1000;
    figures.p99 = static_cast<double>(p99) / 1000;
    return figures;
  }

  Programs programs_;
  const TemporaryDirectory& directory_;
  Nanoseconds deadline_;
  Mosquitto broker_;
  Arrivals published_;
  MqttSubscriber far_;
  std::unique_ptr<WsServer> server_;
  std::unique_ptr<Daemon> daemon_;
  std::unique_ptr<MqttPublisher> near_;
  unsigned starts_ = 0;
  std::vector<std::string> losses_;
};

inline std::optional<Figures> Rivers::from_stand_in(const Run& run) {
  BrokerStandIn source("wsrelay/in/send/text");
  WsServer server;
  Daemon daemon(programs_, directory_, "standin", source.port(),
                wide_instance("in", server.port(), 0));
  wait_for_connections(server, daemon, 1);
  if (!wait_until(now() + 5 * kSecond, [&] { return source.subscribed(); }))
    throw Trouble("the daemon does not subscribe at the stand-in\n" + daemon.said());
  rest(200 * kMillisecond);
  server.arrivals().begin(Stamps::Ignored);
  const Nanoseconds cpu = daemon.process().cpu();
  const Nanoseconds start = now();
  std::string trouble;
  try {
    source.pour(run.size, run.count, limit());
  } catch (const Trouble& error) {
    trouble = error.what();
  }
  if (!arrived(run, server.arrivals(), "wsrelayd from the stand-in", trouble)) return {};
  return measured(run, server.arrivals(), server.arrivals().last() - start,
                  daemon.process().cpu() - cpu, 0);
}

}  // namespace wsrelay::bench
