#include "base/error.hpp"

#include <system_error>

#include <fmt/format.h>

namespace wsrelay {

std::string_view name_of(Fault fault) {
  switch (fault) {
    case Fault::Dns:
      return "dns";
    case Fault::Proxy:
      return "proxy";
    case Fault::Tcp:
      return "tcp";
    case Fault::Tls:
      return "tls";
    case Fault::Http:
      return "http";
    case Fault::Protocol:
      return "protocol";
    case Fault::TooLarge:
      return "too_large";
    case Fault::PongTimeout:
      return "pong_timeout";
    case Fault::Timeout:
      return "timeout";
    case Fault::ServerClose:
      return "server_close";
    case Fault::WriteTimeout:
      return "write_timeout";
    case Fault::Broker:
      return "broker";
    case Fault::Local:
      return "local";
  }
  return "local";
}

tl::unexpected<Error> fail(Fault fault, std::string text) {
  return tl::unexpected<Error>(Error{.fault = fault, .text = std::move(text)});
}

tl::unexpected<Error> fail_errno(Fault fault, std::string_view what, int number) {
  return tl::unexpected<Error>(
      Error{.fault = fault,
            .text = fmt::format("{}: {}", what, std::generic_category().message(number)),
            .sys_errno = number});
}

}  // namespace wsrelay
