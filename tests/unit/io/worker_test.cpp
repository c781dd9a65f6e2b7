// Worker and Resolver: real threads, held back and let go by the test; nothing sleeps.
#include "io/worker.hpp"

#include <atomic>
#include <csignal>
#include <future>
#include <list>
#include <thread>

#include <gtest/gtest.h>

#include "io/resolver.hpp"
#include "io/sd_loop.hpp"

namespace wsrelay::io {
namespace {

using namespace std::chrono_literals;

// Counts its wakes.
struct Owner final : Task {
  explicit Owner(Loop& loop) : seat(loop.add(*this)) {}
  Wait run(const Turn& turn) override {
    thread = std::this_thread::get_id();
    runs += turn.woken ? 1 : 0;
    return {};
  }
  int runs = 0;
  std::thread::id thread;
  Registration seat;
};

class WorkerTest : public testing::Test {
 protected:
  std::unique_ptr<SdLoop> loop = SdLoop::open().value();

  bool until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!condition() && std::chrono::steady_clock::now() < end) loop->run_once(20ms);
    return condition();
  }
  void drain() {
    for (int i = 0; i < 20; ++i) loop->run_once(0ms);
  }
};

TEST_F(WorkerTest, WorkIsDoneElsewhereAndItsOwnerWokenHere) {
  Owner owner(*loop);
  Worker worker(*loop, 1);
  drain();
  const auto where = std::make_shared<std::thread::id>();
  const auto ticket = worker.submit([where] { *where = std::this_thread::get_id(); }, owner.seat);
  EXPECT_FALSE(ticket.is_done());
  ASSERT_TRUE(until([&] { return ticket.is_done() && owner.runs == 2; }));
  EXPECT_NE(*where, std::this_thread::get_id());
  EXPECT_EQ(owner.thread, std::this_thread::get_id());
}

TEST_F(WorkerTest, ManyJobsAreAllDoneByFewThreads) {
  Owner owner(*loop);
  Worker worker(*loop, 3);
  const auto done = std::make_shared<std::atomic<int>>(0);
  const auto now = std::make_shared<std::atomic<int>>(0);
  const auto most = std::make_shared<std::atomic<int>>(0);
  std::list<Worker::Ticket> tickets;
  for (int i = 0; i < 1000; ++i)
    tickets.push_back(worker.submit(
        [=] {
          const int busy = ++*now;
          for (int seen = *most; seen < busy && !most->compare_exchange_weak(seen, busy);) {
          }
          std::this_thread::yield();
          --*now;
          ++*done;
        },
        owner.seat));
  ASSERT_TRUE(until([&] {
    return std::all_of(tickets.begin(), tickets.end(), [](const auto& t) { return t.is_done(); });
  }));
  EXPECT_EQ(*done, 1000);
  EXPECT_LE(*most, 3);
}

TEST_F(WorkerTest, WorkThatWasDroppedBeforeItBeganNeverBegins) {
  Owner owner(*loop);
  Worker worker(*loop, 1);
  std::promise<void> gate;
  const auto opened = std::make_shared<std::shared_future<void>>(gate.get_future());
  const auto first = worker.submit([opened] { opened->wait(); }, owner.seat);
  const auto ran = std::make_shared<std::atomic<bool>>(false);
  {
    const auto dropped = worker.submit([ran] { *ran = true; }, owner.seat);
  }
  const auto last = worker.submit([] {}, owner.seat);
  gate.set_value();
  ASSERT_TRUE(until([&] { return last.is_done(); }));
  EXPECT_FALSE(*ran);
}

TEST_F(WorkerTest, WorkThatWasDroppedWhileUnderWayWakesNobody) {
  Owner owner(*loop);
  Worker worker(*loop, 1);
  drain();
  std::promise<void> gate, begun;
  const auto opened = std::make_shared<std::shared_future<void>>(gate.get_future());
  auto* const tell = &begun;
  auto ticket = worker.submit([opened, tell] { tell->set_value(), opened->wait(); }, owner.seat);
  begun.get_future().wait();
  { const Worker::Ticket gone = std::move(ticket); }
  Owner other(*loop);
  const auto last = worker.submit([] {}, other.seat);
  gate.set_value();
  ASSERT_TRUE(until([&] { return last.is_done(); }));
  drain();
  EXPECT_EQ(owner.runs, 1);
}

TEST_F(WorkerTest, AWorkerWhoseThreadIsStuckIsGivenUpWithoutIt) {
  Owner owner(*loop);
  std::promise<void> gate;
  const auto opened = std::make_shared<std::shared_future<void>>(gate.get_future());
  const auto begun = std::make_shared<std::promise<void>>();
  const auto over = std::make_shared<std::promise<void>>();
  auto ended = over->get_future();
  const auto start = std::chrono::steady_clock::now();
  {
    Worker worker(*loop, 1);
    const auto ticket =
        worker.submit([=] { begun->set_value(), opened->wait(), over->set_value(); }, owner.seat);
    begun->get_future().wait();
    const auto behind = worker.submit([] {}, owner.seat);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  gate.set_value();
  ended.wait();  // and what it still did, touched nothing of ours (ASan watches)
}

TEST_F(WorkerTest, ThreadsTakeNoSignals) {
  Owner owner(*loop);
  Worker worker(*loop, 1);
  const auto blocked = std::make_shared<std::atomic<bool>>(false);
  const auto ticket = worker.submit(
      [blocked] {
        sigset_t mask;
        pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        *blocked = sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGHUP) == 1;
      },
      owner.seat);
  ASSERT_TRUE(until([&] { return ticket.is_done(); }));
  EXPECT_TRUE(*blocked);
}

