#include "base/secret.hpp"

#include <sstream>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace wsrelay {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};

TEST(Secret, CannotBePrintedNorTurnedIntoText) {
  static_assert(Streamable<std::string>);
  static_assert(!Streamable<Secret>);
  static_assert(!Streamable<SecretRef>);
  static_assert(!std::is_convertible_v<Secret, std::string>);
  static_assert(!std::is_convertible_v<Secret, std::string_view>);
  static_assert(!std::is_convertible_v<std::string, Secret>);
  EXPECT_EQ(Secret("x").reveal(), "x");
}

struct Length {
  const char* name;
  std::size_t length;
};
class OfLength : public testing::TestWithParam<Length> {
 protected:
  const std::string text_ = std::string(GetParam().length, 's');
};

TEST_P(OfLength, CopiesAreEqualAndTheirOwn) {
  Secret a(text_);
  const Secret b = a;
  EXPECT_EQ(a, b);
  a = Secret("other");
  EXPECT_EQ(b.reveal(), text_);
  Secret c;
  c = b;
  EXPECT_EQ(c, b);
}

TEST_P(OfLength, AMoveLeavesNothingBehind) {
  Secret a(text_);
  const Secret b = std::move(a);
  EXPECT_EQ(b.reveal(), text_);
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): that is the claim
  Secret c("before");
  Secret d(text_);
  c = std::move(d);
  EXPECT_EQ(c.reveal(), text_);
  EXPECT_TRUE(d.empty());  // NOLINT(bugprone-use-after-move)
}

TEST_P(OfLength, AssignmentToItselfChangesNothing) {
  Secret a(text_);
  Secret& same = a;
  a = same;
  EXPECT_EQ(a.reveal(), text_);
  a = std::move(same);
  EXPECT_EQ(a.reveal(), text_);
}

INSTANTIATE_TEST_SUITE_P(Rows, OfLength,
                         testing::Values(Length{"Empty", 0}, Length{"Short", 5},
                                         Length{"LastInPlace", 15}, Length{"FirstOnHeap", 16},
                                         Length{"Long", 5000}),
                         [](const auto& row) { return row.param.name; });

// A short text lives inside the object, which we may look at after its value has gone.
TEST(Secret, WipesItsBytesWhenItIsReplaced) {
  Secret secret("hunter2");
  const auto holds = [&](std::string_view text) {
    const std::string_view bytes(reinterpret_cast<const char*>(&secret), sizeof(secret));
    return bytes.find(text) != std::string_view::npos;
  };
  ASSERT_TRUE(holds("hunter2"));
  secret = Secret("x");
  EXPECT_FALSE(holds("unter2")) << "the rest of the longer value is still there";
  secret = Secret("hunter2");
  const Secret moved = std::move(secret);
  EXPECT_FALSE(holds("unter2"));
  EXPECT_EQ(moved.reveal(), "hunter2");
}

TEST(Secret, IsJoinedOfParts) {
  EXPECT_TRUE(Secret::joined({}).empty());
  const std::vector<Secret> parts{Secret("Bearer "), Secret(), Secret(std::string("a\0b", 3)),
                                  Secret(std::string(100, 'x'))};
  EXPECT_EQ(Secret::joined(parts).reveal(), std::string("Bearer a\0b", 10) + std::string(100, 'x'));
}

TEST(SecretRef, TellsItsPartsInTheirOrder) {
  using Source = SecretRef::Source;
  const SecretRef plain{.source = Source::File, .name = "/a"};
  const SecretRef joined{
      .source = Source::Joined,
      .parts = {{.source = Source::Literal, .literal = Secret("x"), .name = "1"},
                {.source = Source::Joined, .parts = {{.source = Source::Environment, .name = "2"}}},
                {.source = Source::Credential, .name = "3"}}};
  std::string names;
  const auto note = [&](const SecretRef& part) { names += part.name; };
  plain.for_each_part(note);
  joined.for_each_part(note);
  EXPECT_EQ(names, "/a123");
  EXPECT_EQ(joined, SecretRef(joined));
  EXPECT_NE(joined, plain);
}

TEST(SecretRef, HasAPlaceThatPeopleMayRead) {
  using Source = SecretRef::Source;
  const SecretRef file{.source = Source::File, .name = "/run/a"};
  const SecretRef credential{.source = Source::Credential, .name = "b"};
  const SecretRef variable{.source = Source::Environment, .name = "C"};
  const SecretRef literal{.source = Source::Literal, .literal = Secret("hush")};
  EXPECT_EQ(place_of({}), "");
  EXPECT_EQ(place_of(literal), "");
  EXPECT_EQ(place_of(file), "/run/a");
  EXPECT_EQ(place_of({.source = Source::Joined, .parts = {literal, credential, variable}}),
            "the credential b and the variable C");
}

TEST(SecretRef, IsEqualByPlaceAndValue) {
  const SecretRef file{.source = SecretRef::Source::File, .name = "/a"};
  const SecretRef variable{.source = SecretRef::Source::Environment, .name = "/a"};
  EXPECT_EQ(file, file);
  EXPECT_NE(file, variable);
  EXPECT_EQ(SecretRef{}.source, SecretRef::Source::None);
}

}  // namespace
}  // namespace wsrelay
