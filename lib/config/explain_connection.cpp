// The explanation: how the connection comes about, and what a server may ask of it.
#include <fmt/format.h>

#include "config/explain_parts.hpp"
#include "config/size.hpp"
#include "io/pkcs11_url.hpp"

namespace wsrelay::config {
namespace {

using io::TlsSettings;
using ws::DeflateSettings;

bool is_given(const SecretRef& ref) {
  return ref.source != SecretRef::Source::None;
}

std::string login_text(const client::Login& login) {
  return fmt::format("the user from {} and the password from {}", whence(login.user),
                     whence(login.password));
}

std::string tcp_text(const Url& hop) {
  return fmt::format("It goes by TCP to port {} of {}{}.", hop.port, hop.host,
                     hop.host_is_literal
                         ? ""
                         : ", whose addresses are looked up for each attempt and tried in turn");
}

std::string proxy_text(const client::ProxySettings& proxy) {
  if (proxy.url.scheme == "unix")
    return fmt::format("The way leads through the socket {} on this machine.",
                       as_written(proxy.url.target));
  std::string text =
      fmt::format("The way leads through the {} proxy {}, which looks up the server's name.",
                  proxy.url.scheme == "http" ? "HTTP" : "SOCKS" + std::string(kGlue) + "5",
                  proxy.url.redacted());
  if (is_given(proxy.login.user))
    text += fmt::format(" The login at the proxy: {}.", login_text(proxy.login));
  return text + ' ' + tcp_text(proxy.url);
}

std::string way_text(const client::Settings& client) {
  std::string text = client.proxy ? proxy_text(*client.proxy) : tcp_text(client.url);
  if (!client.tcp.bind_interface.empty())
    text += fmt::format(" It leaves by the interface {} only.", client.tcp.bind_interface);
  if (!client.tcp.bind_address.empty())
    text +=
        fmt::format(" It comes from the address {}; servers of the other family are out of reach.",
                    client.tcp.bind_address);
  return text;
}

std::string trust_text(const client::Settings& client) {
  const TlsSettings& tls = client.tls;
  const std::string issuer = tls.ca_file.empty()
                                 ? "an issuer that this system trusts"
                                 : fmt::format("an issuer in {}", as_written(tls.ca_file));
  switch (tls.verify) {
    case TlsSettings::Verify::None:
      return "The server's certificate is NOT checked: whoever sits in between can read and change "
             "everything.";
    case TlsSettings::Verify::Chain:
      return fmt::format(
          "The server must show a certificate from {}; the name in it is NOT compared, so any "
          "server of such an issuer is taken for this one.",
          issuer);
    case TlsSettings::Verify::Full:
      break;
  }
  const std::string& asked = tls.server_name.empty() ? client.url.host : tls.server_name;
  const std::string& name = tls.verify_name.empty() ? asked : tls.verify_name;
  return fmt::format("The server must prove to be {}, with a certificate from {}.", name, issuer);
}

std::string security_text(const client::Settings& client) {
  const TlsSettings& tls = client.tls;
  if (!client.url.secure())
    return reach_of(client.url) == Reach::Loopback && !client.proxy
               ? "Nothing is encrypted; the server is on this machine."
               : "Nothing is encrypted: whoever sits in between can read and change everything.";
  std::string text =
      fmt::format("The connection is encrypted (TLS{}1.2 or later). {}", kGlue, trust_text(client));
  if (!tls.server_name.empty())
    text += fmt::format(" The name that we ask for is {}.", tls.server_name);
  if (tls.cert_file.empty()) return text + " We show no certificate of our own.";
  return text +
         fmt::format(" If it asks who we are, it is shown the certificate {}, whose key is {}.",
                     as_written(io::without_pin(tls.cert_file)),
                     as_written(io::without_pin(tls.key_file)));
}

std::string login_sentence(const client::Settings& client) {
  if (client.basic.user.is_given())
    return fmt::format("The login is HTTP Basic, with {}. ", login_text(client.basic));
  if (client.bearer.is_given())
    return fmt::format("The login is a bearer token, from {}. ", whence(client.bearer));
  return {};
}

/// "token, from the credential a, is"
std::string query_text(const client::Settings& client) {
  std::vector<std::string> fields;
  for (const client::QueryField& field : client.query)
    fields.push_back(fmt::format("{} (from {})", field.name, whence(field.value)));
  return fmt::format("{} {}", list_of(fields, "and"), fields.size() == 1 ? "is" : "are");
}

void tell_request(const client::Settings& client, Page& page) {
  std::string text = login_sentence(client);
  if (!client.query.empty())
    text +=
        fmt::format("To the query of the address {} added, and never shown. ", query_text(client));
  if (!client.user_agent.empty())
    text += fmt::format("We call ourselves {}. ", as_written(client.user_agent));
  if (client.headers.empty()) {
    if (text.empty()) text = "The server is given no login.";
    return page.paragraph(text);
  }
  page.paragraph(text +
                 "The upgrade request carries further header fields, read anew for each attempt:");
  for (const client::Header& header : client.headers)
    page.item("-", fmt::format("{}, from {}", header.name, whence(header.value)));
}

std::string window(unsigned bits) {
  return print_size(std::uint64_t{1} << bits);
}

std::string compression_text(const DeflateSettings& deflate) {
  if (deflate.offer == DeflateSettings::Offer::Off) return "No compression is offered.";
  return fmt::format(
      "Compression (permessage-deflate) is offered; a server that declines it is {}. Our own looks "
      "back {} and {}; the server's is asked to look back {} at most and {}. {}.",
      deflate.offer == DeflateSettings::Offer::Required ? "refused" : "taken without",
      window(deflate.client_max_window_bits),
      deflate.client_context_takeover ? "remembers earlier messages"
                                      : "begins anew with each message",
      window(deflate.server_max_window_bits),
      deflate.server_context_takeover ? "may remember earlier messages"
                                      : "to begin anew with each message",
      deflate.threshold == 0
          ? "Every message that we send is compressed"
          : fmt::format("Messages below {} go uncompressed", print_size(deflate.threshold)));
}

std::string agreement_text(const client::Settings& client) {
  std::string text = compression_text(client.deflate);
  if (client.subprotocols.empty())
    text += " No subprotocol is offered.";
  else
    text += fmt::format(
        " Subprotocols are offered, the preferred one first: {}; a server that chooses none of "
        "them is {}.",
        fmt::join(client.subprotocols, ", "),
        client.subprotocol_required ? "refused" : "taken all the same");
  return text + (client.follow_redirects
                     ? " A server may send us elsewhere, at most 5 times in a row and never from "
                       "wss:// to ws://; credentials stay with their origin."
                     : " Redirects are not followed.");
}

std::string patience_text(const client::Settings& client) {
  const client::Timeouts& timeouts = client.timeouts;
  const Url& hop = client.proxy ? client.proxy->url : client.url;
  std::vector<std::string> steps;
  const auto step = [&](Duration span, std::string_view what) {
    steps.push_back(fmt::format("{} for {}", print_duration(span), what));
  };
  if (!hop.host_is_literal && hop.scheme != "unix") step(timeouts.dns, "the addresses");
  step(timeouts.connect, "the connection");
  if (client.proxy && hop.scheme != "unix") step(timeouts.proxy, "the proxy's consent");
  if (client.url.secure()) step(timeouts.tls, "TLS");
  step(timeouts.upgrade, "the server's answer");
  return fmt::format("An attempt may take at most {}.", list_of(steps, "and"));
}

std::string limits_text(const client::Settings& client) {
  const client::Limits& limits = client.limits;
  const std::string size = print_size(limits.max_message);
  const std::string frames = count_of(limits.max_frames, "frame");
  switch (client.receiving) {
    case ws::Receiving::Chunks:
      return "Messages from the server may be of any length.";
    case ws::Receiving::Frames:
      return fmt::format(
          "A frame from the server may have up to {}, a message up to {}; a longer frame ends the "
          "connection with code 1009, one frame more with 1008.",
          size, frames);
    case ws::Receiving::Messages:
      break;
  }
  return fmt::format(
      "A message from the server may have up to {} in up to {}; a longer one ends the connection "
      "with code 1009, one in more frames with 1008.",
      size, frames);
}

}  // namespace

void tell_connection(const Subject& subject, Page& page) {
  const client::Settings& client = subject.instance.client;
  page.heading("THE CONNECTION");
  page.paragraph(way_text(client) + ' ' + security_text(client));
  tell_request(client, page);
  page.paragraph(agreement_text(client));
  page.paragraph(patience_text(client) + ' ' + limits_text(client));
}

}  // namespace wsrelay::config