// --- Resolver ---------------------------------------------------------------------------------

TEST_F(WorkerTest, LocalhostResolvesToLoopback) {
  Owner owner(*loop);
  Resolver resolver(*loop);
  const auto query = resolver.query("localhost", 8080, owner.seat);
  ASSERT_TRUE(until([&] { return query.answer() != nullptr; }));
  ASSERT_TRUE(query.answer()->has_value()) << query.answer()->error().text;
  ASSERT_FALSE((*query.answer())->empty());
  for (const Address& each : **query.answer())
    EXPECT_TRUE(each.text() == "127.0.0.1:8080" || each.text() == "[::1]:8080") << each.text();
}

TEST(Resolver, NoResolverIsAskedAboutLocalhost) {
  const auto addresses = Resolver::ask_system("printer.localhost", 80);
  ASSERT_TRUE(addresses) << addresses.error().text;
  ASSERT_EQ(addresses->size(), 2U);
  EXPECT_EQ((*addresses)[0].text(), "[::1]:80");
  EXPECT_EQ((*addresses)[1].text(), "127.0.0.1:80");
}

TEST_F(WorkerTest, ANumericHostResolvesToItself) {
  Owner owner(*loop);
  Resolver resolver(*loop);
  const auto query = resolver.query("2001:db8::7", 443, owner.seat);
  ASSERT_TRUE(until([&] { return query.answer() != nullptr; }));
  ASSERT_TRUE(query.answer()->has_value());
  EXPECT_EQ((*query.answer())->front().text(), "[2001:db8::7]:443");
}

TEST_F(WorkerTest, ANameThatCannotBeIsADnsFaultThatNamesIt) {
  Owner owner(*loop);
  Resolver resolver(*loop);
  const std::string name = std::string(70, 'a') + ".invalid";  // a label of 70: no query leaves
  const auto query = resolver.query(name, 443, owner.seat);
  ASSERT_TRUE(until([&] { return query.answer() != nullptr; }));
  ASSERT_FALSE(query.answer()->has_value());
  EXPECT_EQ(query.answer()->error().fault, Fault::Dns);
  EXPECT_NE(query.answer()->error().text.find(name), std::string::npos);
}

// A resolver whose answers wait for the test.
struct Gated {
  std::promise<void> gate;
  std::shared_ptr<std::shared_future<void>> opened =
      std::make_shared<std::shared_future<void>>(gate.get_future());
  std::shared_ptr<std::atomic<int>> asked = std::make_shared<std::atomic<int>>(0);

  Resolver::Ask ask() const {
    return [gate_opened = opened, count = asked](const std::string&,
                                                 std::uint16_t port) -> Result<Addresses> {
      ++*count;
      gate_opened->wait();
      return Addresses{*Address::from_literal("192.0.2.1", port)};
    };
  }
};

TEST_F(WorkerTest, AskersOfOneNameShareOneLookup) {
  Gated gated;
  std::list<Owner> owners;
  Resolver resolver(*loop, gated.ask(), 4);
  std::vector<Resolver::Query> queries;
  for (int i = 0; i < 100; ++i) {
    Owner& owner = owners.emplace_back(*loop);
    queries.push_back(resolver.query("example.com", 443, owner.seat));
  }
  drain();
  gated.gate.set_value();
  ASSERT_TRUE(until([&] {
    return std::all_of(owners.begin(), owners.end(), [](const Owner& o) { return o.runs == 2; });
  }));
  for (const auto& query : queries) EXPECT_NE(query.answer(), nullptr);
  EXPECT_EQ(*gated.asked, 1);
  const auto later = resolver.query("example.com", 443, owners.front().seat);
  EXPECT_EQ(later.answer(), nullptr) << "an old answer was kept";
  ASSERT_TRUE(until([&] { return later.answer() != nullptr; }));
  EXPECT_EQ(*gated.asked, 2);
}

TEST_F(WorkerTest, AQueryThatWasDroppedIsForgotten) {
  Gated gated;
  Owner owner(*loop), stayer(*loop);
  Resolver resolver(*loop, gated.ask(), 1);
  drain();
  auto dropped = std::make_unique<Resolver::Query>(resolver.query("a", 1, owner.seat));
  const auto kept = resolver.query("a", 1, stayer.seat);
  { const auto alone = resolver.query("b", 1, owner.seat); }
  dropped.reset();
  gated.gate.set_value();
  ASSERT_TRUE(until([&] { return kept.answer() != nullptr && stayer.runs == 2; }));
  drain();
  EXPECT_EQ(owner.runs, 1);
  EXPECT_EQ(*gated.asked, 1);
}

TEST_F(WorkerTest, ASilentResolverDoesNotStopTheLoopNorItsEnd) {
  Gated gated;
  Owner owner(*loop);
  const auto start = std::chrono::steady_clock::now();
  {
    Resolver resolver(*loop, gated.ask(), 2);
    std::list<Resolver::Query> queries;
    for (int i = 0; i < 50; ++i)
      queries.push_back(resolver.query("host" + std::to_string(i), 1, owner.seat));
    ASSERT_TRUE(until([&] { return *gated.asked == 2; }));
    drain();
    EXPECT_EQ(*gated.asked, 2);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  gated.gate.set_value();
}

}  // namespace
}  // namespace wsrelay::io
