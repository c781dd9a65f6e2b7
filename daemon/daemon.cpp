#include "daemon/daemon.hpp"

#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <sys/resource.h>

#include "bridge/bridge.hpp"
#include "config/load.hpp"
#include "config/plan.hpp"
#include "daemon/config_file.hpp"
#include "daemon/identity.hpp"
#include "daemon/journal.hpp"
#include "daemon/runtime_directory.hpp"
#include "daemon/service.hpp"
#include "daemon/wall_clock.hpp"
#include "io/net_dialer.hpp"
#include "io/resolver.hpp"
#include "io/sd_loop.hpp"
#include "io/secrets.hpp"
#include "io/signals.hpp"
#include "io/tls_context.hpp"
#include "io/worker.hpp"

namespace wsrelay::daemon {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// A connection is a descriptor: take all that we may have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

class Daemon final : private bridge::Bridge::Host, private io::Task {
 public:
  Daemon(std::string file, io::SdLoop& loop, LeveledLog& log, const RuntimeDirectory& runtime)
      : file_(std::move(file)),
        loop_(loop),
        log_(log),
        runtime_(runtime),
        service_(loop),
        secrets_(environment("CREDENTIALS_DIRECTORY")),
        loader_(loop, 1),
        resolver_(loop),
        dialer_(loop, resolver_, tls_),
        registration_(loop.add(*this)) {}

  void start(config::Config config);
  void on_signal(int number);

 private:
  void on_summary(const std::string& summary) override;
  void on_applied() override;
  void on_stopped() override { loop_.exit(kOk); }

  io::Wait run(const io::Turn& turn) override;  // a reload's file has been read
  void reload();
  void reloaded(Checked& checked);
  void reload_ended();
  void take_over(config::Config& config);
  void stop(int number);
  void say(LogLevel level, std::string text, std::string_view id = {}) {
    log_.write({.level = level, .text = std::move(text), .message_id = id});
  }

