#include "client/credentials.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/utf8.hpp"
#include "ws/session.hpp"

namespace wsrelay::client {
namespace {

tl::unexpected<Error> refuse(std::string_view what, const SecretRef& ref, std::string_view wrong) {
  const std::string place = place_of(ref);
  return fail(Fault::Local, place.empty() ? fmt::format("{} {}", what, wrong)
                                          : fmt::format("{}, from {}, {}", what, place, wrong));
}

Result<Secret> read_name(const SecretRef& ref, const std::string& what,
                         const io::Secrets& secrets) {
  auto text = read_line(ref, what, secrets);
  if (text && !is_utf8(as_bytes(text->reveal()))) return refuse(what, ref, "is not UTF-8");
  return text;
}

}  // namespace

Result<Secret> read_line(const SecretRef& ref, std::string_view what, const io::Secrets& secrets) {
  auto text = secrets.read(ref);
  if (!text) return text;
  std::string_view line = text->reveal();
  if (ws::is_header_value(line)) return text;
  // The usual slip: an editor or echo wrote the file.
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  return refuse(what, ref,
                ws::is_header_value(line)
                    ? "ends in a line break, which would be a part of it; remove that"
                    : "has a line break or control character");
}

Result<Credentials> read_login(const Login& login, std::string_view whose,
                               const io::Secrets& secrets) {
  auto user = read_name(login.user, fmt::format("the user of the {} login", whose), secrets);
  if (!user) return tl::unexpected(std::move(user.error()));
  auto password =
      read_name(login.password, fmt::format("the password of the {} login", whose), secrets);
  if (!password) return tl::unexpected(std::move(password.error()));
  return Credentials{std::move(*user), std::move(*password)};
}

// RFC 7617 §2: "a user-id containing a colon character is invalid, as the first colon in a
// user-pass string separates user-id and password".
Result<std::string> basic_credentials(const Login& login, const io::Secrets& secrets) {
  const auto read = read_login(login, "basic", secrets);
  if (!read) return tl::unexpected(read.error());
  if (read->user.reveal().find(':') != std::string_view::npos)
    return refuse("the user of the basic login", login.user, "has a colon in it");
  const Secret pair = Secret::joined({read->user, Secret(":"), read->password});
  return "Basic " + base64(as_bytes(pair.reveal()));
}

// RFC 6750 §2.1 has an alphabet for tokens, to which not all who make them keep; but a token is one
// word.
Result<std::string> bearer_credentials(const SecretRef& token, const io::Secrets& secrets) {
  constexpr std::string_view kWhat = "the bearer token";
  const auto read = read_line(token, kWhat, secrets);
  if (!read) return tl::unexpected(read.error());
  const std::string_view word = read->reveal();
  if (word.empty()) return refuse(kWhat, token, "is empty");
  if (!std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c < 0x7F; }))
    return refuse(kWhat, token, "is not one word of visible ASCII");
  return fmt::format("Bearer {}", word);
}

}  // namespace wsrelay::client
