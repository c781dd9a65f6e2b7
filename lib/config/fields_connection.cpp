// The table: how one connection comes about, from the login to TLS.
#include "config/checks.hpp"
#include "config/choice.hpp"
#include "config/fields.hpp"
#include "config/named.hpp"
#include "config/types.hpp"

namespace wsrelay::config {
namespace {

using namespace std::chrono_literals;

Record<client::Login> basic() {
  using client::Login;
  const Reload reconnect = Reload::Reconnect;
  return {{
      field("user", +[](Login & l) -> auto& { return l.user; }, Reference{Reference::Inline::Fine},
            reconnect, "The name to log in with.", {.example = "wsrelayd"}),
      field("password", +[](Login & l) -> auto& { return l.password; },
            Reference{Reference::Inline::Warned}, reconnect, "The password of that name.",
            {.example = "{credential: ticker-password}"}),
  }};
}

Record<io::TcpKeepalive> keepalive() {
  using Keepalive = io::TcpKeepalive;
  const Reload reconnect = Reload::Reconnect;
  const Span span{.least = 1s, .most = 9h, .step = 1s};  // the kernel takes 32767 s
  return {{
      field(
          "enabled", +[](Keepalive & k) -> auto& { return k.enabled; }, Flag{}, reconnect,
          "Whether the kernel probes a silent connection."),
      field(
          "idle", +[](Keepalive & k) -> auto& { return k.idle; }, span, reconnect,
          "The silence before the first probe."),
      field(
          "interval", +[](Keepalive & k) -> auto& { return k.interval; }, span, reconnect,
          "The time between two probes."),
      field(
          "count", +[](Keepalive & k) -> auto& { return k.count; }, Number{1, 127}, reconnect,
          "So many probes without an answer end the connection."),
  }};
}

}  // namespace

void Auth::read(const Node& node, Instance& value, Reading& reading) const {
  const bool basic = node.find("basic") != nullptr, bearer = node.find("bearer") != nullptr;
  if (basic && !bearer) value.client.bearer = {};
  if (bearer && !basic) value.client.basic = {};
  record.read(node, value, reading);
}

Auth auth() {
  const Reload reconnect = Reload::Reconnect;
  return {{{
      field(
          "basic", +[](Instance & i) -> auto& { return i.client.basic; }, basic(), reconnect,
          "HTTP Basic; read anew for each attempt."),
      field("bearer", +[](Instance & i) -> auto& { return i.client.bearer; },
            Reference{Reference::Inline::Warned, true}, reconnect,
            "A bearer token (RFC 6750), instead; read anew for each attempt.",
            {.example = "{credential: ticker-token}", .since = "0.2"}),
  }}};
}

Choice<ws::DeflateSettings::Offer> deflate_offer() {
  using Offer = ws::DeflateSettings::Offer;
  return {{{"on", Offer::On},
           {"off", Offer::Off},
           {"required", Offer::Required},
           {"true", Offer::On, "compression is on, off or required", "write on"},
           {"false", Offer::Off, "compression is on, off or required", "write off"}}};
}

Record<ws::DeflateSettings> deflate() {
  using ws::DeflateSettings;
  const Reload reconnect = Reload::Reconnect;
  return {{
      field(
          "offer", +[](DeflateSettings & d) -> auto& { return d.offer; }, deflate_offer(),
          reconnect,
          "Whether compression is offered; required: a server that declines is refused."),
      field(
          "client_max_window_bits",
          +[](DeflateSettings & d) -> auto& { return d.client_max_window_bits; }, Number{9, 15},
          reconnect, "How far our own compression looks back: so many bytes, as a power of two."),
      field(
          "server_max_window_bits",
          +[](DeflateSettings & d) -> auto& { return d.server_max_window_bits; }, Number{8, 15},
          reconnect, "How far the server's may look back; so much memory it costs us."),
      field(
          "client_context_takeover",
          +[](DeflateSettings & d) -> auto& { return d.client_context_takeover; }, Flag{},
          reconnect,
          "Whether our compression remembers earlier messages: smaller, for memory of its own in "
          "each connection."),
      field(
          "server_context_takeover",
          +[](DeflateSettings & d) -> auto& { return d.server_context_takeover; }, Flag{},
          reconnect, "Whether the server's may remember earlier messages."),
      field(
          "threshold", +[](DeflateSettings & d) -> auto& { return d.threshold; },
          Size{.least = 0, .most = 1024 * 1024}, reconnect, "Smaller messages go uncompressed."),
  }};
}

Record<client::ProxySettings> proxy() {
  using client::ProxySettings;
  const Reload reconnect = Reload::Reconnect;
  return {{
      field("url", +[](ProxySettings & p) -> auto& { return p.url; }, Address{Address::Of::Proxy},
            reconnect,
            "http:// asks with CONNECT, socks5:// is SOCKS 5, unix:// is a socket on this machine "
            "that leads to the server. The proxy resolves the server's name.",
            {.example = "http://proxy.local:3128", .required = true}),
      field("user", +[](ProxySettings & p) -> auto& { return p.login.user; },
            Reference{Reference::Inline::Fine}, reconnect, "The login at the proxy.",
            {.example = "wsrelayd"}),
      field("password", +[](ProxySettings & p) -> auto& { return p.login.password; },
            Reference{Reference::Inline::Warned}, reconnect, "The password of that login.",
            {.example = "{credential: proxy-password}"}),
  }};
}

Record<io::TcpSettings> tcp() {
  using Tcp = io::TcpSettings;
  const Reload reconnect = Reload::Reconnect;
  return {{
      field(
          "keepalive", +[](Tcp & t) -> auto& { return t.keepalive; }, keepalive(), reconnect,
          "Probes by the kernel, below the pings."),
      field("bind_interface", +[](Tcp & t) -> auto& { return t.bind_interface; },
            Text{"the name of an interface", interface_name}, reconnect,
            "Connections leave by this interface only.", {.example = "eth1"}),
      field("bind_address", +[](Tcp & t) -> auto& { return t.bind_address; },
            Text{"an IP address of this machine", local_address}, reconnect,
            "Connections come from this address; servers of the other family are out of reach.",
            {.example = "192.0.2.10"}),
  }};
}

Record<io::TlsSettings> tls(Reload reload) {
  using Tls = io::TlsSettings;
  const Text host{"a host name", host_name};
  return {{
      field("ca_file", +[](Tls & t) -> auto& { return t.ca_file; }, FilePath{}, reload,
            "The issuers to trust, PEM; without it the system's.",
            {.example = "/etc/ssl/certs/my-ca.pem"}),
      field("cert_file", +[](Tls & t) -> auto& { return t.cert_file; }, KeyMaterial{}, reload,
            "Our own certificate, PEM, if the other side asks for one.",
            {.example = "/etc/wsrelayd/client.pem"}),
      field("key_file", +[](Tls & t) -> auto& { return t.key_file; }, KeyMaterial{}, reload,
            "The private key of that certificate, PEM; or it stays in its token, with pkcs11:….",
            {.example = "/etc/wsrelayd/client.key"}),
      field("key_password", +[](Tls & t) -> auto& { return t.key_password; },
            Reference{Reference::Inline::Warned}, reload,
            "The password of that key, if it is encrypted; read anew for each attempt.",
            {.example = "{credential: client-key-password}", .since = "0.2"}),
      field("server_name", +[](Tls & t) -> auto& { return t.server_name; }, host, reload,
            "The name to ask for and to expect in the certificate; without it the host of the url.",
            {.example = "server.example.com"}),
      field("verify_name", +[](Tls & t) -> auto& { return t.verify_name; }, host, reload,
            "The name to expect in the certificate, if it is not the one to ask for.",
            {.example = "internal.example.com", .since = "0.2"}),
      field(
          "verify", +[](Tls & t) -> auto& { return t.verify; },
          Choice<Tls::Verify>{{{"full", Tls::Verify::Full},
                               {"chain", Tls::Verify::Chain},
                               {"none", Tls::Verify::None}}},
          reload, "What is checked: everything, the issuer but not the name, or nothing at all."),
  }};
}

}  // namespace wsrelay::config
