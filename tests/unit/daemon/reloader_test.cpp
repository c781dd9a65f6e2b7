#include "daemon/reloader.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "io/sd_loop.hpp"

namespace wsrelay::daemon {
namespace {

// A configuration on the disk, a loop with a worker, and ears for what comes of a reload.
class Reloading : public testing::Test, protected Reloader::Host {
 protected:
  Reloading() : root_(new_directory()), loop_(std::move(*io::SdLoop::open())) {
    running_->mqtt.broker.client_id = "ours";
  }
  ~Reloading() override { std::filesystem::remove_all(root_); }

  void on_read(const Reread& reread) override {
    heard_.push_back(reread);
    if (heard_.size() == 1 && on_first_) on_first_();
    reloader_.finished(heard_.back().config);
    if (reloader_.wants_more()) return reloader_.request(running_);
    loop_->exit(0);
  }
  static std::string new_directory() {
    std::string pattern = testing::TempDir() + "wsrelayd-XXXXXX";
    return mkdtemp(pattern.data());
  }
  std::string file() const { return root_ + "/wsrelayd.yaml"; }
  void write(const std::string& text) const { std::ofstream(file()) << text; }
  const Reread& reread() {
    reloader_.request(running_);
    loop_->run();
    return heard_.back();
  }

  std::string root_;
  std::unique_ptr<io::SdLoop> loop_;
  std::shared_ptr<config::Config> running_ = std::make_shared<config::Config>();
  std::vector<Reread> heard_;
  std::function<void()> on_first_;
  Reloader reloader_{
      *loop_, {.file = root_ + "/wsrelayd.yaml", .name = "", .client_id = "ours"}, *this};
};

constexpr const char* kOne = "instances: {a: {url: 'wss://x.example/'}}\n";

TEST_F(Reloading, ReadsChecksAndCompares) {
  write(kOne);
  const Reread& found = reread();
  ASSERT_NE(found.config, nullptr) << found.problem;
  EXPECT_EQ(found.config->mqtt.broker.client_id, "ours");
  EXPECT_EQ(found.problem, "");
  ASSERT_EQ(found.plan.instances.size(), 1U);
  EXPECT_EQ(found.plan.instances[0].verb, config::InstancePlan::Verb::Add);
}

TEST_F(Reloading, WhatIsWrongHasAPlaceAndNoConfiguration) {
  write("nonsense: 1\nmore: 2\n");
  const Reread& found = reread();
  EXPECT_EQ(found.config, nullptr);
  EXPECT_TRUE(found.problem.starts_with(file() + ":1:1: ")) << found.problem;
  EXPECT_TRUE(found.problem.ends_with(" (and 1 more)")) << found.problem;
  EXPECT_EQ(found.errors.size(), 2U);
}

TEST_F(Reloading, AMissingFileIsAProblem) {
  const Reread& found = reread();
  EXPECT_EQ(found.config, nullptr);
  EXPECT_TRUE(found.problem.starts_with(file() + ": does not exist")) << found.problem;
}

TEST_F(Reloading, RequestsInBetweenAreOneMoreInTheEnd) {
  write("");
  on_first_ = [this] {
    write(kOne);  // after it was read
    for (int each = 0; each < 3; ++each) reloader_.request(running_);
  };
  const Reread& last = reread();
  ASSERT_EQ(heard_.size(), 2U);
  EXPECT_TRUE(heard_[0].config->instances.empty());
  EXPECT_EQ(last.config->instances.size(), 1U);
}

}  // namespace
}  // namespace wsrelay::daemon
