// Reads secrets where a SecretRef says they stand, at the moment of use:
//   {credential: NAME}  a file in systemd's credentials directory, byte-exact
//   {file: PATH}        byte-exact; only root or we own it, only they may write it, and not
//   everybody
//                       may read it
//   {env: NAME}         read once at start; the environment's copy is overwritten with 'x'
// What is joined is read part by part; the first that cannot be read is the error.
// Knows nothing of configuration keys. Errors are Fault::Local and name the place, never the value.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <sys/types.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/secret.hpp"

namespace wsrelay::io {

class Secrets {
 public:
  explicit Secrets(std::string credentials_directory = {})
      : directory_(std::move(credentials_directory)) {}

  /// Takes a variable out of the process's environment; call once for each that is named, at start.
  void take_from_environment(const std::string& name);
  Result<Secret> read(const SecretRef& ref) const;
  /// What read() would object to, as far as that can be told without reading; for those who check a
  /// configuration. A variable counts as there while it stands in the environment.
  Result<void> check(const SecretRef& ref) const;
  /// Files of that user count as ours: root checks for the user who will read them.
  void trust_owner(uid_t user) { owners_.push_back(user); }

 private:
  Result<std::string> credential_path(const std::string& name) const;
  Result<Secret> read_parts(const SecretRef& ref) const;

  std::string directory_;
  std::map<std::string, Secret> environment_;
  std::vector<uid_t> owners_ = {0, ::geteuid()};
};

}  // namespace wsrelay::io
