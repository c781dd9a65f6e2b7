#include "client/attempt.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/utf8.hpp"
#include "ws/field.hpp"

namespace wsrelay::client {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kDefaultUserAgent = "wsrelayd/" WSRELAY_VERSION;

bool has_field(const Fields& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const auto& field) { return ws::same_word(field.first, name); });
}

bool belongs_to_its_origin(const Header& header) {
  const std::string_view name = header.name;
  return header.value.source != SecretRef::Source::Literal ||
         ws::same_word(name, "Authorization") || ws::same_word(name, "Cookie") ||
         ws::same_word(name.substr(0, 6), "Proxy-");
}

// A file may have changed since the settings were checked; its bytes go onto the wire.
Result<void> add_field(Fields& fields, const std::string& name, std::string_view value) {
  if (!ws::is_header_value(value))
    return fail(Fault::Local,
                fmt::format("the value of header {} has a line break or control character", name));
  fields.emplace_back(name, value);
  return {};
}

struct Credentials {
  Secret user, password;
};

Result<Credentials> read_login(const Login& login, std::string_view what,
                               const io::Secrets& secrets) {
  auto user = secrets.read(login.user);
  if (!user) return tl::unexpected(std::move(user.error()));
  auto password = secrets.read(login.password);
  if (!password) return tl::unexpected(std::move(password.error()));
  for (const Secret* each : {&*user, &*password})
    if (!ws::is_header_value(each->reveal()) || !is_utf8(as_bytes(each->reveal())))
      return fail(Fault::Local, fmt::format("the {} of the {} login has a line break, a control "
                                            "character or is not UTF-8",
                                            each == &*user ? "user" : "password", what));
  return Credentials{std::move(*user), std::move(*password)};
}

// RFC 7617 §2: "a user-id containing a colon character is invalid, as the first colon in a
// user-pass string separates user-id and password".
Result<std::string> basic_credentials(const Login& login, const io::Secrets& secrets) {
  const auto read = read_login(login, "basic", secrets);
  if (!read) return tl::unexpected(read.error());
  if (read->user.reveal().find(':') != std::string_view::npos)
    return fail(Fault::Local, "the user of the basic login has a colon in it");
  const Secret pair(fmt::format("{}:{}", read->user.reveal(), read->password.reveal()));
  return "Basic " + base64(as_bytes(pair.reveal()));
}

Result<Fields> request_fields(const Settings& settings, const Hop& hop,
                              const io::Secrets& secrets) {
  Fields fields;
  for (const Header& header : settings.headers) {
    if (hop.foreign && belongs_to_its_origin(header)) continue;
    const auto value = secrets.read(header.value);
    if (!value) return tl::unexpected(value.error());
    if (auto added = add_field(fields, header.name, value->reveal()); !added)
      return tl::unexpected(std::move(added.error()));
  }
  if (!has_field(fields, "User-Agent")) {
    const std::string_view agent =
        settings.user_agent.empty() ? kDefaultUserAgent : std::string_view(settings.user_agent);
    if (auto added = add_field(fields, "User-Agent", agent); !added)
      return tl::unexpected(std::move(added.error()));
  }
  const bool login = settings.basic.user.source != SecretRef::Source::None && !hop.foreign;
  if (login && !has_field(fields, "Authorization")) {
    auto basic = basic_credentials(settings.basic, secrets);
    if (!basic) return tl::unexpected(std::move(basic.error()));
    fields.emplace_back("Authorization", std::move(*basic));
  }
  return fields;
}

Result<io::DialTarget> dial_target(const Settings& settings, const Hop& hop,
                                   const io::Secrets& secrets) {
  io::DialTarget target{.url = hop.url,
                        .tcp = settings.tcp,
                        .tls = settings.tls,
                        .dns_timeout = settings.timeouts.dns,
                        .connect_timeout = settings.timeouts.connect,
                        .proxy_timeout = settings.timeouts.proxy,
                        .tls_timeout = settings.timeouts.tls};
  if (hop.foreign) {
    target.tls.cert_file.clear();
    target.tls.key_file.clear();
    target.tls.server_name.clear();
    target.tls.verify_name.clear();
  }
  if (settings.proxy) {
    auto login = read_login(settings.proxy->login, "proxy", secrets);
    if (!login) return tl::unexpected(std::move(login.error()));
    target.proxy = io::Proxy{.url = settings.proxy->url,
                             .user = std::move(login->user),
                             .password = std::move(login->password)};
  }
  return target;
}

}  // namespace

Result<Attempt> prepare_attempt(const Settings& settings, const Hop& hop,
                                const io::Secrets& secrets) {
  auto target = dial_target(settings, hop, secrets);
  if (!target) return tl::unexpected(std::move(target.error()));
  auto fields = request_fields(settings, hop, secrets);
  if (!fields) return tl::unexpected(std::move(fields.error()));
  return Attempt{.target = std::move(*target),
                 .session = {.host = hop.url.authority(),
                             .target = hop.url.target,
                             .headers = std::move(*fields),
                             .subprotocols = settings.subprotocols,
                             .subprotocol_required = settings.subprotocol_required,
                             .deflate = settings.deflate,
                             .receiving = settings.receiving,
                             .chunk = std::max<std::size_t>(settings.limits.chunk, 1),
                             .max_message = settings.limits.max_message,
                             .max_frames = settings.limits.max_frames,
                             .upgrade_timeout = settings.timeouts.upgrade,
                             .close_timeout = settings.timeouts.close}};
}

}  // namespace wsrelay::client
