// What goes along while the tree is read: the key we stand at, the problems found so far, the
// secrets that have a name, and which values must never be shown. Reading never stops at a problem;
// the value keeps its default.
#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "base/secret.hpp"
#include "config/document.hpp"
#include "config/problem.hpp"
#include "config/source.hpp"

namespace wsrelay::config {

inline constexpr std::size_t kMostProblems = 1000;

/// The top level's `secrets`.
using NamedSecrets = std::map<std::string, SecretRef>;

class Reading {
 public:
  Reading(std::string_view file, std::string_view text) : file_(file), source_(text) {}

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
  /// Whether we stand at or below a key that sounds as if a secret stood there.
  bool among_secrets() const { return sounds_secret(key_); }
  void hide(const Node& value) { source_.hide(value); }
  /// For the texts that are read after it: {{secret:NAME}}.
  void name_secrets(NamedSecrets secrets) { secrets_ = std::move(secrets); }
  const NamedSecrets& named_secrets() const { return secrets_; }

  /// In the order of the file, with their source lines; the same thing is said once, and past
  /// kMostProblems of a kind only their number.
  /// `complete`: whether the whole file was read, and so all that is secret in it is known.
  Problems take(bool complete);

 private:
  void say(Place place, std::string key, std::string what, std::string hint, bool warning);

  std::string file_;
  Source source_;
  std::string key_;
  NamedSecrets secrets_;
  Problems problems_;
  std::array<std::size_t, 2> counts_{};  // problems, warnings
  std::set<std::tuple<Place, std::string, std::string>> said_;
};

}  // namespace wsrelay::config
