#include "conformance/text_cases.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/frames.hpp"
#include "conformance/utf8_oracle.hpp"

namespace wsrelay::conformance {
namespace {

// Number of the payload's byte that decides; more than its size: its end does.
std::size_t decisive_byte(const std::string& name, std::string_view payload, Claim claim) {
  const TextVerdict verdict = judge_text(payload);
  if (verdict.valid() != (claim == Claim::Valid))
    throw std::logic_error(name + ": the oracle does not share the claim");
  return verdict.impossible_at == std::string_view::npos ? payload.size() + 1
                                                         : verdict.impossible_at + 1;
}

}  // namespace

Vector text_case(std::string name, std::string_view payload, Claim claim) {
  const std::size_t number = decisive_byte(name, payload, claim);
  if (claim == Claim::Valid) return talk(std::move(name), text(payload), {echo(payload)});
  const std::string bytes = text(payload);
  const std::size_t head_size = bytes.size() - payload.size();
  // Text that only lacks its end is found out by the last byte there is.
  return fails_at(std::move(name), bytes, std::min(head_size + number, bytes.size()), 1007);
}

Vector text_case_in_bytes(std::string name, std::string_view payload, Claim claim) {
  const std::size_t number = decisive_byte(name, payload, claim);
  const std::string bytes = in_fragments(kText, payload, 1, true);
  if (claim == Claim::Valid) return talk(std::move(name), bytes, {echo(payload)});
  return fails_at(std::move(name), bytes, std::min(3 * number, bytes.size()), 1007);
}

std::vector<Vector> numbered_texts(std::string_view section, const std::string& title, Claim claim,
                                   const std::vector<std::string>& payloads) {
  std::vector<Vector> all;
  for (const std::string& payload : payloads) {
    const std::string number = fmt::format("{}.{}", section, all.size() + 1);
    all.push_back(text_case(fmt::format("{} {}", number, title), hex(payload), claim));
  }
  return series(title, std::move(all));
}

}  // namespace wsrelay::conformance
