#include "io/pkcs11_url.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "io/secrets.hpp"

namespace wsrelay::io {
namespace {

constexpr std::string_view kScheme = "pkcs11:", kPinValue = "pin-value=",
                           kPinSource = "pin-source=";

struct Attribute {
  std::size_t begin = std::string_view::npos;  // of its name
  std::string_view value = {};
};

// RFC 7512 §2.3: before the first '?' attributes end in ';', behind it in '&'.
Attribute find(std::string_view url, std::string_view name) {
  const std::size_t query = std::min(url.find('?'), url.size());
  for (std::size_t at = url.find(name); at != std::string_view::npos; at = url.find(name, at + 1)) {
    const bool in_query = at > query;
    const std::string_view before = in_query ? "?&" : ":;";
    if (at == 0 || before.find(url[at - 1]) == std::string_view::npos) continue;
    const std::string_view rest = url.substr(at + name.size());
    return {at, rest.substr(0, rest.find_first_of(in_query ? "&" : ";?"))};
  }
  return {};
}

std::string decoded(std::string_view text) {
  std::string out;
  const auto is_hex = [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2])) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

Secret encoded(std::string_view pin) {
  std::string out;
  out.reserve(3 * pin.size());
  for (const char c : pin)
    fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
  return Secret(std::move(out));
}

// RFC 7512 §2.4: "file:" and a path; a bare path is what GnuTLS's own tools take.
Result<std::string> pin_file(std::string_view source) {
  std::string path = decoded(source);
  if (path.starts_with("file://")) {
    path.erase(0, 7);
  } else if (path.starts_with("file:")) {
    path.erase(0, 5);
  }
  if (path.starts_with('/')) return path;
  return fail(Fault::Local, "pin-source must be file: and an absolute path");
}

Result<Secret> read_pin(const std::string& path) {
  const auto contents = Secrets().read({.source = SecretRef::Source::File, .name = path});
  if (!contents) return contents;
  const std::string_view text = contents->reveal();
  return Secret(std::string(text.substr(0, text.find_first_of("\r\n"))));
}

}  // namespace

bool is_pkcs11_url(std::string_view text) {
  return text.starts_with(kScheme);
}

std::string without_pin(std::string_view text) {
  const auto pin = std::search(
      text.begin(), text.end(), kPinValue.begin(), kPinValue.end(),
      [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
  if (!is_pkcs11_url(text) || pin == text.end()) return std::string(text);
  return std::string(text.begin(), pin + kPinValue.size()) + "…";
}

Result<Secret> with_pin(std::string_view text) {
  const Attribute source = is_pkcs11_url(text) ? find(text, kPinSource) : Attribute{};
  if (source.begin == std::string_view::npos) return Secret(std::string(text));
  if (find(text, kPinValue).begin != std::string_view::npos)
    return fail(Fault::Local, "pin-source and pin-value must not stand together");  // §2.4
  const auto path = pin_file(source.value);
  if (!path) return tl::unexpected(path.error());
  const auto pin = read_pin(*path);
  if (!pin) return pin;
  if (pin->empty()) return fail(Fault::Local, fmt::format("there is no PIN in {}", *path));
  const Secret quoted = encoded(pin->reveal());
  std::string url;
  url.reserve(text.size() + kPinValue.size() + quoted.reveal().size());
  url.append(text.substr(0, source.begin)).append(kPinValue).append(quoted.reveal());
  url.append(text.substr(source.begin + kPinSource.size() + source.value.size()));
  return Secret(std::move(url));
}

}  // namespace wsrelay::io
