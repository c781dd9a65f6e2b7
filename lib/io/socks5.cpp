#include "io/socks5.hpp"

#include <array>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace wsrelay::io {
namespace {

constexpr std::uint8_t kVersion = 5;
constexpr std::uint8_t kNoLogin = 0, kPassword = 2, kNoMethod = 0xFF;  // §3
constexpr std::uint8_t kConnect = 1;                                   // §4
constexpr std::uint8_t kIpv4 = 1, kName = 3, kIpv6 = 4;                // §5
constexpr std::size_t kMethodAnswer = 2, kLoginAnswer = 2, kReply = 4, kPort = 2;
constexpr std::size_t kMostText = 255;  // what a length of one byte can say

// §6; from 9 on nobody has given them a meaning.
constexpr std::array<std::string_view, 9> kRefusals{"",
                                                    "general failure of the proxy",
                                                    "not allowed by the proxy's rules",
                                                    "network unreachable",
                                                    "host unreachable",
                                                    "connection refused",
                                                    "time to live expired",
                                                    "the proxy knows no CONNECT",
                                                    "the proxy does not know this type of address"};

char byte_of(std::size_t number) {
  return static_cast<char>(static_cast<unsigned char>(number));
}

// RFC 1929 §2: each of the two has 1 to 255 bytes.
Result<Secret> login_message(const Proxy& proxy) {
  const std::string_view user = proxy.user.reveal(), password = proxy.password.reveal();
  if (user.empty()) return Secret();
  if (user.size() > kMostText || password.empty() || password.size() > kMostText)
    return fail(Fault::Local, "user and password for SOCKS5 must have 1 to 255 bytes each");
  std::string message;
  message.reserve(3 + user.size() + password.size());
  message += '\x01';
  message.append(1, byte_of(user.size())).append(user);
  message.append(1, byte_of(password.size())).append(password);
  return Secret(std::move(message));
}

// §5: ATYP and DST.ADDR.
Result<std::string> address_message(const std::string& host) {
  std::array<char, 16> raw{};
  if (inet_pton(AF_INET, host.c_str(), raw.data()) == 1)
    return std::string(1, byte_of(kIpv4)).append(raw.data(), 4);
  if (inet_pton(AF_INET6, host.c_str(), raw.data()) == 1)
    return std::string(1, byte_of(kIpv6)).append(raw.data(), 16);
  if (host.empty() || host.size() > kMostText)
    return fail(Fault::Local, "a host name for SOCKS5 must have 1 to 255 bytes");
  return std::string{byte_of(kName), byte_of(host.size())}.append(host);
}

tl::unexpected<Error> refuse(std::string text) {
  return fail(Fault::Proxy, std::move(text));
}

}  // namespace

Result<Socks5> Socks5::begin(const Proxy& proxy, const Url& destination) {
  auto login = login_message(proxy);
  if (!login) return tl::unexpected(login.error());
  const auto address = address_message(destination.host);
  if (!address) return tl::unexpected(address.error());
  std::string request{byte_of(kVersion), byte_of(kConnect), 0};
  request += *address;
  request += {byte_of(destination.port >> 8U), byte_of(destination.port & 0xFFU)};
  return Socks5(std::move(*login), std::move(request), destination.endpoint());
}

// §3: version, the number of methods, the methods.
Socks5::Socks5(Secret login, std::string request, std::string destination)
    : login_(std::move(login)), request_(std::move(request)), destination_(std::move(destination)) {
  std::string greeting{byte_of(kVersion), 1, byte_of(kNoLogin)};
  if (!login_.empty()) greeting = {byte_of(kVersion), 2, byte_of(kNoLogin), byte_of(kPassword)};
  say(Secret(std::move(greeting)), Step::Method);
}

void Socks5::say(Secret message, Step next) {
  message_ = std::move(message);
  taken_ = 0;
  answer_.clear();
  expect(next, next == Step::Method ? kMethodAnswer : next == Step::Login ? kLoginAnswer : kReply);
}

void Socks5::expect(Step step, std::size_t bytes) {
  step_ = step;
  expected_ = bytes;
}

Result<void> Socks5::receive(BytesView bytes) {
  answer_.insert(answer_.end(), bytes.begin(), bytes.end());
  if (wants() > 0) return {};
  switch (step_) {
    case Step::Method:
      return judge_method();
    case Step::Login:
      return judge_login();
    case Step::Reply:
      return judge_reply();
    case Step::Name:
      expect(Step::Address, expected_ + byte(4) + kPort);
      return {};
    case Step::Address:  // where the proxy's own end is bound: nobody's business
      expect(Step::Agreed, expected_);
      return {};
    case Step::Agreed:
      return {};
  }
  return {};
}

Result<void> Socks5::judge_method() {
  if (byte(0) != kVersion) return refuse("it does not speak SOCKS5");
  if (byte(1) == kNoLogin) {
    say(Secret(request_), Step::Reply);
  } else if (byte(1) == kPassword && !login_.empty()) {
    say(std::move(login_), Step::Login);
  } else if (byte(1) == kNoMethod) {
    return refuse(login_.empty() ? "it wants a login" : "it takes no user and password");
  } else {
    return refuse(fmt::format("it chose login method {}, which was not offered", byte(1)));
  }
  return {};
}

// RFC 1929 §2: "a STATUS field of X'00' indicates success". Its version is 1; proxies that put
// SOCKS's own 5 there are many and mean well.
Result<void> Socks5::judge_login() {
  if (byte(0) != 1 && byte(0) != kVersion)
    return refuse(fmt::format("its answer to the login has version {}", byte(0)));
  if (byte(1) != 0) return refuse("it refuses our login");
  say(Secret(request_), Step::Reply);
  return {};
}

Result<void> Socks5::judge_reply() {
  if (byte(0) != kVersion) return refuse("it does not speak SOCKS5");
  if (const std::uint8_t reply = byte(1); reply != 0)
    return refuse(fmt::format(
        "no connection to {}: {}", destination_,
        reply < kRefusals.size() ? std::string(kRefusals[reply]) : fmt::format("reply {}", reply)));
  if (byte(2) != 0) return refuse("a reserved byte of its reply is not zero");
  switch (byte(3)) {
    case kIpv4:
      expect(Step::Address, kReply + 4 + kPort);
      return {};
    case kIpv6:
      expect(Step::Address, kReply + 16 + kPort);
      return {};
    case kName:
      expect(Step::Name, kReply + 1);
      return {};
    default:
      return refuse(fmt::format("its reply has an address of unknown type {}", byte(3)));
  }
}

}  // namespace wsrelay::io
