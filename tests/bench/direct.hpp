// What we compare with: one process that does the MQTT half by libmosquitto with its default
// options and nothing else. Runs as a child of the bench (`bench_relay --direct …`) so that its CPU
// is counted like the daemon's; says what it saw on stdout, one line.
//
//   --direct publish PORT TOPIC SIZE QOS COUNT RATE   →  "start_ns cpu_ns"
//   --direct deliver PORT TOPIC SIZE QOS COUNT RATE   →  "ready", then "received last_ns cpu_ns
//   p50_ns p99_ns"
//
// RATE 0 is full speed. At a rate TCP_NODELAY is set, without which Nagle would be what is
// measured.
#pragma once

#include <cinttypes>
#include <cstdio>
#include <string>

#include <mosquitto.h>

#include "arrivals.hpp"
#include "figures.hpp"
#include "outpour.hpp"

namespace wsrelay::bench {

struct DirectTask {
  bool publish = true;
  int port = 0;
  std::string topic;
  std::size_t size = 64;
  int qos = 0;
  std::uint64_t count = 0;
  unsigned rate = 0;
};

class Direct {
 public:
  explicit Direct(DirectTask task)
      : task_(std::move(task)), client_(::mosquitto_new(nullptr, true, this)) {
    ::mosquitto_connect_callback_set(client_, [](mosquitto*, void* self, int) {
      static_cast<Direct*>(self)->connected_ = true;
    });
    ::mosquitto_subscribe_callback_set(client_, [](mosquitto*, void* self, int, int, const int*) {
      static_cast<Direct*>(self)->subscribed_ = true;
    });
    ::mosquitto_publish_callback_set(
        client_, [](mosquitto*, void* self, int) { ++static_cast<Direct*>(self)->published_; });
    ::mosquitto_message_callback_set(client_,
                                     [](mosquitto*, void* self, const mosquitto_message* message) {
                                       static_cast<Direct*>(self)->arrived(*message);
                                     });
    if (task_.rate > 0) ::mosquitto_int_option(client_, MOSQ_OPT_TCP_NODELAY, 1);
  }
  Direct(const Direct&) = delete;
  Direct& operator=(const Direct&) = delete;
  ~Direct() { ::mosquitto_destroy(client_); }

  int run() {
    ::mosquitto_connect(client_, "127.0.0.1", task_.port, 60);
    if (!loop_until([this] { return connected_; })) return 1;
    return task_.publish ? publish() : deliver();
  }

 private:
  template <class Condition>
  bool loop_until(Condition condition) {
    while (!condition()) {
      if (now() >= deadline_) return false;
      if (::mosquitto_loop(client_, 100, 1) != MOSQ_ERR_SUCCESS) return false;
    }
    return true;
  }

  bool publish_one(const std::string& payload) {
    if (::mosquitto_publish(client_, nullptr, task_.topic.c_str(), static_cast<int>(payload.size()),
                            payload.data(), task_.qos, false) != MOSQ_ERR_SUCCESS)
      return false;
    // QoS 0 runs until the socket is full; QoS 1 until a hundred acknowledgements are due.
    if (task_.qos > 0)
      return loop_until([this, sent = ++sent_] { return sent - published_ < 100; });
    return loop_until([this] { return !::mosquitto_want_write(client_); });
  }

  int publish() {
    std::string payload = padding(task_.size);
    const Nanoseconds start = now();
    const Nanoseconds cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    Nanoseconds due = start;
    for (std::uint64_t i = 0; i < task_.count; ++i) {
      if (task_.rate > 0) {
        const timespec until{.tv_sec = due / kSecond, .tv_nsec = due % kSecond};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
        due += kSecond / task_.rate;
        write_stamp(payload.data(), now());
      }
      if (!publish_one(payload)) return 1;
    }
    if (task_.qos > 0 && !loop_until([this] { return published_ >= task_.count; })) return 1;
    std::printf("%" PRId64 " %" PRId64 "\n", start, read_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    return 0;
  }

  int deliver() {
    ::mosquitto_subscribe(client_, nullptr, task_.topic.c_str(), task_.qos);
    if (!loop_until([this] { return subscribed_; })) return 1;
    arrivals_.begin(task_.rate > 0 ? Stamps::Read : Stamps::Ignored);
    const Nanoseconds cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    std::printf("ready\n");
    std::fflush(stdout);
    loop_until([this] { return arrivals_.count() >= task_.count; });
    const Nanoseconds used = read_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    const auto latencies = arrivals_.latencies();
    std::printf("%" PRIu64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n", arrivals_.count(),
                arrivals_.last(), used, percentile(latencies, 50), percentile(latencies, 99));
    return 0;
  }

  void arrived(const mosquitto_message& message) {
    arrivals_.note(
        {static_cast<const char*>(message.payload), static_cast<std::size_t>(message.payloadlen)},
        now());
  }

  DirectTask task_;
  Nanoseconds deadline_ = now() + 12 * kSecond;
  bool connected_ = false;
  bool subscribed_ = false;
  std::uint64_t sent_ = 0;
  std::uint64_t published_ = 0;
  Arrivals arrivals_;
  mosquitto* client_;
};

}  // namespace wsrelay::bench
