// What TLS connections with equal settings share: the trust store and our own certificate. The
// system's store costs megabytes and milliseconds to load, so it is loaded once, when first needed.
// Errors are Fault::Tls and name the file, without a PIN; or Local for a PIN's file.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "base/error.hpp"
#include "io/tls_settings.hpp"

struct gnutls_certificate_credentials_st;

namespace wsrelay::io {

/// Immutable; lives as long as the last session that uses it.
class TlsContext {
 public:
  static Result<std::shared_ptr<const TlsContext>> load(const TlsSettings& settings);
  gnutls_certificate_credentials_st* credentials() const { return credentials_.get(); }

 private:
  struct Free {
    void operator()(gnutls_certificate_credentials_st* object) const noexcept;
  };
  using Credentials = std::unique_ptr<gnutls_certificate_credentials_st, Free>;
  explicit TlsContext(Credentials credentials) : credentials_(std::move(credentials)) {}

  Credentials credentials_;
};

class TlsContexts {
 public:
  /// Equal files give the same context; `verify` and the names belong to the session. What fails
  /// is tried again the next time, but not a PIN: after three wrong ones most tokens lock
  /// themselves. That error stays until reload().
  Result<std::shared_ptr<const TlsContext>> context(const TlsSettings& settings);
  /// Reads all files anew, for the connections to come. Where that fails the old context stays;
  /// the errors say which.
  std::vector<Error> reload();

 private:
  using Files = std::tuple<std::string, std::string, std::string>;  // CA, certificate, key
  struct Entry {
    TlsSettings settings;
    Result<std::shared_ptr<const TlsContext>> context;
  };
  std::map<Files, Entry> entries_;
};

}  // namespace wsrelay::io
