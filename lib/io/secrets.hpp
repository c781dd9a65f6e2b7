// Reads secrets where a SecretRef says they stand, at the moment of use:
//   {credential: NAME}  a file in systemd's credentials directory, byte-exact
//   {file: PATH}        byte-exact; must not be readable by everybody
//   {env: NAME}         read once at start; the environment's copy is overwritten with 'x'
// What is joined is read part by part; the first that cannot be read is the error.
// Knows nothing of configuration keys. Errors are Fault::Local and name the place, never the value.
#pragma once

#include <map>
#include <string>

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

 private:
  Result<Secret> read_parts(const SecretRef& ref) const;

  std::string directory_;
  std::map<std::string, Secret> environment_;
};

}  // namespace wsrelay::io
