#include "daemon/snapshot.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace wsrelay::daemon {
namespace {

namespace fs = std::filesystem;

// A main file's place and its drop-ins' in a directory of our own.
class Snapshots : public testing::Test {
 protected:
  Snapshots() {
    std::string pattern = testing::TempDir() + "wsrelayd-XXXXXX";
    root_ = mkdtemp(pattern.data());
    for (const char* each : {"usr", "etc"}) fs::create_directory(root_ / each);
    places_ = {.main = path("wsrelayd.yaml"), .directories = {path("usr"), path("etc")}};
  }
  ~Snapshots() override { fs::remove_all(root_); }

  std::string path(const std::string& name) const { return (root_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
  }
  // As an editor saves: another file of the same name.
  void replace(const std::string& name, const std::string& text) const {
    write("fresh", text);
    fs::rename(path("fresh"), path(name));
  }
  std::vector<std::string> said(const Snapshot& snapshot) const {
    std::vector<std::string> all;
    for (const config::Problem& problem : snapshot.problems)
      all.push_back(problem.text().substr(root_.string().size() + 1));
    return all;
  }
  static std::vector<std::string> texts(const Snapshot& snapshot) {
    std::vector<std::string> all;
    for (const config::File& file : snapshot.files) all.push_back(file.text);
    return all;
  }
  using Texts = std::vector<std::string>;

  fs::path root_;
  Places places_;
};

TEST_F(Snapshots, TheMainFileThenTheDropInsByName) {
  write("wsrelayd.yaml", "main");
  write("usr/20.yaml", "twenty");
  write("usr/30.yaml", "light");
  write("etc/30.yaml", "heavy");
  write("etc/10.yaml", "ten");
  const Snapshot snapshot = take_snapshot(places_);
  EXPECT_EQ(texts(snapshot), (Texts{"main", "ten", "twenty", "heavy"}));
  EXPECT_EQ(snapshot.files[0].name, path("wsrelayd.yaml"));
  EXPECT_EQ(snapshot.drop_ins, 3U);
  EXPECT_EQ(said(snapshot), Texts{});
}

TEST_F(Snapshots, DropInsMayStandAlone) {
  write("etc/a.yaml", "a");
  const Snapshot snapshot = take_snapshot(places_);
  EXPECT_EQ(texts(snapshot), Texts{"a"});
  EXPECT_EQ(said(snapshot), Texts{});
}

TEST_F(Snapshots, NothingAtAllIsAProblemThatSaysWhereItLooked) {
  write("etc/a.yml", "passed over");
  const auto problems = said(take_snapshot(places_));
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[1], "wsrelayd.yaml: does not exist, nor does any drop-in (*.yaml in " +
                             path("usr") + ", " + path("etc") + ")");
}

TEST_F(Snapshots, AnEmptyMainFileIsAConfiguration) {
  write("wsrelayd.yaml", "");
  EXPECT_EQ(said(take_snapshot(places_)), Texts{});
  fs::remove(path("wsrelayd.yaml"));
  fs::create_symlink("/dev/null", path("wsrelayd.yaml"));
  EXPECT_EQ(said(take_snapshot(places_)), Texts{});
}

TEST_F(Snapshots, ALinkToDevNullMasks) {
  write("wsrelayd.yaml", "main");
  write("usr/a.yaml", "a");
  fs::create_symlink("/dev/null", path("etc/a.yaml"));
  EXPECT_EQ(texts(take_snapshot(places_)), Texts{"main"});
}

TEST_F(Snapshots, LinksAreFollowed) {
  write("elsewhere", "linked");
  fs::create_symlink(path("elsewhere"), path("etc/a.yaml"));
  fs::create_symlink(path("elsewhere"), path("wsrelayd.yaml"));
  EXPECT_EQ(texts(take_snapshot(places_)), (Texts{"linked", "linked"}));
}

TEST_F(Snapshots, WhatIsNoFileIsAProblemAndStopsNobody) {
  write("wsrelayd.yaml", "main");
  ASSERT_EQ(mkfifo(path("etc/fifo.yaml").c_str(), 0600), 0);
  fs::create_symlink(path("gone"), path("etc/link.yaml"));
  fs::create_symlink("loop.yaml", path("etc/loop.yaml"));
  fs::create_directory(path("etc/sub"));
  const auto problems = said(take_snapshot(places_));
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(problems[0], "etc/fifo.yaml: is not a regular file");
  EXPECT_TRUE(problems[1].starts_with("etc/link.yaml: is a link to nothing")) << problems[1];
  EXPECT_TRUE(problems[2].starts_with("etc/loop.yaml: is a link to nothing")) << problems[2];
}

TEST_F(Snapshots, AFileInTheirDirectorysPlaceIsAProblem) {
  write("wsrelayd.yaml", "main");
  fs::remove(path("usr"));
  write("usr", "");
  EXPECT_EQ(said(take_snapshot(places_)), Texts{"usr: cannot be listed: Not a directory"});
}

TEST_F(Snapshots, SixteenMebibytesInAllAreTheMost) {
  write("wsrelayd.yaml", std::string(9 << 20, '#'));
  write("etc/a.yaml", std::string(9 << 20, '#'));
  EXPECT_EQ(said(take_snapshot(places_)),
            Texts{"etc/a.yaml: is too large: the configuration may have 16 MiB in all"});
}

TEST_F(Snapshots, WhatStandsStillIsReadAtTheSecondLook) {
  write("wsrelayd.yaml", "main");
  Reading reading(places_);
  reading.look();
  EXPECT_TRUE(reading.again());
  reading.look();
  EXPECT_FALSE(reading.again());
  EXPECT_EQ(texts(reading.take()), Texts{"main"});
}

struct Move {
  const char* name;
  void (*make)(const std::string& directory);
  std::vector<std::string> texts;  // in the end; before, it is main and a
};

class Moving : public Snapshots, public testing::WithParamInterface<Move> {};

TEST_P(Moving, IsSeenAndReadAgain) {
  write("wsrelayd.yaml", "main");
  write("etc/a.yaml", "a");
  Reading reading(places_);
  reading.look();
  GetParam().make(root_.string());
  reading.look();
  EXPECT_TRUE(reading.again());
  reading.look();
  EXPECT_FALSE(reading.again());
  const Snapshot snapshot = reading.take();
  EXPECT_EQ(texts(snapshot), GetParam().texts);
  EXPECT_EQ(said(snapshot), Texts{});
}

void put(const std::string& file, const char* text) {
  std::ofstream(file) << text;
}

INSTANTIATE_TEST_SUITE_P(
    DropIns, Moving,
    testing::Values(
        Move{"Longer",
             [](const std::string& at) { put(at + "/etc/a.yaml", "more"); },
             {"main", "more"}},
        Move{"OfTheSameLength",
             [](const std::string& at) {
               put(at + "/fresh", "b");
               fs::rename(at + "/fresh", at + "/etc/a.yaml");
             },
             {"main", "b"}},
        Move{"Emptied", [](const std::string& at) { put(at + "/etc/a.yaml", ""); }, {"main"}},
        Move{"Removed", [](const std::string& at) { fs::remove(at + "/etc/a.yaml"); }, {"main"}},
        Move{"Added",
             [](const std::string& at) { put(at + "/usr/b.yaml", "b"); },
             {"main", "a", "b"}},
        Move{"Masked",
             [](const std::string& at) {
               fs::remove(at + "/etc/a.yaml");
               fs::create_symlink("/dev/null", at + "/etc/a.yaml");
             },
             {"main"}},
        Move{"TheMainFile",
             [](const std::string& at) { put(at + "/wsrelayd.yaml", "Main!"); },
             {"Main!", "a"}}),
    [](const auto& row) { return row.param.name; });

TEST_F(Snapshots, ALinkToNothingThatIsMendedInTimeIsNoProblem) {
  write("wsrelayd.yaml", "main");
  fs::create_symlink(path("later"), path("etc/a.yaml"));
  Reading reading(places_);
  reading.look();
  write("later", "there");
  reading.look();
  EXPECT_TRUE(reading.again());
  reading.look();
  EXPECT_EQ(texts(reading.take()), (Texts{"main", "there"}));
}

TEST_F(Snapshots, WhatNeverComesToRestIsAProblem) {
  Reading reading(places_);
  unsigned looks = 0;
  for (; reading.again(); ++looks) {
    replace("wsrelayd.yaml", std::to_string(looks));
    reading.look();
  }
  EXPECT_EQ(looks, Reading::kMostLooks + 1);
  const Snapshot snapshot = reading.take();
  EXPECT_EQ(said(snapshot),
            Texts{"wsrelayd.yaml: is being written to — reload again when it is done"});
  EXPECT_TRUE(snapshot.files.empty());
}

}  // namespace
}  // namespace wsrelay::daemon
