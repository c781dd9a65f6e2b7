// permessage-deflate with what a server may ask of us: section 13 of the catalogue; and with what
// it may say of itself, which the catalogue leaves out.
#include <fmt/format.h>

#include "conformance/beats.hpp"
#include "conformance/deflate_cases.hpp"
#include "conformance/deflate_peer.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"

namespace wsrelay::conformance {
namespace {

const std::string kForget = "; client_no_context_takeover";

std::vector<Vector> of_the_catalogue() {
  std::vector<Vector> all;
  const auto add = [&](std::string section, std::string title, const std::string& answer,
                       const ws::DeflateParameters& agreed) {
    append(all, shapes_of({.section = std::move(section),
                           .title = std::move(title),
                           .offered = wide_deflate(),
                           .answer = answer,
                           .agreed = agreed}));
  };
  add("13.1", "no parameters", "", {});
  add("13.2", "no context of ours", kForget, {.client_context_takeover = false});
  add("13.3", "our window 9", "; client_max_window_bits=9", {.client_max_window_bits = 9});
  add("13.4", "our window 15", "; client_max_window_bits=15", {});
  add("13.5", "no context, our window 9", kForget + "; client_max_window_bits=9",
      {.client_max_window_bits = 9, .client_context_takeover = false});
  add("13.6", "no context, our window 15", kForget + "; client_max_window_bits=15",
      {.client_context_takeover = false});
  append(all,
         shapes_of({.section = "13.7",
                    .title = "the frugal offer, and the first that fits",
                    .answer = kForget + "; client_max_window_bits=9",
                    .agreed = {.client_max_window_bits = 9, .client_context_takeover = false}}));
  return all;
}

// Messages that repeat one another at a distance, so that windows and contexts matter.
Vector with_parameters(std::string name, const std::string& answer,
                       const ws::DeflateParameters& agreed) {
  Vector vector{.name = std::move(name)};
  vector.opening = compressed(wide_deflate(), answer, agreed);
  vector.script = [agreed] {
    const bool tiny = agreed.server_max_window_bits == 8;
    ServerDeflater deflate(agreed,
                           tiny ? ServerDeflater::Style::NearOnly : ServerDeflater::Style::Usual);
    Slices slices(DataSet::Html);
    const std::string page = slices.next(3000);
    std::string bytes;
    std::vector<Beat> beats;
    for (const std::string& message :
         {page, page, page.substr(0, 400), std::string(), page + page}) {
      bytes += in_fragments(kText, deflate(message), 700, false, kRsv1);
      beats.push_back(echo(message));
    }
    return Script{ServerSends{bytes}, Expect{beats}};
  };
  vector.words = "echo ×5";
  vector.sampling = Sampling{.cuts = 100, .chunkings = 20};
  return vector;
}

std::vector<Vector> of_each_window() {
  std::vector<Vector> ours, theirs;
  for (int bits = 8; bits <= 15; ++bits)
    for (const bool keeps : {true, false}) {
      const auto window = static_cast<std::uint8_t>(bits);
      const std::string_view context = keeps ? "" : ", no context";
      ours.push_back(
          with_parameters(fmt::format("our window {}{}", bits, context),
                          fmt::format("; client_max_window_bits={}{}", bits, keeps ? "" : kForget),
                          {.client_max_window_bits = window, .client_context_takeover = keeps}));
      theirs.push_back(
          with_parameters(fmt::format("the server's window {}{}", bits, context),
                          fmt::format("; server_max_window_bits={}{}", bits,
                                      keeps ? "" : "; server_no_context_takeover"),
                          {.server_max_window_bits = window, .server_context_takeover = keeps}));
    }
  append(ours, std::move(theirs));
  return ours;
}

}  // namespace

std::vector<Vector> deflate_parameters() {
  std::vector<Vector> all = of_the_catalogue();
  append(all, of_each_window());
  return all;
}

}  // namespace wsrelay::conformance
