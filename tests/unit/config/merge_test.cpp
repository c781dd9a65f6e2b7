#include <array>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.hpp"

namespace wsrelay::config {
namespace {

using testing::ElementsAre;
using testing::Pair;

Loaded load_all(std::initializer_list<std::string_view> texts) {
  std::vector<File> files;
  for (const std::string_view text : texts)
    files.push_back({std::to_string(files.size()) + ".yaml", std::string(text)});
  return load(files);
}

Config good(std::initializer_list<std::string_view> texts) {
  Loaded loaded = load_all(texts);
  for (const Problem& problem : loaded.problems) ADD_FAILURE() << problem.text();
  return std::move(loaded.config);
}

std::vector<std::string> said(const Loaded& loaded) {
  std::vector<std::string> lines;
  for (const Problem& problem : loaded.problems) {
    const std::string text = problem.text();
    lines.push_back(text.substr(0, text.find('\n')));
  }
  return lines;
}

struct Case {
  const char* name;
  std::string_view first;
  std::string_view second;
  std::string_view same_as;
};

class Merge : public testing::TestWithParam<Case> {};
TEST_P(Merge, IsAsIfItStoodInOneFile) {
  EXPECT_EQ(good({GetParam().first, GetParam().second}), good({GetParam().same_as}));
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Merge,
    testing::Values(
        Case{"SingleValuesOfTheLaterFileCount", "name: a\nlog: {level: debug}", "name: b",
             "name: b\nlog: {level: debug}"},
        Case{"GroupsMergeByKey", "mqtt: {keepalive: 30s, session_expiry: 5s}",
             "mqtt: {keepalive: 40s}", "mqtt: {keepalive: 40s, session_expiry: 5s}"},
        Case{"AnInstanceOfItsOwnFile", "instances: {a: {url: 'ws://localhost/a'}}",
             "instances: {b: {url: 'ws://localhost/b'}}",
             "instances: {a: {url: 'ws://localhost/a'}, b: {url: 'ws://localhost/b'}}"},
        Case{"OneKeyOfAnInstance", "instances: {a: {url: 'wss://localhost/a', tls: {verify: full}}}",
             "instances: {a: {enabled: false}}",
             "instances: {a: {url: 'wss://localhost/a', enabled: false}}"},
        Case{"ListsReplace", "instances: {a: {url: 'ws://localhost/', subprotocols: [x, y]}}",
             "instances: {a: {subprotocols: [z]}}",
             "instances: {a: {url: 'ws://localhost/', subprotocols: [z]}}"},
        Case{"AReferenceIsOneValue", "mqtt: {username: u, password: {file: /a}}",
             "mqtt: {password: {credential: b}}", "mqtt: {username: u, password: {credential: b}}"},
        Case{"HeadersKnowNoCase", "defaults: {headers: {X-Key: one, Other: two}}",
             "defaults: {headers: {x-key: three}}",
             "defaults: {headers: {X-Key: three, Other: two}}"},
        Case{"LaterDefaultsCountForEarlierInstances", "instances: {a: {url: 'ws://localhost/'}}",
             "defaults: {receive: frames}",
             "instances: {a: {url: 'ws://localhost/', receive: frames}}\ndefaults: {receive: "
             "frames}"},
        Case{"AWordReplacesAGroup", "defaults: {deflate: {threshold: 1KiB}}",
             "defaults: {deflate: off}", "defaults: {deflate: off}"},
        Case{"AGroupReplacesAWord", "defaults: {deflate: off}",
             "defaults: {deflate: {threshold: 1KiB}}", "defaults: {deflate: {threshold: 1KiB}}"},
        Case{"AnEmptyGroupSaysNothing", "mqtt: {keepalive: 30s}",
             "mqtt:\ninstances:", "mqtt: {keepalive: 30s}"},
        Case{"AnEmptyFileSaysNothing", "mqtt: {keepalive: 30s}", "# nothing\n",
             "mqtt: {keepalive: 30s}"},
        Case{"ALabelOfTheSameName", "defaults: {labels: {site: a, floor: '1'}}",
             "defaults: {labels: {site: b}}", "defaults: {labels: {site: b, floor: '1'}}"},
        Case{"ADropInOnACopy",
             "instances: {'room-{{each}}': {for_each: 1..2, url: 'ws://localhost/{{each}}'}}",
             "instances: {room-2: {enabled: false}}",
             "instances: {room-1: {url: 'ws://localhost/1'}, room-2: {url: 'ws://localhost/2', "
             "enabled: false}}"}),
    [](const auto& row) { return row.param.name; });

TEST(SeveralFiles, AProblemNamesItsFile) {
  EXPECT_THAT(said(load_all({"name: a", "mqtt:\n  keepalive: 5", "log: {level: loud}"})),
              ElementsAre("1.yaml:2:14: mqtt.keepalive: '5' is a number without a unit — write 5s "
                          "for seconds, or 5ms",
                          "2.yaml:1:14: log.level: 'loud' is not error, warning, notice, info or "
                          "debug"));
}

TEST(SeveralFiles, TheSameKeyTwiceInOneFileIsAProblemInTwoIsNone) {
  EXPECT_THAT(said(load_all({"name: a", "name: b\nname: c"})),
              ElementsAre("1.yaml:2:1: name: stands here twice — remove one of the two"));
}

TEST(SeveralFiles, OneThatBreaksOffHidesNoProblemOfTheOthers) {
  const auto lines = said(load_all({"instances: [", "instances: {a: {enabled: maybe}}"}));
  ASSERT_EQ(lines.size(), 2U);  // and none that the url is missing: it may stand in the rest
  EXPECT_TRUE(lines[0].starts_with("0.yaml:")) << lines[0];
  EXPECT_EQ(lines[1], "1.yaml:1:26: instances.a.enabled: 'maybe' is not true or false");
}

TEST(SeveralFiles, AReplacedSecretIsNotShownEither) {
  const Loaded loaded = load_all({"mqtt: {username: u, password: hunter2, keepalive: 5}",
                                  "mqtt: {password: {credential: x}}"});
  for (const Problem& problem : loaded.problems)
    EXPECT_EQ(problem.text().find("hunter2"), std::string::npos) << problem.text();
}

TEST(SeveralFiles, EachValueRemembersItsPlace) {
  const Loaded loaded = load_all({"mqtt: {keepalive: 30s}", "# a\nmqtt:\n  session_expiry: 5s"});
  const Node* mqtt = loaded.written.tree.find("mqtt");
  ASSERT_NE(mqtt, nullptr);
  EXPECT_EQ(mqtt->find("keepalive")->place, (Place{1, 19, 0}));
  EXPECT_EQ(mqtt->find("session_expiry")->place, (Place{3, 19, 1}));
  EXPECT_THAT(loaded.written.files, ElementsAre("0.yaml", "1.yaml"));
}

TEST(SeveralFiles, NoFileAtAllIsTheDefaultConfiguration) {
  const Loaded loaded = load(std::span<const File>());
  EXPECT_TRUE(loaded.ok());
  EXPECT_EQ(loaded.config, Config{});
}

// What a later file says instead may be put down in any number of files: only the order counts.
TEST(SeveralFiles, MergingInTwoStepsIsMergingAtOnce) {
  std::vector<File> files;
  for (int i = 0; i < 50; ++i)
    files.push_back({std::to_string(i), "instances: {i" + std::to_string(i % 7) +
                                            ": {url: 'ws://localhost/" + std::to_string(i) +
                                            "', labels: {l" + std::to_string(i) + ": x}}}"});
  const Loaded all = load(files);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all.config.instances.size(), 7U);
  EXPECT_EQ(all.config.instances.at("i0").client.url.target, "/49");
  EXPECT_EQ(all.config.instances.at("i0").labels.size(), 8U);  // 0 7 14 21 28 35 42 49
}

class Objecting final : public Surroundings {
 public:
  explicit Objecting(bool strict) : strict_(strict) {}
  std::optional<Objection> objection_to(const SecretRef& ref) const override {
    if (ref.name != "/gone") return std::nullopt;
    return Objection{"is not there", "put it there"};
  }
  std::optional<Objection> objection_to_file(const std::string& path) const override {
    if (path != "/no-ca") return std::nullopt;
    return Objection{"cannot be opened"};
  }
  bool strict() const override { return strict_; }

 private:
  bool strict_;
};

TEST(TheSurroundings, ObjectAtThePlaceOfTheReference) {
  const Objecting strict(true), lenient(false);
  const std::array files{File{"a",
                              "mqtt: {username: u, password: {file: /gone}}\n"
                              "defaults: {tls: {ca_file: /no-ca}}\n"}};
  EXPECT_THAT(said(load(files, &strict)),
              ElementsAre("a:1:38: mqtt.password.file: is not there — put it there",
                          "a:2:27: defaults.tls.ca_file: cannot be opened"));
  EXPECT_FALSE(load(files, &strict).ok());
  EXPECT_TRUE(load(files, &lenient).ok());
  EXPECT_EQ(said(load(files, &lenient)).size(), 2U);
  EXPECT_TRUE(load(files).problems.empty());
}

}  // namespace
}  // namespace wsrelay::config
