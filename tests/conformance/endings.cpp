// How conversations end that nobody closed: the stream ends, or time runs out (RFC 6455
// §7.1.5–7.1.7).
#include <fmt/format.h>

#include "conformance/answer.hpp"
#include "conformance/beats.hpp"
#include "conformance/families.hpp"
#include "conformance/frames.hpp"

namespace wsrelay::conformance {
namespace {

using namespace std::chrono_literals;

const Beat kLost = told("lost, 1006", "ended tcp/ready 1006", "without a Close");
const Beat kLostClosing = told("lost, 1006", "ended tcp/closing 1006", "our Close");
const Beat kNoAnswer = told("time runs out", "ended timeout/closing 1006", "our Close");
const Beat kOurClose = sent_control("close 1000");

Vector cut_off(std::string name, std::string bytes, std::vector<Beat> before = {}) {
  before.push_back(kLost);
  return play(std::move(name), {ServerSends{std::move(bytes)}, StreamEnds{}, Expect{before}});
}

std::vector<Vector> while_open() {
  const std::string wide = binary(std::string(65536, 'x'));
  return {
      cut_off("the stream ends at once", ""),
      cut_off("the stream ends after a text", text("a"), {echo("a")}),
      cut_off("the stream ends after a ping", ping("p"), {answer_ping("p")}),
      cut_off("the stream ends inside a head", text("a").substr(0, 1)),
      cut_off("the stream ends inside a 16-bit length", head(kText, 200, 2).substr(0, 3)),
      cut_off("the stream ends inside a 64-bit length", wide.substr(0, 7)),
      cut_off("the stream ends before a payload", text("hello").substr(0, 2)),
      cut_off("the stream ends inside a payload", text("hello").substr(0, 4)),
      cut_off("the stream ends inside a long payload", wide.substr(0, 4000)),
      cut_off("the stream ends inside a ping", ping("hello").substr(0, 4)),
      cut_off("the stream ends inside a Close", close(1000, "bye").substr(0, 4)),
      cut_off("the stream ends inside a Close's code", close(1000).substr(0, 3)),
      cut_off("the stream ends between fragments", fragment("a") + more("b")),
      cut_off("the stream ends inside a character of a text", fragment("\xE2\x82")),
      cut_off("the stream ends inside the second message", text("a") + text("b").substr(0, 2),
              {echo("a")}),
      play("the stream ends twice", {StreamEnds{}, StreamEnds{}, Expect{{kLost}}}),
      play("the stream ends after a day of silence",
           {TimePasses{24h}, Expect{}, StreamEnds{}, Expect{{kLost}}}),
      play("the stream ends, and then bytes come",
           {StreamEnds{}, Expect{{kLost}}, ServerSends{text("ghost")}, Expect{}}),
      play("the stream ends after a violation",
           {ServerSends{frame(3, "x")}, Expect{{fail_with(1002)}}, StreamEnds{}, Expect{}}),
      play("an open conversation waits for ever",
           {TimePasses{24h * 365}, Expect{}, ServerSends{text("a")}, Expect{{echo("a")}}}),
  };
}

std::vector<Vector> after_our_close() {
  return {
      play("the stream ends after our Close",
           {WeClose{1000}, StreamEnds{}, Expect{{kOurClose, kLostClosing}}}),
      play("the stream ends inside the answer to our Close",
           {WeClose{1000}, ServerSends{close(1000).substr(0, 3)}, StreamEnds{},
            Expect{{kOurClose, kLostClosing}}}),
      play("the stream ends inside a text after our Close",
           {WeClose{1000}, ServerSends{text("abc").substr(0, 3)}, StreamEnds{},
            Expect{{kOurClose, kLostClosing}}}),
      play("our Close is never answered", {WeClose{1000}, Expect{{kOurClose}}, TimePasses{4999ms},
                                           Expect{}, TimePasses{1ms}, Expect{{kNoAnswer}}}),
      play("our Close is answered at the last moment",
           {WeClose{1000}, TimePasses{4999ms}, ServerSends{close(1000)},
            Expect{{kOurClose, told("closed by us", "closed 1000 \"\" by us"),
                    told("cleanly", "ended")}}}),
      play("texts instead of an answer buy no time",
           {WeClose{1000}, Expect{{kOurClose}}, TimePasses{3s}, ServerSends{text("a")},
            Expect{{hear("a")}}, TimePasses{1999ms}, ServerSends{text("b")}, Expect{{hear("b")}},
            TimePasses{1ms}, Expect{{kNoAnswer}}, ServerSends{close(1000)}, Expect{}}),
      play("half an answer buys no time",
           {WeClose{1000}, ServerSends{close(1000).substr(0, 3)}, Expect{{kOurClose}},
            TimePasses{5s}, Expect{{kNoAnswer}}}),
  };
}

Vector upgrading(std::string name, Script script) {
  Opening opening;
  opening.by_script = true;
  return with(opening, play(std::move(name), std::move(script)));
}

std::vector<Vector> before_the_upgrade() {
  const std::string answer = accepting();
  const Beat cut = told("lost", "ended tcp/upgrading", "before the answer");
  const Beat late = told("time runs out", "ended timeout/upgrading", "upgrade in time");
  std::vector<Vector> all;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{8}, std::size_t{12}, std::size_t{33},
        std::size_t{34}, std::size_t{50}, std::size_t{55}, std::size_t{100}, answer.size() - 4,
        answer.size() - 3, answer.size() - 2, answer.size() - 1})
    all.push_back(
        upgrading(fmt::format("the stream ends after {} bytes of the answer", size),
                  {ServerSends{answer.substr(0, size)}, Expect{}, StreamEnds{}, Expect{{cut}}}));
  all = series("the stream ends inside the answer to the upgrade", std::move(all));
  Script drip;
  for (std::size_t i = 0; i < 9; ++i) {
    drip.emplace_back(ServerSends{answer.substr(i * 4, 4)});
    drip.emplace_back(Expect{});
    drip.emplace_back(TimePasses{1s});
  }
  drip.insert(drip.end(), {TimePasses{999ms}, Expect{}, TimePasses{1ms}, Expect{{late}},
                           ServerSends{answer.substr(36)}, Expect{}});
  all.push_back(upgrading("the upgrade is never answered",
                          {TimePasses{9999ms}, Expect{}, TimePasses{1ms}, Expect{{late}}}));
  all.push_back(upgrading("a drip of bytes buys no time", drip));
  all.push_back(upgrading(
      "interim answers buy no time",
      {ServerSends{"HTTP/1.1 100 Continue\r\n\r\n"}, TimePasses{9s},
       ServerSends{"HTTP/1.1 102 Processing\r\n\r\n"}, Expect{}, TimePasses{1s}, Expect{{late}}}));
  all.push_back(upgrading("the upgrade is answered at the last moment",
                          {TimePasses{9999ms}, ServerSends{answer}, Expect{{opened()}}}));
  all.push_back(upgrading("an answer and the end of the stream",
                          {ServerSends{answer}, StreamEnds{}, Expect{{opened(), kLost}}}));
  all.push_back(upgrading("we close before the answer",
                          {WeClose{1000}, Expect{{told("ends, nothing is sent", "ended")}},
                           ServerSends{answer}, Expect{}}));
  all.push_back(
      upgrading("we close inside the answer", {ServerSends{answer.substr(0, 60)}, WeClose{1000},
                                               Expect{{told("ends, nothing is sent", "ended")}},
                                               ServerSends{answer.substr(60)}, Expect{}}));
  return all;
}

}  // namespace

std::vector<Vector> endings() {
  std::vector<Vector> all = while_open();
  append(all, after_our_close());
  append(all, before_the_upgrade());
  return all;
}

}  // namespace wsrelay::conformance
