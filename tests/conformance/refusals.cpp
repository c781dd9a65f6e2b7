// Answers other than 101: what is told of them, interim answers, and bodies (RFC 6455 §4.1 item 1,
// RFC 9110 §15, RFC 9112 §6.3).
#include <fmt/format.h>

#include "conformance/answer.hpp"
#include "conformance/beats.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"
#include "conformance/words.hpp"

namespace wsrelay::conformance {
namespace {

using namespace std::chrono_literals;

Vector upgrading(std::string name, Script script) {
  Opening opening;
  opening.by_script = true;
  return with(opening, play(std::move(name), std::move(script)));
}

Beat refused_with(int status, std::string_view body = {}, std::string_view saying = {}) {
  const std::string words = fmt::format("refused {} {}", status, payload_words(body));
  const std::string ended = fmt::format("ended http/upgrading {}", status);
  return {fmt::format("**refused** by {}", status),
          {.told = {{words}, {ended, std::string(saying)}}, .messages = {}, .controls = {}}};
}

std::string response(int status, std::string_view fields = {}, std::string_view body = {}) {
  return fmt::format("HTTP/1.1 {} Reason\r\n{}\r\n{}", status, fields, body);
}

std::vector<Vector> statuses() {
  std::vector<Vector> all;
  for (const int status : {200, 201, 202, 203, 204, 206, 300, 301, 302, 303, 304, 307, 308, 400,
                           401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 418, 421, 426, 429,
                           431, 451, 499, 500, 501, 502, 503, 504, 505, 511, 599, 600, 999})
    all.push_back(in_words(
        "**refused** by the status",
        upgrading(fmt::format("status {}", status),
                  {ServerSends{response(status, "Server: x\r\n")},
                   Expect{{refused_with(status, "", fmt::format("{} Reason", status))}}})));
  all = series("status 200 to 999, all that are registered but 101 among them", std::move(all));
  for (const int status : {200, 401, 503})
    all.push_back(upgrading(fmt::format("status {} with everything an upgrade has", status),
                            {ServerSends{accepting({fmt::format("HTTP/1.1 {} OK", status)})},
                             Expect{{refused_with(status)}}}));
  all.push_back(upgrading("status 403 of HTTP/1.0", {ServerSends{"HTTP/1.0 403 No\r\n\r\n"},
                                                     Expect{{refused_with(403, "", "403 No")}}}));
  return all;
}

std::vector<Vector> redirects() {
  const auto to = [](int status, std::string_view location, std::string_view saying) {
    return upgrading(fmt::format("status {} to {}", status, location),
                     {ServerSends{response(status, fmt::format("Location: {}\r\n", location))},
                      Expect{{refused_with(status, "", saying)}}});
  };
  return {
      to(301, "https://other.example/", "(to https://other.example; redirects are not followed)"),
      to(302, "wss://other.example:8443/path?token=secret", "(to wss://other.example:8443;"),
      to(303, "/login", "303 Reason"),
      to(307, "//other.example/", "307 Reason"),
      to(308, "https://user:password@other.example/", "308 Reason"),
      to(302, "", "302 Reason"),
  };
}

Script answers(const std::vector<int>& interim, const std::string& last_one,
               std::vector<Beat> beats) {
  std::string bytes;
  for (const int status : interim)
    bytes += fmt::format("HTTP/1.1 {} Interim\r\nLink: x\r\n\r\n", status);
  return {ServerSends{bytes + last_one}, Expect{std::move(beats)}};
}

std::vector<Vector> interim_answers() {
  const Beat too_many = refused_for("more than 5 interim");
  return {
      upgrading("100 Continue, then the upgrade", answers({100}, accepting(), {opened()})),
      upgrading("102 Processing, then the upgrade", answers({102}, accepting(), {opened()})),
      upgrading("103 Early Hints, then the upgrade", answers({103}, accepting(), {opened()})),
      upgrading("an interim status of nobody, then the upgrade",
                answers({199}, accepting(), {opened()})),
      upgrading("five interim answers",
                answers({100, 102, 103, 103, 103}, accepting(), {opened()})),
      upgrading("six interim answers",
                answers({100, 102, 103, 103, 103, 103}, accepting(), {too_many})),
      upgrading("endless interim answers",
                answers(std::vector<int>(100, 103), accepting(), {too_many})),
      upgrading("an interim answer, then 403", answers({103}, response(403), {refused_with(403)})),
      upgrading("an interim answer, then noise",
                answers({103}, "noise", {refused_for("does not begin with HTTP/1")})),
      upgrading("an interim answer, then the upgrade and a text",
                answers({103}, accepting() + text("now"), {opened(), echo("now")})),
      upgrading("an interim answer with a bad line",
                {ServerSends{"HTTP/1.1 103 Hints\r\nbad\r\n\r\n" + accepting()},
                 Expect{{refused_for("without a colon")}}}),
      upgrading("interim answers have limits of their own",
                {ServerSends{"HTTP/1.1 103 Hints\r\n" +
                             repeated("X: " + std::string(1000, 'x') + "\r\n", 15) + "\r\n" +
                             accepting({"Y: " + std::string(8000, 'y')})},
                 Expect{{opened()}}}),
  };
}

std::vector<Vector> bodies() {
  const std::string long_body(500, 'b');
  const std::string first_200 = long_body.substr(0, 200);
  const auto with_length = [](std::size_t length, std::string_view body) {
    return response(403, fmt::format("Content-Length: {}\r\n", length), body);
  };
  return {
      upgrading("a body is told",
                {ServerSends{with_length(7, "go away")}, Expect{{refused_with(403, "go away")}}}),
      upgrading("an empty body", {ServerSends{with_length(0, "")}, Expect{{refused_with(403)}}}),
      upgrading("a body of 200 bytes",
                {ServerSends{with_length(200, first_200)}, Expect{{refused_with(403, first_200)}}}),
      upgrading("a body of 500 bytes is told as far as 200",
                {ServerSends{with_length(500, long_body)}, Expect{{refused_with(403, first_200)}}}),
      upgrading("a body of 2^64 bytes is told as far as 200",
                {ServerSends{response(403, "Content-Length: 18446744073709551616\r\n", long_body)},
                 Expect{{refused_with(403, first_200)}}}),
      upgrading("a body that is no text", {ServerSends{with_length(4, hex("00ff8001"))},
                                           Expect{{refused_with(403, hex("00ff8001"))}}}),
      upgrading("bytes after the body", {ServerSends{with_length(7, "go away") + "and more"},
                                         Expect{{refused_with(403, "go away")}}}),
      upgrading("the stream ends inside the body",
                {ServerSends{with_length(100, "go")}, Expect{}, StreamEnds{},
                 Expect{{refused_with(403, "go")}}}),
      upgrading("the body never comes", {ServerSends{with_length(100, "go")}, Expect{},
                                         TimePasses{10s}, Expect{{refused_with(403, "go")}}}),
      upgrading("a drip of the body buys no time",
                {ServerSends{with_length(100, "g")}, TimePasses{6s}, ServerSends{"o"}, Expect{},
                 TimePasses{4s}, Expect{{refused_with(403, "go")}}}),
      upgrading("we close inside the body", {ServerSends{with_length(100, "go")}, WeClose{1000},
                                             Expect{{told("ends, nothing is sent", "ended")}}}),
      upgrading("a body without a length is not waited for",
                {ServerSends{response(403, "", "go away")}, Expect{{refused_with(403)}}}),
      upgrading(
          "a chunked body is not waited for",
          {ServerSends{response(403, "Transfer-Encoding: chunked\r\n", "2\r\ngo\r\n0\r\n\r\n")},
           Expect{{refused_with(403)}}}),
      upgrading("a chunked body with a length is not waited for",
                {ServerSends{response(403, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")},
                 Expect{{refused_with(403)}}}),
      upgrading("a length given twice frames nothing",
                {ServerSends{response(403, "Content-Length: 2\r\nContent-Length: 2\r\n", "go")},
                 Expect{{refused_with(403)}}}),
      upgrading("a length that is no number frames nothing",
                {ServerSends{response(403, "Content-Length: +2\r\n", "go")},
                 Expect{{refused_with(403)}}}),
      upgrading("204 has no body", {ServerSends{response(204, "Content-Length: 2\r\n", "go")},
                                    Expect{{refused_with(204)}}}),
      upgrading("304 has no body", {ServerSends{response(304, "Content-Length: 2\r\n", "go")},
                                    Expect{{refused_with(304)}}}),
  };
}

}  // namespace

std::vector<Vector> refusals() {
  std::vector<Vector> all = statuses();
  append(all, redirects());
  append(all, interim_answers());
  append(all, bodies());
  return all;
}

}  // namespace wsrelay::conformance
