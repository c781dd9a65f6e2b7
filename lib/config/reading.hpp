// What goes along while the tree is read: the key we stand at, the problems found so far, the
// secrets that have a name, and which values must never be shown. Reading never stops at a problem;
// the value keeps its default. The tree may come of several files: each place knows its own.
#pragma once

#include <array>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/secret.hpp"
#include "config/document.hpp"
#include "config/file.hpp"
#include "config/problem.hpp"
#include "config/source.hpp"
#include "config/surroundings.hpp"

namespace wsrelay::config {

inline constexpr std::size_t kMostProblems = 1000;

/// The top level's `secrets`.
using NamedSecrets = std::map<std::string, SecretRef>;

class Reading {
 public:
  /// Views the texts, which must outlive it. Without surroundings nobody looks whether a file is
  /// there.
  explicit Reading(std::span<const File> files, const Surroundings* surroundings = nullptr);

  /// While it lives, problems are about this key below the one before.
  class At {
   public:
    At(Reading& reading, std::string_view name);
    At(Reading& reading, std::size_t index);
    ~At() { reading_.key_.resize(length_); }
    At(const At&) = delete;
    At& operator=(const At&) = delete;

   private:
    Reading& reading_;
    std::size_t length_;
  };

  void problem(const Node& node, std::string what, std::string hint = {});
  void warning(const Node& node, std::string what, std::string hint = {});
  void add(const Flaw& flaw);
  /// Asks the surroundings about what `node` refers to, and says what they object to.
  void look_at(const SecretRef& ref, const Node& node);
  void look_at(const std::string& file, const Node& node);

  /// That file could not be read to its end: what is missing in it may still be there, and not all
  /// that is secret in it is known.
  void broke_off(unsigned file);
  bool is_complete() const;

  const std::string& key() const { return key_; }
  /// Whether we stand at or below a key that sounds as if a secret stood there.
  bool among_secrets() const { return sounds_secret(key_); }
  /// For the texts that are read after it: {{secret:NAME}}.
  void name_secrets(NamedSecrets secrets) { secrets_ = std::move(secrets); }
  const NamedSecrets& named_secrets() const { return secrets_; }
  /// Never to be shown: this value, and any single value inside it.
  void hide(const Node& value);
  bool hides(const Node& scalar) const;

  /// In the order of the files, with their source lines; the same thing is said once, and past
  /// kMostProblems of a kind only their number.
  Problems take();

 private:
  struct Text {
    const File& file;
    Source source;
    bool complete = true;
  };
  struct Said {
    Place place;
    Problem problem;
  };
  void say(const Node& node, std::string what, std::string hint, bool warning);
  void say(Place place, std::string key, std::string what, std::string hint, bool warning);
  void object(const Node& node, std::optional<Objection> objection);
  void show(Said& said) const;

  std::vector<Text> texts_;
  const Surroundings* surroundings_;
  std::string key_;
  NamedSecrets secrets_;
  std::vector<Said> said_;
  std::array<std::size_t, 2> counts_{};  // problems, warnings
  std::set<std::tuple<Place, std::string, std::string>> known_;
  std::set<std::pair<Place, bool>> generated_;  // places of copies that were spoken of
};

}  // namespace wsrelay::config
