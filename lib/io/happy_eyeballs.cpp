#include "io/happy_eyeballs.hpp"

namespace wsrelay::io {

std::vector<Address> interleaved(const std::vector<Address>& addresses) {
  std::vector<Address> six, other, all;
  for (const Address& each : addresses) {
    auto& same_family = each.family() == AF_INET6 ? six : other;
    // getaddrinfo repeats an address that stands twice in the hosts file.
    if (std::find(same_family.begin(), same_family.end(), each) == same_family.end())
      same_family.push_back(each);
  }
  all.reserve(six.size() + other.size());
  for (std::size_t i = 0; i < std::max(six.size(), other.size()); ++i) {
    if (i < six.size()) all.push_back(six[i]);
    if (i < other.size()) all.push_back(other[i]);
  }
  return all;
}

}  // namespace wsrelay::io
