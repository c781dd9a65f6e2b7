#include <array>
#include <memory>

#include <uriparser/Uri.h>

#include "base/url.hpp"

namespace wsrelay {
namespace {

constexpr std::size_t kLongestReference = 8192;

struct FreeUri {
  void operator()(UriUriA* uri) const { uriFreeUriMembersA(uri); }
};
using Owned = std::unique_ptr<UriUriA, FreeUri>;

bool parse(std::string_view text, UriUriA& uri) {
  const char* at = nullptr;
  return uriParseSingleUriExA(&uri, text.data(), text.data() + text.size(), &at) == URI_SUCCESS;
}

Result<std::string> text_of(const UriUriA& uri) {
  int length = 0;
  if (uriToStringCharsRequiredA(&uri, &length) != URI_SUCCESS)
    return fail(Fault::Local, "the reference leads nowhere");
  std::string text(static_cast<std::size_t>(length) + 1, '\0');  // with the final NUL
  if (uriToStringA(text.data(), &uri, length + 1, nullptr) != URI_SUCCESS)
    return fail(Fault::Local, "the reference leads nowhere");
  text.pop_back();
  return text;
}

}  // namespace

Result<Url> resolve(const Url& base, std::string_view reference,
                    std::initializer_list<std::string_view> schemes) {
  if (reference.size() > kLongestReference)
    return fail(Fault::Local, "the reference is longer than 8192 bytes");
  const std::string here = base.text();
  std::array<UriUriA, 3> uris{};
  // Not an owner before it is parsed: a failed parse has freed what it took.
  if (!parse(here, uris[0])) return fail(Fault::Local, "there is no address to begin from");
  const Owned from(&uris[0]);
  if (!parse(reference, uris[1]))
    return fail(Fault::Local, "the reference has characters that do not belong into an address");
  const Owned there(&uris[1]);
  // A path that begins with two slashes would become its host.
  if (uris[1].scheme.first != nullptr && uris[1].hostText.first == nullptr)
    return fail(Fault::Local, "the reference has a scheme and no host");
  const int rc = uriAddBaseUriA(&uris[2], &uris[1], &uris[0]);
  const Owned found(&uris[2]);
  if (rc != URI_SUCCESS) return fail(Fault::Local, "the reference leads nowhere");
  auto text = text_of(uris[2]);
  if (!text) return tl::unexpected(std::move(text.error()));
  auto url = parse_url(*text, schemes);
  // uriparser keeps a path from being taken for a host, even where there is one. Dots of the
  // reference's own are gone by now (§5.2.4).
  if (url && uris[1].pathHead != nullptr && url->target.starts_with("/.//"))
    url->target.erase(0, 2);
  return url;
}

}  // namespace wsrelay
