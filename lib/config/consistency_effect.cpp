// Settings that have no effect beside others, and bounds that cannot both be meant.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "config/consistency.hpp"
#include "config/size.hpp"

namespace wsrelay::config {
namespace {

// A redirect may still lead from ws:// to wss://.
void check_tls_has_effect(const client::Settings& client, const Whereabouts& where,
                          const Say& say) {
  if (client.url.scheme != "ws" || client.follow_redirects || !where.says("tls")) return;
  const Spot spot = where.find("tls");
  if (spot.node->entries() > 0)
    say.warning(spot, "counts for nothing with ws://", "use wss://, or remove it");
}

void check_deflate_has_effect(const client::Settings& client, const Whereabouts& where,
                              const Say& say) {
  if (client.deflate.offer != ws::DeflateSettings::Offer::Off) return;
  constexpr std::array kDetails{"deflate.client_max_window_bits", "deflate.server_max_window_bits",
                                "deflate.client_context_takeover",
                                "deflate.server_context_takeover", "deflate.threshold"};
  const auto written = std::find_if(kDetails.begin(), kDetails.end(),
                                    [&](const char* path) { return where.says(path); });
  if (written != kDetails.end())
    say.warning(where.find(*written), "counts for nothing while compression is off",
                "set offer: on, or remove it");
}

// What cannot wait is dropped, however empty the lane is.
void check_largest_fits(const Instance& instance, const Whereabouts& where, const Say& say) {
  const client::Limits& limits = instance.client.limits;
  const bool chunks = instance.client.receiving == ws::Receiving::Chunks;
  const std::size_t largest = chunks ? limits.chunk : limits.max_message;
  if (largest <= instance.lanes.publish.max_bytes) return;
  const std::string_view limit = chunks ? "limits.chunk" : "limits.max_message";
  // Point at what was written: one of the two may be the default.
  if (!where.says("lanes.publish.max_bytes") && where.says(limit))
    return say.warning(where.find(limit),
                       fmt::format("what is longer than lanes.publish.max_bytes, {}, is dropped",
                                   print_size(instance.lanes.publish.max_bytes)),
                       "raise that as well");
  say.warning(
      where.find("lanes.publish.max_bytes"),
      fmt::format("what is longer is dropped, yet {} lets in {}", limit, print_size(largest)),
      "raise this, or lower that");
}

void check_liveness(const client::Settings& client, const Whereabouts& where, const Say& say) {
  if (client.ping.interval > Duration::zero() || client.data.after != Duration::max()) return;
  say.warning(where.find("liveness.ping.interval"),
              client.tcp.keepalive.enabled
                  ? "without pings and without data.after, nobody notices a server that hangs"
                  : "without pings, data.after and tcp.keepalive, nobody notices a dead connection",
              "set one of them");
}

}  // namespace

void check_effect(const Instance& instance, const Whereabouts& where, const Say& say) {
  check_tls_has_effect(instance.client, where, say);
  check_deflate_has_effect(instance.client, where, say);
  check_largest_fits(instance, where, say);
  check_liveness(instance.client, where, say);
}

}  // namespace wsrelay::config
