#include "mqtt/subscriptions.hpp"

namespace wsrelay::mqtt {
namespace {

constexpr std::size_t kFiltersPerPacket = 50;
constexpr int kRefused = 0x80;  // MQTT 5.0 §3.9.3, MQTT 3.1.1 §3.9.3: from here on a refusal

}  // namespace

void Subscriptions::want(std::vector<Filter> filters) {
  for (const Filter& filter : filters) {
    filters_[filter.filter].wanted = filter.id == 0 ? Terms{} : Terms{filter.id, filter.qos};
    settle(filter.filter);
  }
}

void Subscriptions::forget() {
  for (auto& [name, standing] : filters_) standing.granted = {};
}

void Subscriptions::connected(bool session_present, bool with_identifiers) {
  with_identifiers_ = with_identifiers;
  under_way_.clear();
  for (auto& [name, standing] : filters_) {
    // What was asked and not answered may or may not have happened: it is asked again.
    if (!session_present) standing.granted = {};
    standing.asked = standing.refused = false;
  }
  settle_all();
}

void Subscriptions::settle_all() {
  std::vector<std::string> names;  // settle() may erase
  names.reserve(filters_.size());
  for (const auto& [name, standing] : filters_) names.push_back(name);
  for (const std::string& name : names) settle(name);
}

// Puts a filter where it belongs: to be asked about, at rest, or forgotten.
void Subscriptions::settle(const std::string& filter) {
  const auto found = filters_.find(filter);
  if (found == filters_.end()) return;
  const Standing& standing = found->second;
  const bool differs = standing.wanted != standing.granted;
  const bool hopeless = standing.wanted.id != 0 && standing.refused;
  if (differs && !hopeless && !standing.asked)
    to_ask_.insert(filter);
  else
    to_ask_.erase(filter);
  if (standing.wanted.id == 0 && standing.granted.id == 0 && !standing.asked) filters_.erase(found);
}

std::optional<Subscriptions::Request> Subscriptions::next() {
  if (to_ask_.empty()) return std::nullopt;
  Request request;
  for (auto each = to_ask_.begin(); each != to_ask_.end();) {
    Standing& standing = filters_.at(*each);
    const bool subscribe = standing.wanted.id != 0;
    if (request.filters.empty()) {
      request.subscribe = subscribe;
      request.qos = standing.wanted.qos;
      if (subscribe && with_identifiers_) request.id = standing.wanted.id;
    } else if (subscribe != request.subscribe || standing.wanted.qos != request.qos) {
      ++each;
      continue;
    }
    standing.asked = true;
    request.filters.push_back(*each);
    each = to_ask_.erase(each);
    if (request.id != 0 || request.filters.size() == kFiltersPerPacket) break;
  }
  return request;
}

void Subscriptions::asked(std::uint16_t packet_id, Request request) {
  under_way_.insert_or_assign(packet_id, std::move(request));
}

std::vector<Subscriptions::Refusal> Subscriptions::refuse(const Request& request, int reason) {
  std::vector<Refusal> refusals;
  for (const std::string& filter : request.filters) {
    Standing& standing = filters_.at(filter);
    standing.asked = false;
    standing.granted = {};
    standing.refused = request.subscribe;
    if (request.subscribe && standing.wanted.id != 0) refusals.push_back({filter, reason});
    settle(filter);
  }
  return refusals;
}

bool Subscriptions::granted(std::uint16_t packet_id, const std::vector<int>& codes,
                            std::vector<Refusal>& refusals) {
  const auto node = under_way_.extract(packet_id);
  if (!node || !node.mapped().subscribe || codes.size() != node.mapped().filters.size())
    return false;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::string& filter = node.mapped().filters[i];
    Standing& standing = filters_.at(filter);
    standing.asked = false;
    standing.refused = codes[i] >= kRefused;
    // The wish may have changed under way; without identifiers one number is as good as another.
    const std::uint32_t any = standing.wanted.id != 0 ? standing.wanted.id : 1;
    const std::uint32_t asked_for = node.mapped().id != 0 ? node.mapped().id : any;
    standing.granted = standing.refused ? Terms{} : Terms{asked_for, node.mapped().qos};
    if (standing.refused && standing.wanted.id != 0) refusals.push_back({filter, codes[i]});
    settle(filter);
  }
  return true;
}

bool Subscriptions::dropped(std::uint16_t packet_id) {
  const auto node = under_way_.extract(packet_id);
  if (!node || node.mapped().subscribe) return false;
  for (const std::string& filter : node.mapped().filters) {
    Standing& standing = filters_.at(filter);
    standing.asked = false;
    standing.granted = {};
    settle(filter);
  }
  return true;
}

}  // namespace wsrelay::mqtt
