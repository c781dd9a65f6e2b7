#include "daemon/identity.hpp"

#include <array>
#include <span>
#include <systemd/sd-id128.h>

#include <fmt/format.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "base/digest.hpp"

namespace wsrelay::daemon {
namespace {

// Fixed for ever: another value would be another client to every broker.
constexpr sd_id128_t kApplication =
    SD_ID128_MAKE(8f, 1d, 42, 5c, 0e, 6b, 4a, 7f, 9c, 33, d1, 60, 27, be, 94, 0a);

std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes)
    fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned>(byte));
  return text;
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string default_client_id(const std::string& name) {
  sd_id128_t machine{};
  const bool known = sd_id128_get_machine_app_specific(kApplication, &machine) == 0;
  // A container without a machine id: its name is what stays.
  const auto digest =
      known ? sha1(std::as_bytes(std::span(machine.bytes))) : sha1(as_bytes(host_name()));
  const std::string tail = hex(std::span(digest).first(4));
  return fmt::format("wsrelayd-{}-{}", name, tail);
}

}  // namespace wsrelay::daemon
