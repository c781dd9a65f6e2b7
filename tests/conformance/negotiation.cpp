// What a server may answer to an offer of permessage-deflate (RFC 6455 §9.1, RFC 7692 §5, §7.1),
// and what the two then mean: after each good answer a compressed message goes to and fro.
#include <fmt/format.h>

#include "conformance/answer.hpp"
#include "conformance/beats.hpp"
#include "conformance/deflate_peer.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"

namespace wsrelay::conformance {
namespace {

using ws::DeflateParameters;
using ws::DeflateSettings;

struct Offer {
  std::string_view name;
  DeflateSettings settings;
};
const DeflateSettings kWide{
    .client_max_window_bits = 15, .server_max_window_bits = 15, .client_context_takeover = true};
const DeflateSettings kForgetful{.server_context_takeover = false};
const Offer kOffers[] = {
    {"frugal offer", {}},
    {"wide offer", kWide},
    {"required offer", {.offer = DeflateSettings::Offer::Required}},
};

struct Answer {
  std::string value;
  DeflateParameters means;
  std::string_view printed = {};  // where it is not told as it came
};

std::string field(std::string_view value) {
  return fmt::format("Sec-WebSocket-Extensions: {}", value);
}

DeflateParameters meaning(int client_bits, int server_bits, bool client_keeps = true,
                          bool server_keeps = true) {
  return {.client_max_window_bits = static_cast<std::uint8_t>(client_bits),
          .server_max_window_bits = static_cast<std::uint8_t>(server_bits),
          .client_context_takeover = client_keeps,
          .server_context_takeover = server_keeps};
}

std::vector<Answer> good_answers() {
  const std::string d = "permessage-deflate";
  std::vector<Answer> all = {
      {d, meaning(15, 15)},
      {d + "; client_no_context_takeover", meaning(15, 15, false)},
      {d + "; server_no_context_takeover", meaning(15, 15, true, false)},
      {d + "; server_no_context_takeover; client_no_context_takeover",
       meaning(15, 15, false, false)},
      {d + "; client_no_context_takeover; client_max_window_bits=9", meaning(9, 15, false)},
      {d + "; server_max_window_bits=9; client_max_window_bits=15", meaning(15, 9)},
      {d + "; client_max_window_bits=11; server_max_window_bits=13; client_no_context_takeover; "
           "server_no_context_takeover",
       meaning(11, 13, false, false)},
      {d + "; client_max_window_bits=\"10\"", meaning(10, 15),
       "permessage-deflate; client_max_window_bits=10"},
      {d + "; server_max_window_bits=\"1\\0\"", meaning(15, 10),
       "permessage-deflate; server_max_window_bits=10"},
      {d + ";client_max_window_bits=12;server_max_window_bits=12", meaning(12, 12),
       "permessage-deflate; client_max_window_bits=12; server_max_window_bits=12"},
      {d + "  ;\tclient_max_window_bits=12 \t", meaning(12, 15),
       "permessage-deflate; client_max_window_bits=12"},
      {d + "; client_max_window_bits = 12", meaning(12, 15),
       "permessage-deflate; client_max_window_bits=12"},
      // §9.1 has 1#extension: empty elements of a list "do not contribute" to it.
      {d + ",", meaning(15, 15), "permessage-deflate"},
      {", " + d, meaning(15, 15), "permessage-deflate"},
      {d + " , ,", meaning(15, 15), "permessage-deflate"},
  };
  for (int bits = 8; bits <= 15; ++bits) {
    all.push_back({fmt::format("{}; client_max_window_bits={}", d, bits), meaning(bits, 15)});
    all.push_back({fmt::format("{}; server_max_window_bits={}", d, bits), meaning(15, bits)});
  }
  return all;
}

Vector agreed(const Offer& offer, const Answer& answer) {
  Opening opening;
  opening.settings.deflate = offer.settings;
  opening.by_script = true;
  opening.deflate = answer.means;
  // §7.1.1.2: what our offer announces of ourselves holds without the answer's word.
  if (!offer.settings.client_context_takeover) opening.deflate->client_context_takeover = false;
  const auto style = answer.means.server_max_window_bits == 8 ? ServerDeflater::Style::NearOnly
                                                              : ServerDeflater::Style::Usual;
  ServerDeflater deflate(answer.means, style);
  const std::string message = repeated("permessage-deflate ", 12);
  std::string bytes = frame(kText, deflate(message), true, kRsv1);
  bytes += frame(kText, deflate(message), true, kRsv1);
  const std::string_view printed = answer.printed.empty() ? answer.value : answer.printed;
  return with(opening,
              play(fmt::format("{}: {}", offer.name, answer.value),
                   {ServerSends{accepting({field(answer.value)})}, Expect{{opened("", printed)}},
                    ServerSends{bytes}, Expect{{echo(message), echo(message)}}}));
}

Vector judged(const Offer& offer, const std::string& name, const std::vector<std::string>& fields,
              const Beat& beat) {
  Opening opening;
  opening.settings.deflate = offer.settings;
  opening.by_script = true;
  return with(opening, talk(fmt::format("{}: {}", offer.name, name), accepting(fields), {beat}));
}

// The table names the answers at the first offer; at the others they are the same.
std::vector<Vector> listed_once(const Offer& offer, std::vector<Vector> answers,
                                const std::string& words) {
  if (offer.name == kOffers[0].name) return answers;
  for (Vector& vector : answers) vector.words = words;
  return series(fmt::format("{}: the same answers", offer.name), std::move(answers));
}

struct Bad {
  std::string_view value;  // after "permessage-deflate; "
  std::string_view saying;
};
constexpr std::string_view kInvalid = "unknown or invalid parameter",
                           kTwice = "a parameter of permessage-deflate twice",
                           kMalformed = "malformed";
const Bad kBadParameters[] = {
    {"client_max_window_bits", kInvalid},
    {"client_max_window_bits=0", kInvalid},
    {"client_max_window_bits=1", kInvalid},
    {"client_max_window_bits=7", kInvalid},
    {"client_max_window_bits=16", kInvalid},
    {"client_max_window_bits=100", kInvalid},
    {"client_max_window_bits=08", kInvalid},
    {"client_max_window_bits=010", kInvalid},
    {"client_max_window_bits=-9", kInvalid},
    {"client_max_window_bits=+9", kInvalid},
    {"client_max_window_bits=9.0", kInvalid},
    {"client_max_window_bits=0x9", kInvalid},
    {"client_max_window_bits=1e1", kInvalid},
    {"client_max_window_bits=nine", kInvalid},
    {"client_max_window_bits=4294967305", kInvalid},
    {"client_max_window_bits=265", kInvalid},
    {"client_max_window_bits=\"16\"", kInvalid},
    {"client_max_window_bits=\"09\"", kInvalid},
    {"client_max_window_bits=", kMalformed},
    {"client_max_window_bits=\"\"", kMalformed},
    {"client_max_window_bits=\" 9\"", kMalformed},
    {"client_max_window_bits=\"9", kMalformed},
    {"client_max_window_bits='9'", kInvalid},
    {"client_max_window_bits==9", kMalformed},
    {"client_max_window_bits=9 9", kMalformed},
    {"server_max_window_bits", kInvalid},
    {"server_max_window_bits=0", kInvalid},
    {"server_max_window_bits=7", kInvalid},
    {"server_max_window_bits=16", kInvalid},
    {"server_max_window_bits=255", kInvalid},
    {"server_max_window_bits=1000", kInvalid},
    {"server_max_window_bits=08", kInvalid},
    {"server_max_window_bits=-1", kInvalid},
    {"server_max_window_bits=x", kInvalid},
    {"server_max_window_bits=\"16\"", kInvalid},
    {"server_max_window_bits=", kMalformed},
    {"client_no_context_takeover=1", kInvalid},
    {"client_no_context_takeover=true", kInvalid},
    {"client_no_context_takeover=\"x\"", kInvalid},
    {"client_no_context_takeover=", kMalformed},
    {"server_no_context_takeover=1", kInvalid},
    {"server_no_context_takeover=\"server_no_context_takeover\"", kInvalid},
    {"client_max_window_bits=9; client_max_window_bits=9", kTwice},
    {"client_max_window_bits=9; client_max_window_bits=10", kTwice},
    {"server_max_window_bits=9; server_max_window_bits=9", kTwice},
    {"client_no_context_takeover; client_no_context_takeover", kTwice},
    {"server_no_context_takeover; server_no_context_takeover", kTwice},
    {"server_no_context_takeover; client_no_context_takeover; server_no_context_takeover", kTwice},
    {"x", kInvalid},
    {"x=1", kInvalid},
    {"max_window_bits=9", kInvalid},
    {"Client_No_Context_Takeover_", kInvalid},
    {"client-max-window-bits=9", kInvalid},
    {"mem_level=8", kInvalid},
    {"", kMalformed},
    {";", kMalformed},
    {"; client_no_context_takeover", kMalformed},
    {"client_no_context_takeover;", kMalformed},
    {"=9", kMalformed},
    {"\"client_no_context_takeover\"", kMalformed},
    {"client_no_context_takeover server_no_context_takeover", kMalformed},
    {"client_no_context_takeover / x", kMalformed},
    {"client_no_context_takeover\"", kMalformed},
};

std::vector<Vector> bad_parameters() {
  std::vector<Vector> all;
  for (const Offer& offer : {kOffers[0], kOffers[1]}) {
    std::vector<Vector> answers;
    for (const Bad& bad : kBadParameters) {
      const std::string value = fmt::format("permessage-deflate; {}", bad.value);
      answers.push_back(judged(offer, value, {field(value)}, refused_for(bad.saying)));
    }
    append(all, listed_once(offer, std::move(answers), "**refused**"));
  }
  return all;
}

std::vector<Vector> other_extensions() {
  const Offer& offer = kOffers[0];
  const std::string kUnoffered = "extension that was not offered", d = "permessage-deflate";
  std::vector<Vector> all;
  for (const std::string value :
       {"x-webkit-deflate-frame", "permessage-bzip2", "permessage-deflat", "permessage-deflatee",
        "Permessage-Deflate2", "deflate", "x; y=1", "permessage-deflate, x",
        "x, permessage-deflate", "permessage-deflate; client_no_context_takeover, mux"})
    all.push_back(judged(offer, value, {field(value)}, refused_for(kUnoffered)));
  for (const std::string& value :
       {d + ", " + d, d + "," + d + "; client_no_context_takeover",
        d + "; client_max_window_bits=9, " + d + "; client_max_window_bits=10"})
    all.push_back(judged(offer, value, {field(value)}, refused_for("permessage-deflate twice")));
  for (const std::string value :
       {"", ",", " , ", "\"permessage-deflate\"", "permessage-deflate client_no_context_takeover",
        "permessage deflate", "permessage-deflate=1", "permessage-deflate/1", "=", ";",
        "(permessage-deflate)", "permessage-deflate\xC3\xA9"})
    all.push_back(judged(offer, value.empty() ? "(an empty field)" : value, {field(value)},
                         refused_for(kMalformed)));
  all.push_back(judged(offer, "the extension in two fields", {field(d), field(d)},
                       refused_for("permessage-deflate twice")));
  all.push_back(judged(offer, "the extension, and another in a second field",
                       {field(d), field("x")}, refused_for(kUnoffered)));
  return all;
}

std::vector<Vector> declined() {
  std::vector<Vector> all;
  const DeflateSettings off{.offer = DeflateSettings::Offer::Off};
  for (const Offer& offer : {kOffers[0], kOffers[1], Offer{"forgetful offer", kForgetful}})
    all.push_back(judged(offer, "declined", {}, opened()));
  all.push_back(judged(kOffers[2], "declined", {}, refused_for("which is required")));
  all.push_back(judged({"no offer", off}, "declined", {}, opened()));
  for (const std::string value :
       {"permessage-deflate", "permessage-deflate; client_no_context_takeover", "x", ""})
    all.push_back(judged({"no offer", off}, value.empty() ? "(an empty field)" : value,
                         {field(value)}, refused_for("extension that was not offered")));
  return all;
}

// §7.1.1.1: a server accepts server_no_context_takeover "by including" it.
std::vector<Vector> to_the_forgetful() {
  const Offer offer{"forgetful offer", kForgetful};
  const std::string d = "permessage-deflate";
  std::vector<Vector> all = {
      agreed(offer, {d + "; server_no_context_takeover", meaning(15, 15, true, false)}),
      agreed(offer, {d + "; client_no_context_takeover; server_no_context_takeover",
                     meaning(15, 15, false, false)}),
      agreed(offer, {d + "; server_no_context_takeover; server_max_window_bits=10",
                     meaning(15, 10, true, false)}),
  };
  for (const std::string& value :
       {d, d + "; client_no_context_takeover", d + "; server_max_window_bits=10"})
    all.push_back(judged(offer, value, {field(value)},
                         refused_for("did not agree to server_no_context_takeover")));
  return all;
}

}  // namespace

std::vector<Vector> negotiation() {
  std::vector<Vector> all;
  for (const Offer& offer : kOffers) {
    std::vector<Vector> answers;
    for (const Answer& answer : good_answers()) answers.push_back(agreed(offer, answer));
    append(all, listed_once(offer, std::move(answers), "opened with deflate, echo ×2"));
  }
  append(all, to_the_forgetful());
  append(all, declined());
  append(all, other_extensions());
  append(all, bad_parameters());
  return all;
}

}  // namespace wsrelay::conformance
