// From an address to an established stream: resolve, connect (happy eyeballs, RFC 8305), the proxy
// if there is one, TLS.
// `Dialer` is the seam where tests put a network of their own; NetDialer is the real one.
//
// The owner of a Dial is a Task: it calls advance() in its run() until a stream or an error comes
// out, and waits for wait() in between. A Dial wakes its owner through `owner`, which must outlive
// it. Dropping a Dial abandons the attempt.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/url.hpp"
#include "io/byte_stream.hpp"
#include "io/proxy.hpp"
#include "io/task.hpp"
#include "io/tcp_settings.hpp"
#include "io/tls_settings.hpp"

namespace wsrelay::io {

/// The longest that each phase may take.
struct DialTimeouts {
  Duration dns = std::chrono::seconds(10);
  Duration connect = std::chrono::seconds(10);  // all addresses together
  Duration proxy = std::chrono::seconds(10);    // from the connection to its consent
  Duration tls = std::chrono::seconds(10);

  friend bool operator==(const DialTimeouts&, const DialTimeouts&) = default;
};

struct DialTarget {
  Url url;  // scheme says TLS or not; unix: is a socket path
  std::optional<Proxy> proxy = {};
  TcpSettings tcp = {};
  TlsSettings tls = {};
  Secret key_password = {};  // what tls.key_password leads to
  DialTimeouts timeouts = {};
};

enum class DialPhase : std::uint8_t { Resolving, Connecting, Proxy, Tls };
constexpr std::string_view name_of(DialPhase phase) {
  constexpr std::string_view kNames[] = {"resolving", "connecting", "proxy", "tls"};
  return kNames[static_cast<std::size_t>(phase)];
}

class Dial {
 public:
  virtual ~Dial() = default;
  /// All progress possible at `now`. Null while under way; an error (Dns, Tcp, Proxy, Tls, Timeout
  /// with its phase) ends the attempt.
  virtual Result<std::unique_ptr<ByteStream>> advance(Instant now) = 0;
  /// For the phases to come; the one under way keeps its own.
  virtual void adjust(const DialTimeouts&) {}
  virtual DialPhase phase() const = 0;
  virtual Wait wait() const = 0;
};

class Dialer {
 public:
  virtual std::unique_ptr<Dial> dial(DialTarget target, const Registration& owner, Instant now) = 0;

 protected:
  ~Dialer() = default;
};

}  // namespace wsrelay::io
