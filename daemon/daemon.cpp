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
#include "daemon/checked.hpp"
#include "daemon/identity.hpp"
#include "daemon/journal.hpp"
#include "daemon/reload_words.hpp"
#include "daemon/reloader.hpp"
#include "daemon/runtime_directory.hpp"
#include "daemon/service.hpp"
#include "daemon/surroundings.hpp"
#include "daemon/wall_clock.hpp"
#include "io/net_dialer.hpp"
#include "io/resolver.hpp"
#include "io/sd_loop.hpp"
#include "io/secrets.hpp"
#include "io/signals.hpp"
#include "io/tls_context.hpp"

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

class Daemon final : private bridge::Bridge::Host, private Reloader::Host {
 public:
  Daemon(Reloader::Given given, io::SdLoop& loop, LeveledLog& log, const RuntimeDirectory& runtime)
      : file_(given.file),
        loop_(loop),
        log_(log),
        runtime_(runtime),
        service_(loop),
        secrets_(environment("CREDENTIALS_DIRECTORY")),
        resolver_(loop),
        dialer_(loop, resolver_, tls_),
        reloader_(loop, std::move(given), *this) {}

  void start(std::shared_ptr<const config::Config> config);
  void on_signal(int number);

 private:
  void on_summary(const std::string& summary) override;
  void on_applied() override;
  void on_stopped() override { loop_.exit(kOk); }
  void on_read(const Reread& reread) override;

  void reload();
  void refuse(const Reread& reread);
  void reloaded(std::shared_ptr<const config::Config> old);
  void take_over(const config::Config& config);
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
  io::Resolver resolver_;
  io::TlsContexts tls_;
  io::NetDialer dialer_;
  SystemRandom random_;
  std::shared_ptr<const config::Config> config_;  // what runs
  std::unique_ptr<bridge::Bridge> bridge_;
  std::string summary_;
  std::string reload_problem_;  // why the last reload changed nothing
  Reread reread_;               // what the bridge is taking over
  bool stopping_ = false;
  Reloader reloader_;
};

// What the process itself has to do with a configuration.
void Daemon::take_over(const config::Config& config) {
  log_.level(config.log_level);
  for (const std::string& name : config::environment_names(config))
    secrets_.take_from_environment(name);
}

void Daemon::start(std::shared_ptr<const config::Config> config) {
  take_over(*config);
  config_ = std::move(config);
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

void Daemon::reload() {
  if (stopping_) return;
  service_.reloading();
  reloader_.request(config_);
}

void Daemon::on_read(const Reread& reread) {
  if (stopping_) return;
  for (const std::string& warning : reread.warnings) say(LogLevel::Warning, warning);
  reload_problem_ = reread.problem;
  if (reread.config == nullptr) return refuse(reread);
  reread_ = reread;
  take_over(*reread.config);
  tls_.refresh();
  bridge_->apply(reread.config, reread.plan);
}

void Daemon::refuse(const Reread& reread) {
  say(LogLevel::Error,
      fmt::format("not reloaded, the old configuration stays: {}", reread.problem));
  if (reread.errors.size() > 1)
    for (const std::string& error : reread.errors) say(LogLevel::Error, error);
  bridge_->reload_failed(reread.problem);
  reloaded(nullptr);
}

void Daemon::on_applied() {
  const Reread reread = std::exchange(reread_, {});
  say(LogLevel::Notice, fmt::format("reloaded {}: {}", file_, words_for(reread.plan)));
  if (const std::string keys = waiting_keys(reread.plan); !keys.empty())
    say(LogLevel::Warning, fmt::format("{}: takes effect at a restart", keys));
  reloaded(std::exchange(config_, reread.config));
}

void Daemon::reloaded(std::shared_ptr<const config::Config> old) {
  on_summary(std::string(summary_));
  service_.ready();
  reloader_.finished(std::move(old));
  if (reloader_.wants_more()) reload();
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

ExitCode run_daemon(const Options& options) {
  const Surroundings surroundings(Surroundings::Use::Start);
  Checked checked = check(take_snapshot(places_of(options.config)), options.name, &surroundings);
  fmt::print(stderr, "{}", checked.problems());
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
  const std::string client_id = default_client_id(checked.loaded.config.name);
  daemon = std::make_unique<Daemon>(
      Reloader::Given{.file = options.config, .name = options.name, .client_id = client_id}, **loop,
      *log, *runtime);
  daemon->start(runnable(std::move(checked), client_id));
  const int status = (*loop)->run();
  return status < 0 ? kFailure : static_cast<ExitCode>(status);
}

}  // namespace wsrelay::daemon
