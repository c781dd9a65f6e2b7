#include "io/secrets.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wsrelay::io {
namespace {

using Source = SecretRef::Source;

class SecretsTest : public testing::Test {
 protected:
  std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("secrets-test-" + std::to_string(getpid()));
  void SetUp() override { std::filesystem::create_directory(directory); }
  void TearDown() override { std::filesystem::remove_all(directory); }

  std::string file(const std::string& name, const std::string& bytes, mode_t mode) {
    const std::string path = directory / name;
    std::ofstream(path, std::ios::binary) << bytes;
    chmod(path.c_str(), mode);
    return path;
  }
  static SecretRef ref(Source source, const std::string& name) {
    return {.source = source, .literal = {}, .name = name};
  }
};

TEST_F(SecretsTest, AFileIsTakenByteByByte) {
  const std::string bytes("\0\n key \xff\n", 9);
  const auto secret = Secrets().read(ref(Source::File, file("key", bytes, 0600)));
  ASSERT_TRUE(secret) << secret.error().text;
  EXPECT_EQ(secret->reveal(), bytes);
}

TEST_F(SecretsTest, AFileIsReadAnewEachTime) {
  const std::string path = file("key", "old", 0640);
  EXPECT_EQ(Secrets().read(ref(Source::File, path))->reveal(), "old");
  file("key", "new", 0640);
  EXPECT_EQ(Secrets().read(ref(Source::File, path))->reveal(), "new");
}

TEST_F(SecretsTest, AFileForEverybodyIsRefusedWithTheRemedy) {
  const std::string path = file("key", "hush", 0644);
  const auto secret = Secrets().read(ref(Source::File, path));
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().fault, Fault::Local);
  EXPECT_EQ(secret.error().text, "everybody may read " + path + ": chmod o-rwx " + path);
}

struct ModeRow {
  const char* name;
  mode_t mode;
  const char* remedy;  // null: it is taken
};
class ModeOfAFile : public SecretsTest, public testing::WithParamInterface<ModeRow> {};
TEST_P(ModeOfAFile, IsJudgedAlikeByReadAndCheck) {
  const std::string path = file("key", "hush", GetParam().mode);
  const auto secret = Secrets().read(ref(Source::File, path));
  const auto verdict = Secrets().check(ref(Source::File, path));
  EXPECT_EQ(secret.has_value(), GetParam().remedy == nullptr);
  EXPECT_EQ(verdict.has_value(), GetParam().remedy == nullptr);
  if (secret) return;
  EXPECT_NE(secret.error().text.find(GetParam().remedy + (" " + path)), std::string::npos)
      << secret.error().text;
  EXPECT_EQ(verdict.error(), secret.error());
}
INSTANTIATE_TEST_SUITE_P(Rows, ModeOfAFile,
                         testing::Values(ModeRow{"OurselvesOnly", 0600, nullptr},
                                         ModeRow{"NotEvenWe", 0400, nullptr},
                                         ModeRow{"OurGroupReads", 0640, nullptr},
                                         ModeRow{"EverybodyReads", 0604, "chmod o-rwx"},
                                         ModeRow{"EverybodyWrites", 0602, "chmod o-rwx"},
                                         ModeRow{"OurGroupWrites", 0660, "chmod g-w"}),
                         [](const auto& row) { return row.param.name; });

TEST_F(SecretsTest, AFileOfAnotherUserIsRefusedWithTheRemedyUnlessThatOneIsTrusted) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const std::string path = file("key", "hush", 0640);
  ASSERT_EQ(chown(path.c_str(), 4711, 4711), 0);
  Secrets secrets;
  const auto secret = secrets.read(ref(Source::File, path));
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().text,
            path + " belongs to user 4711, who may change it: chown root " + path);
  EXPECT_FALSE(secrets.check(ref(Source::File, path)));
  secrets.trust_owner(4711);
  EXPECT_TRUE(secrets.read(ref(Source::File, path)));
  EXPECT_TRUE(secrets.check(ref(Source::File, path)));
}

TEST_F(SecretsTest, ACheckSaysWhatIsMissingAndReadsNothing) {
  setenv("WSRELAY_TEST_SECRET", "hush", 1);
  const Secrets secrets(directory);
  file("token", "", 0400);
  const SecretRef there{.source = Source::Joined,
                        .parts = {ref(Source::Credential, "token"),
                                  ref(Source::Environment, "WSRELAY_TEST_SECRET"),
                                  {.source = Source::Literal}}};
  EXPECT_TRUE(secrets.check({}));
  EXPECT_TRUE(secrets.check(there));
  EXPECT_STREQ(getenv("WSRELAY_TEST_SECRET"), "hush") << "and takes nothing";
  unsetenv("WSRELAY_TEST_SECRET");
  EXPECT_EQ(secrets.check(there).error().text,
            "the environment variable WSRELAY_TEST_SECRET is not set");
  EXPECT_EQ(secrets.check(ref(Source::File, directory / "none")).error().sys_errno, ENOENT);
  EXPECT_EQ(secrets.check(ref(Source::Credential, "none")).error().sys_errno, ENOENT);
  EXPECT_FALSE(secrets.check(ref(Source::Credential, "../none")));
  EXPECT_FALSE(Secrets().check(ref(Source::Credential, "token")));
}

