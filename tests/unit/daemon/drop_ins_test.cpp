#include "daemon/drop_ins.hpp"

#include <gtest/gtest.h>

namespace wsrelay::daemon {
namespace {

using Kind = Entry::Kind;

std::vector<std::string> files(const Selection& selection) {
  std::vector<std::string> paths;
  for (const Entry& entry : selection.entries) paths.push_back(entry.path);
  return paths;
}

std::vector<std::string> texts(const Selection& selection) {
  std::vector<std::string> all;
  for (const config::Problem& problem : selection.problems) all.push_back(problem.text());
  return all;
}

using Paths = std::vector<std::string>;

struct PlacesRow {
  const char* name;
  std::string main;
  Paths directories;
};

class PlacesOf : public testing::TestWithParam<PlacesRow> {};

TEST_P(PlacesOf, FollowFromTheMainFilesName) {
  const Places places = places_of(GetParam().main);
  EXPECT_EQ(places.main, GetParam().main);
  EXPECT_EQ(places.directories, GetParam().directories);
}

INSTANTIATE_TEST_SUITE_P(
    DropIns, PlacesOf,
    testing::Values(PlacesRow{"BesideIt", "/etc/wsrelayd/a.yaml", {"/etc/wsrelayd/a.conf.d"}},
                    PlacesRow{"Relative", "test.yaml", {"test.conf.d"}},
                    PlacesRow{"DotsInTheName", "/x/a.b.yaml", {"/x/a.b.conf.d"}},
                    PlacesRow{"AnotherSuffixHasNone", "/etc/wsrelayd.conf", {}},
                    PlacesRow{"YmlHasNone", "/etc/a.yml", {}},
                    PlacesRow{"ASuffixIsNoName", "/etc/.yaml", {}},
                    PlacesRow{"Nothing", "/dev/null", {}}),
    [](const auto& row) { return row.param.name; });

TEST(DropIns, TheStandardFileHasFourDirectoriesHoweverItIsSpelt) {
  const std::string standard = standard_file();
  const std::string directory = standard.substr(0, standard.rfind('/') + 1);
  const Paths four{"/usr/lib/wsrelayd/conf.d", "/usr/local/lib/wsrelayd/conf.d",
                   "/run/wsrelayd/conf.d", directory + "conf.d"};
  EXPECT_EQ(places_of(standard).directories, four);
  EXPECT_EQ(places_of(directory + "./x/../wsrelayd.yaml").directories, four);
}

struct Row {
  const char* name;
  std::vector<Entry> entries;  // lighter directories first
  Paths files;
  Paths problems = {};
};

class Selecting : public testing::TestWithParam<Row> {};

TEST_P(Selecting, ChoosesAsSystemdDoes) {
  const Selection selection = select(GetParam().entries);
  EXPECT_EQ(files(selection), GetParam().files);
  EXPECT_EQ(texts(selection), GetParam().problems);
}

INSTANTIATE_TEST_SUITE_P(
    DropIns, Selecting,
    testing::Values(
        Row{"NoneAreNone", {}, {}},
        Row{"ByNameNotByDirectory",
            {{"/usr/30.yaml"}, {"/usr/10.yaml"}, {"/run/20.yaml"}, {"/etc/05.yaml"}},
            {"/etc/05.yaml", "/usr/10.yaml", "/run/20.yaml", "/usr/30.yaml"}},
        Row{"ByBytes",
            {{"/etc/b.yaml"}, {"/etc/B.yaml"}, {"/etc/a-b.yaml"}, {"/etc/a.yaml"}},
            {"/etc/B.yaml", "/etc/a-b.yaml", "/etc/a.yaml", "/etc/b.yaml"}},
        Row{"TheWeightiestOfEqualNamesCounts",
            {{"/usr/a.yaml"}, {"/local/a.yaml"}, {"/run/a.yaml"}, {"/etc/a.yaml"}},
            {"/etc/a.yaml"}},
        Row{"RunBeatsUsr", {{"/usr/a.yaml"}, {"/run/a.yaml"}}, {"/run/a.yaml"}},
        Row{"AnEmptyFileMasks",
            {{"/usr/a.yaml"}, {"/usr/b.yaml"}, {"/etc/a.yaml", Kind::Empty}},
            {"/usr/b.yaml"}},
        Row{"AMaskOfALighterDirectoryMasksNothing",
            {{"/usr/a.yaml", Kind::Empty}, {"/etc/a.yaml"}},
            {"/etc/a.yaml"}},
        Row{"WhatIsMaskedMayBeBroken",
            {{"/usr/a.yaml", Kind::Dangling}, {"/etc/a.yaml", Kind::Empty}},
            {}},
        Row{"ALinkToNothing",
            {{"/usr/a.yaml"}, {"/etc/a.yaml", Kind::Dangling}, {"/etc/b.yaml"}},
            {"/etc/b.yaml"},
            {"/etc/a.yaml: is a link to nothing — remove it, or link it to /dev/null to mask other "
             "files of its name"}},
        Row{"AFifo", {{"/etc/a.yaml", Kind::Special}}, {}, {"/etc/a.yaml: is not a regular file"}},
        Row{"ADirectoryWithAFilesName",
            {{"/etc/a.yaml", Kind::Directory}},
            {},
            {"/etc/a.yaml: is a directory, not a file"}},
        Row{"OtherDirectoriesAreNotDescended", {{"/etc/old", Kind::Directory}}, {}},
        Row{"BehindAClosedDoor",
            {{"/etc/a.yaml", Kind::Hidden, 13}},
            {},
            {"/etc/a.yaml: cannot be looked at: Permission denied"}},
        Row{"Yml",
            {{"/etc/a.yml"}},
            {},
            {"/etc/a.yml: warning: is passed over: the name of a drop-in ends in .yaml — rename it "
             "to a.yaml"}},
        Row{"AnotherSuffix",
            {{"/etc/a.conf"}},
            {},
            {"/etc/a.conf: warning: is passed over: the name of a drop-in ends in .yaml"}}),
    [](const auto& row) { return row.param.name; });

class Leftover : public testing::TestWithParam<const char*> {};

TEST_P(Leftover, IsNotWorthAWord) {
  for (const std::string directory : {"/usr/lib/wsrelayd/conf.d/", "/etc/wsrelayd/conf.d/"}) {
    const Selection selection = select({{directory + GetParam()}, {directory + "a.yaml"}});
    EXPECT_EQ(files(selection), Paths{directory + "a.yaml"});
    EXPECT_EQ(texts(selection), Paths{});
  }
}

INSTANTIATE_TEST_SUITE_P(DropIns, Leftover,
                         testing::Values(".a.yaml", ".a.yaml.swp", "a.yaml~", "#a.yaml#",
                                         "a.yaml.dpkg-old", "a.yaml.dpkg-dist", "a.yaml.dpkg-new",
                                         "a.yaml.ucf-dist", "a.yaml.rpmnew", "a.yaml.rpmsave",
                                         "a.yaml.rpmorig", "a.yaml.swp", "a.yaml.bak",
                                         "a.yaml.orig", "a.yaml.tmp", ".#a.yaml"));

TEST(DropIns, ANameThatMovesTheCursorIsPrintedAsBlanks) {
  const Selection selection = select({{"/etc/a\n\x1b[31m.conf"}});
  ASSERT_EQ(selection.problems.size(), 1U);
  EXPECT_TRUE(selection.problems[0].text().starts_with("/etc/a  [31m.conf: warning: "));
}

}  // namespace
}  // namespace wsrelay::daemon