  std::string file_;
  io::SdLoop& loop_;
  LeveledLog& log_;
  const RuntimeDirectory& runtime_;
  Service service_;
  io::Secrets secrets_;
  io::Worker loader_;
  io::Resolver resolver_;
  io::TlsContexts tls_;
  io::NetDialer dialer_;
  SystemRandom random_;
  std::unique_ptr<bridge::Bridge> bridge_;
  std::shared_ptr<const config::Config> config_;
  std::string summary_;
  std::string reload_problem_;        // why the last reload changed nothing
  std::shared_ptr<Checked> checked_;  // written by the loader, ours once the ticket says done
  io::Worker::Ticket reloading_;
  bool applying_ = false;
  bool reload_again_ = false;
  bool stopping_ = false;
  io::Registration registration_;
};

// What only the process knows: its client id, and the secrets in its environment.
void Daemon::take_over(config::Config& config) {
  if (config.mqtt.broker.client_id.empty())
    config.mqtt.broker.client_id = default_client_id(config.name);
  log_.level(config.log_level);
  for (const std::string& name : config::environment_names(config))
    secrets_.take_from_environment(name);
}

void Daemon::start(config::Config config) {
  take_over(config);
  config_ = std::make_shared<const config::Config>(std::move(config));
  bridge::Wiring wiring{.version = version(),
                        .host = host_name(),
                        .relay_directory = runtime_.path(),
                        .wall = wall_clock,
                        .log = log_};
  const client::Services services{
      .loop = loop_, .dialer = dialer_, .secrets = secrets_, .random = random_};
  say(LogLevel::Notice, fmt::format("wsrelayd {} started with {}, instances: {}", version(), file_,
                                    config_->instances.size()));
  bridge_ = std::make_unique<bridge::Bridge>(*config_, std::move(wiring), services,
                                             static_cast<bridge::Bridge::Host&>(*this));
  // Valid configuration and a loop that runs: that is all READY promises. A broker that is away
  // must not fail the start.
  service_.ready();
  loop_.watchdog(true);
}

void Daemon::on_summary(const std::string& summary) {
  summary_ = summary;
  for (const Error& error : tls_.take_errors())
    say(LogLevel::Warning, fmt::format("{}; the old certificates stay in use", error.text));
  if (stopping_) return;
  service_.status(reload_problem_.empty()
                      ? summary
                      : fmt::format("{}; not reloaded: {}", summary, reload_problem_));
}

void Daemon::on_signal(int number) {
  switch (number) {
    case SIGHUP:
      return reload();
    case SIGTERM:
    case SIGINT:
      return stop(number);
    case SIGUSR1:
      return say(LogLevel::Notice, summary_);
    default:
      return;
  }
}

// Reading and checking ten thousand instances takes a moment: the loop goes on meanwhile.
void Daemon::reload() {
  if (stopping_) return;
  service_.reloading();
  if (checked_ != nullptr ||
      applying_) {  // one is under way and may have read the file before it changed
    reload_again_ = true;
    return;
  }
  checked_ = std::make_shared<Checked>();
  reloading_ = loader_.submit([checked = checked_, file = file_] { *checked = check_config(file); },
                              registration_);
}

io::Wait Daemon::run(const io::Turn&) {
  if (checked_ == nullptr || !reloading_.is_done()) return {};
  const std::shared_ptr<Checked> checked = std::exchange(checked_, nullptr);
  if (!stopping_) reloaded(*checked);
  return {};
}

void Daemon::reloaded(Checked& checked) {
  reload_problem_ = checked.first_problem;
  if (checked.ok()) {
    take_over(checked.config);
    tls_.refresh();
    auto next = std::make_shared<const config::Config>(std::move(checked.config));
    config::Plan plan = config::plan(*config_, *next);
    for (const config::Difference& each : plan.daemon)
      if (each.reload == config::Reload::Restart)
        say(LogLevel::Warning,
            fmt::format("{}: the new {} takes effect at a restart", file_, each.key));
    config_ = std::move(next);
    applying_ = true;
    return bridge_->apply(config_, std::move(plan));
  }
  say(LogLevel::Error,
      fmt::format("not reloaded, the old configuration stays: {}", checked.first_problem));
  bridge_->reload_failed(checked.first_problem);
  reload_ended();
}

void Daemon::on_applied() {
  say(LogLevel::Notice,
      fmt::format("reloaded {}, instances: {}", file_, config_->instances.size()));
  reload_ended();
}

void Daemon::reload_ended() {
  applying_ = false;
  on_summary(std::string(summary_));
  service_.ready();
  if (std::exchange(reload_again_, false)) reload();
}

void Daemon::stop(int number) {
  if (stopping_) {
    say(LogLevel::Warning, "told to stop again: exiting at once");
    return loop_.exit(kFailure);
  }
  stopping_ = true;
  service_.stopping();
  say(LogLevel::Notice, fmt::format("stopping on {}", number == SIGINT ? "SIGINT" : "SIGTERM"));
  bridge_->stop();
  service_.extend_timeout(bridge_->stop_deadline() - loop_.now() + std::chrono::seconds(5));
}

}  // namespace

int run_daemon(const Options& options) {
  Checked checked = check_config(options.config);
  fmt::print(stderr, "{}", checked.problems);
  if (!checked.ok()) return kConfig;

  raise_descriptor_limit();
  const auto log = open_log(wall_clock);
  const auto give_up = [&](const Error& error) {
    log->write({.level = LogLevel::Error, .text = error.text});
    return kFailure;
  };
  const auto runtime = RuntimeDirectory::open();
  if (!runtime) return give_up(runtime.error());
  const auto loop = io::SdLoop::open();
  if (!loop) return give_up(loop.error());

  // Signals first: the threads that follow inherit what is blocked.
  std::unique_ptr<Daemon> daemon;
  const auto signals =
      io::Signals::open(**loop, [&daemon](int number) { daemon->on_signal(number); });
  if (!signals) return give_up(signals.error());
  daemon = std::make_unique<Daemon>(options.config, **loop, *log, *runtime);
  daemon->start(std::move(checked.config));
  const int status = (*loop)->run();
  return status < 0 ? kFailure : status;
}

}  // namespace wsrelay::daemon
