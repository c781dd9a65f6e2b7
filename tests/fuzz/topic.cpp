// Two texts, divided by the first NUL: the laws between names, filters, matching and overlap.
#include "base/topic.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrelay;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t nul = text.find('\0');
  if (nul == std::string_view::npos) return 0;
  const std::string_view a = text.substr(0, nul);
  const std::string_view b = text.substr(nul + 1);
  if (is_topic_name(a) && !is_topic_filter(a)) std::abort();
  if (!is_topic_filter(a) || !is_topic_filter(b)) return 0;
  if (!filters_overlap(a, a) || filters_overlap(a, b) != filters_overlap(b, a)) std::abort();
  if (is_topic_name(b) && filters_overlap(a, b) != topic_matches(a, b)) std::abort();
  if (is_topic_name(a) && is_topic_name(b) && topic_matches(a, b) != (a == b)) std::abort();
  return 0;
}
