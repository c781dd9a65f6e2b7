// What TLS connections with equal settings share: the trust store and our own certificate. The
// system's store costs megabytes and milliseconds to load, so it is loaded once, when first needed,
// and again when its file has changed. Errors are Fault::Tls and name the file, without a PIN or a
// password; or Local for a PIN's file.
#pragma once

#include <array>
#include <compare>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "io/file_stamp.hpp"
#include "io/tls_settings.hpp"

struct gnutls_certificate_credentials_st;

namespace wsrelay::io {

/// Immutable; lives as long as the last session that uses it.
class TlsContext {
 public:
  static Result<std::shared_ptr<const TlsContext>> load(const TlsSettings& settings,
                                                        const Secret& key_password = Secret());
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
  TlsContexts();

  /// Equal files and passwords give the same context; `verify` and the names belong to the session.
  /// A file that changed is read anew, for the connections to come; that costs three stat() where
  /// nothing did. If what it holds now cannot be used, perhaps because it is half written, the old
  /// context stays until the file changes again: see take_errors().
  /// What fails the first time is tried again the next time, but not a PIN: after three wrong ones
  /// most tokens lock themselves. That error stays until refresh().
  Result<std::shared_ptr<const TlsContext>> context(const TlsSettings& settings,
                                                    const Secret& key_password = Secret());
  /// The next context() reads all anew, also what stands in tokens, and tries PINs again.
  void refresh();
  /// Why files that changed were not taken over, once for each change; at most 16.
  std::vector<Error> take_errors() { return std::exchange(errors_, {}); }

 private:
  using Loaded = Result<std::shared_ptr<const TlsContext>>;
  using Digest = std::array<std::byte, 32>;
  struct Identity {
    std::string ca, certificate, key;
    Digest password;  // salted: known again, and not kept

    friend auto operator<=>(const Identity&, const Identity&) = default;
  };
  using Stamps = std::array<FileStamp, 3>;  // CA, certificate, key
  struct Entry {
    Loaded context;
    Stamps stamps;
    bool stale = false;

    bool is_settled(const Stamps& now) const;
  };
  Loaded keep(const Identity& identity, const Stamps& stamps, Loaded loaded);

  std::array<std::byte, 16> salt_{};
  std::map<Identity, Entry> entries_;
  std::vector<Error> errors_;
};

}  // namespace wsrelay::io