TEST_F(SecretsTest, WhatIsNoFileIsRefusedAndNeverWaitedFor) {
  const std::string fifo = directory / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  for (const std::string& path : {fifo, directory.string(), std::string("/dev/zero")}) {
    const auto secret = Secrets().read(ref(Source::File, path));
    ASSERT_FALSE(secret) << path;
    EXPECT_EQ(secret.error().text, path + " is not a regular file");
  }
}

TEST_F(SecretsTest, AMissingFileIsNamed) {
  const auto secret = Secrets().read(ref(Source::File, directory / "none"));
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().sys_errno, ENOENT);
  EXPECT_NE(secret.error().text.find("none"), std::string::npos);
}

TEST_F(SecretsTest, OneMebibyteIsTheMost) {
  const std::string most(1 << 20, 'x');
  EXPECT_TRUE(Secrets().read(ref(Source::File, file("most", most, 0600))));
  EXPECT_FALSE(Secrets().read(ref(Source::File, file("more", most + 'x', 0600))));
}

TEST_F(SecretsTest, ACredentialIsAFileInTheDirectoryGiven) {
  file("token", "abc\n", 0444);  // systemd's own modes are not ours to judge
  const auto secret = Secrets(directory).read(ref(Source::Credential, "token"));
  ASSERT_TRUE(secret) << secret.error().text;
  EXPECT_EQ(secret->reveal(), "abc\n");
}

TEST_F(SecretsTest, ACredentialsNameIsAPlainFileName) {
  for (const std::string name : {"", ".", "..", "../passwd", "/etc/passwd", "a/b"})
    EXPECT_FALSE(Secrets(directory).read(ref(Source::Credential, name))) << name;
}

TEST_F(SecretsTest, WithoutCredentialsTheErrorNamesTheDirective) {
  const auto secret = Secrets().read(ref(Source::Credential, "token"));
  ASSERT_FALSE(secret);
  EXPECT_NE(secret.error().text.find("LoadCredential=token"), std::string::npos);
}

TEST_F(SecretsTest, TheEnvironmentIsReadOnceAndOverwritten) {
  setenv("WSRELAY_TEST_SECRET", "hush", 1);
  Secrets secrets;
  secrets.take_from_environment("WSRELAY_TEST_SECRET");
  EXPECT_STREQ(getenv("WSRELAY_TEST_SECRET"), "xxxx");
  secrets.take_from_environment("WSRELAY_TEST_SECRET");  // a second user of the same variable
  EXPECT_EQ(secrets.read(ref(Source::Environment, "WSRELAY_TEST_SECRET"))->reveal(), "hush");
  unsetenv("WSRELAY_TEST_SECRET");
}

TEST_F(SecretsTest, AVariableThatIsNotThereIsNamed) {
  Secrets secrets;
  secrets.take_from_environment("WSRELAY_TEST_UNSET");
  const auto secret = secrets.read(ref(Source::Environment, "WSRELAY_TEST_UNSET"));
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().text, "the environment variable WSRELAY_TEST_UNSET is not set");
}

TEST_F(SecretsTest, WhatIsJoinedIsReadPartByPart) {
  const SecretRef whole{
      .source = Source::Joined,
      .parts = {{.source = Source::Literal, .literal = Secret("Bearer ")},
                ref(Source::File, file("key", "k\n", 0600)),
                {.source = Source::Joined, .parts = {ref(Source::Credential, "key")}}}};
  EXPECT_EQ(Secrets(directory).read(whole)->reveal(), "Bearer k\nk\n");
  file("key", "new", 0600);
  EXPECT_EQ(Secrets(directory).read(whole)->reveal(), "Bearer newnew");
}

TEST_F(SecretsTest, AJoinedOneFailsAsItsFirstMissingPart) {
  const SecretRef whole{
      .source = Source::Joined,
      .parts = {ref(Source::File, file("key", "hush", 0600)), ref(Source::File, directory / "none"),
                ref(Source::Environment, "WSRELAY_TEST_UNSET")}};
  const auto secret = Secrets().read(whole);
  ASSERT_FALSE(secret);
  EXPECT_NE(secret.error().text.find("none"), std::string::npos);
  EXPECT_EQ(secret.error().text.find("hush"), std::string::npos);
}

TEST_F(SecretsTest, NothingAndLiteralsNeedNoPlace) {
  EXPECT_TRUE(Secrets().read({})->empty());
  EXPECT_EQ(
      Secrets().read({.source = Source::Literal, .literal = Secret("l"), .name = {}})->reveal(),
      "l");
}

}  // namespace
}  // namespace wsrelay::io
