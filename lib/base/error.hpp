// What went wrong outside of us, as a value: whose fault, a sentence for people, and the figures
// that the state documents report. Errors travel up by return value; the data path throws nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace wsrelay {

/// The error types of the MQTT interface (`last_error.type`); Broker and Local are ours alone.
enum class Fault : std::uint8_t {
  Dns,
  Proxy,
  Tcp,
  Tls,
  Http,
  Protocol,
  TooLarge,
  PongTimeout,
  Timeout,
  ServerClose,
  WriteTimeout,
  Broker,  // the MQTT broker refused or misbehaved
  Local,   // something on this machine: a secret that cannot be read, no file descriptor left
};

/// "dns", "proxy", … as they stand in documents, journal fields and the manual.
std::string_view name_of(Fault fault);

struct Error {
  Fault fault = Fault::Local;
  std::string text;         // one sentence, no secret in it, no trailing full stop
  std::string phase = {};   // where: resolving connecting proxy tls upgrading ready closing
  int sys_errno = 0;        // 0: none
  int http_status = 0;      // Http, Proxy: the status of the refusal
  int tls_code = 0;         // Tls: the library's (negative) code
  unsigned tls_verify = 0;  // Tls: certificate status bits
  std::uint16_t close_code = 0;

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = tl::expected<T, Error>;

/// `return fail(Fault::Tcp, "connection refused")`
tl::unexpected<Error> fail(Fault fault, std::string text);
/// The same with the meaning of `number` (an errno) appended.
tl::unexpected<Error> fail_errno(Fault fault, std::string_view what, int number);

}  // namespace wsrelay
