#include "client/runtime.hpp"

#include <gtest/gtest.h>

#include "client/timer.hpp"
#include "support/sim.hpp"

namespace wsrelay::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Timer, CallsOnceAtItsMoment) {
  test::Sim sim;
  int calls = 0;
  Timer timer(sim, [&] { ++calls; });
  sim.advance(seconds(100));
  EXPECT_EQ(calls, 0) << "not before it is set";
  timer.after(seconds(5));
  sim.advance(milliseconds(4999));
  EXPECT_EQ(calls, 0);
  sim.advance(milliseconds(1));
  EXPECT_EQ(calls, 1);
  sim.advance(seconds(100));
  EXPECT_EQ(calls, 1);
}

TEST(Timer, OnlyTheLastSettingCounts) {
  test::Sim sim;
  int calls = 0;
  Timer timer(sim, [&] { ++calls; });
  for (int i = 0; i < 10; ++i) {
    timer.after(seconds(5));
    sim.advance(seconds(4));
  }
  EXPECT_EQ(calls, 0);
  timer.cancel();
  sim.advance(seconds(100));
  EXPECT_EQ(calls, 0);
  timer.at(sim.now());
  sim.settle();
  EXPECT_EQ(calls, 1) << "a moment that has come is now";
}

TEST(Timer, MaySetItselfAgain) {
  test::Sim sim;
  int calls = 0;
  Timer* self = nullptr;
  Timer timer(sim, [&] {
    if (++calls < 5) self->after(seconds(1));
  });
  self = &timer;
  timer.after(seconds(1));
  sim.advance(seconds(100));
  EXPECT_EQ(calls, 5);
}

struct Patient final : Client::Listener {
  explicit Patient(Runtime& owner) : runtime(owner) {}
  void on_begin() override { story += "begin "; }
  void on_error(const Error& error) override {
    story += std::string(name_of(error.fault)) + " ";
    client->stop();
  }
  void on_finish() override {
    story += "finish";
    runtime.exit(7);
  }
  Runtime& runtime;
  Client* client = nullptr;
  std::string story;
};

TEST(Runtime, IsAllThatAClientNeeds) {
  auto runtime = Runtime::open();
  ASSERT_TRUE(runtime);
  Settings settings;
  settings.url = *parse_url("ws://127.0.0.1:1/", {"ws"});  // tcpmux: nobody listens there
  settings.reconnect.delay.first = milliseconds(1);
  Patient patient(**runtime);
  Client client(settings, (*runtime)->services(), patient);
  patient.client = &client;
  Timer alarm((*runtime)->loop(), [&] { (*runtime)->exit(1); });
  alarm.after(seconds(20));
  EXPECT_EQ((*runtime)->run(), 7);
  EXPECT_EQ(patient.story, "begin tcp finish");
}

TEST(Runtime, LimitsHowOftenAttemptsStart) {
  auto runtime = Runtime::open();
  ASSERT_TRUE(runtime);
  const Services services = (*runtime)->services();
  ASSERT_EQ(services.starts, &(*runtime)->starts());
  const Instant now(std::chrono::hours(1));
  EXPECT_EQ(services.starts->book("h", now), now);
  EXPECT_GT(services.starts->book("h", now), now);
}

}  // namespace
}  // namespace wsrelay::client
