#include "client/attempt.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/percent.hpp"
#include "client/credentials.hpp"
#include "ws/field.hpp"

namespace wsrelay::client {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kDefaultUserAgent = "wsrelayd/" WSRELAY_VERSION;

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

Result<std::string> authorization(const Settings& settings, const io::Secrets& secrets) {
  return settings.bearer.is_given() ? bearer_credentials(settings.bearer, secrets)
                                    : basic_credentials(settings.basic, secrets);
}

Result<Fields> request_fields(const Settings& settings, const Hop& hop,
                              const io::Secrets& secrets) {
  Fields fields;
  const auto add = [&](const std::string& name, const SecretRef& value) -> Result<void> {
    const auto read = read_line(value, fmt::format("header {}", name), secrets);
    if (!read) return tl::unexpected(read.error());
    fields.emplace_back(name, read->reveal());
    return {};
  };
  for (const Header& header : settings.headers) {
    if (hop.foreign && belongs_to_its_origin(header)) continue;
    if (auto added = add(header.name, header.value); !added)
      return tl::unexpected(std::move(added.error()));
  }
  if (!has_field(fields, "User-Agent")) {
    const std::string agent = settings.user_agent.empty() ? kDefaultUserAgent : settings.user_agent;
    const SecretRef text{.source = SecretRef::Source::Literal, .literal = Secret(agent)};
    if (auto added = add("User-Agent", text); !added)
      return tl::unexpected(std::move(added.error()));
  }
  const bool login = settings.bearer.is_given() || settings.basic.user.is_given();
  if (login && !hop.foreign && !has_field(fields, "Authorization")) {
    auto value = authorization(settings, secrets);
    if (!value) return tl::unexpected(std::move(value.error()));
    fields.emplace_back("Authorization", std::move(*value));
  }
  return fields;
}

bool has_parameter(std::string_view target, std::string_view encoded) {
  for (std::size_t at = target.find_first_of("?&"); at != std::string_view::npos;
       at = target.find('&', at + 1))
    if (target.substr(at + 1, target.find_first_of("=&", at + 1) - at - 1) == encoded) return true;
  return false;
}

// What a redirect within the origin has said itself counts more.
Result<std::string> request_target(const Settings& settings, const Hop& hop,
                                   const io::Secrets& secrets) {
  std::string target = hop.url.target;
  if (hop.foreign) return target;
  for (const QueryField& field : settings.query) {
    const std::string name = percent_encoded(field.name);
    if (has_parameter(hop.url.target, name)) continue;
    const auto value = read_line(field.value, fmt::format("query {}", field.name), secrets);
    if (!value) return tl::unexpected(value.error());
    const bool first = target.find('?') == std::string::npos;
    const bool glued = target.ends_with('?') || target.ends_with('&');
    if (!glued) target += first ? '?' : '&';
    target += fmt::format("{}={}", name, percent_encoded(value->reveal()));
  }
  return target;
}

Result<io::DialTarget> dial_target(const Settings& settings, const Hop& hop,
                                   const io::Secrets& secrets) {
  io::DialTarget target{.url = hop.url,
                        .tcp = settings.tcp,
                        .tls = settings.tls,
                        .timeouts = dial_timeouts(settings.timeouts)};
  if (hop.foreign) {
    target.tls.cert_file.clear();
    target.tls.key_file.clear();
    target.tls.key_password = {};
    target.tls.server_name.clear();
    target.tls.verify_name.clear();
  }
  if (hop.url.secure()) {
    auto password = secrets.read(target.tls.key_password);
    if (!password) return tl::unexpected(std::move(password.error()));
    target.key_password = std::move(*password);
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
  auto path = request_target(settings, hop, secrets);
  if (!path) return tl::unexpected(std::move(path.error()));
  Attempt attempt{.target = std::move(*target),
                  .session = {.host = hop.url.authority(),
                              .target = std::move(*path),
                              .headers = std::move(*fields),
                              .subprotocols = settings.subprotocols,
                              .subprotocol_required = settings.subprotocol_required,
                              .deflate = settings.deflate,
                              .receiving = settings.receiving}};
  apply_limits(settings, attempt.session);
  return attempt;
}

io::DialTimeouts dial_timeouts(const Timeouts& timeouts) {
  return {.dns = timeouts.dns,
          .connect = timeouts.connect,
          .proxy = timeouts.proxy,
          .tls = timeouts.tls};
}

ws::SessionLimits session_limits(const Settings& settings) {
  return {.chunk = std::max<std::size_t>(settings.limits.chunk, 1),
          .max_message = settings.limits.max_message,
          .max_frames = settings.limits.max_frames,
          .close_timeout = settings.timeouts.close};
}

void apply_limits(const Settings& settings, ws::SessionSettings& session) {
  const ws::SessionLimits limits = session_limits(settings);
  session.chunk = limits.chunk;
  session.max_message = limits.max_message;
  session.max_frames = limits.max_frames;
  session.close_timeout = limits.close_timeout;
  session.upgrade_timeout = settings.timeouts.upgrade;
}

}  // namespace wsrelay::client
