#include "ws/session.hpp"

#include <cassert>
#include <cstring>
#include <variant>

#include "ws/conversation.hpp"
#include "ws/response_head.hpp"
#include "ws/upgrade.hpp"

namespace wsrelay::ws {
namespace {

constexpr int kMaxInterim = 5;  // 1xx answers before the real one

// What lives until the answer is judged. The settings (credentials among them) go with it.
struct Upgrading {
  std::string key;
  std::vector<std::string> subprotocols;
  Conversation::Rules rules;
  Instant deadline;
  ResponseHeadParser parser = {};
  int interim = 0;
};
struct Refused {};  // there never was a conversation; Ended waits or was told

}  // namespace

struct Session::State {
  explicit State(Random& random) : outlet{&random} {}

  Outlet outlet;
  std::variant<Refused, Upgrading, Conversation> phase;

  void start(const SessionSettings& settings, Instant now);
  void read_answer(Upgrading& upgrading, BytesView& bytes, Instant now);
  void judge(Upgrading& upgrading, ResponseHead head, Instant now);
  void refuse(std::optional<Error> error);

  Conversation* conversation() { return std::get_if<Conversation>(&phase); }
  Upgrading* upgrading() { return std::get_if<Upgrading>(&phase); }
};

void Session::State::start(const SessionSettings& settings, Instant now) {
  std::string key = new_upgrade_key(*outlet.random);
  const auto request = upgrade_request(settings, key);
  if (!request) return refuse(request.error());
  std::memcpy(outlet.output.append(request->size()), request->data(), request->size());
  phase =
      Upgrading{.key = std::move(key),
                .subprotocols = settings.subprotocols,
                .rules = {.limits = {.size = settings.max_message, .frames = settings.max_frames},
                          .close_timeout = settings.close_timeout},
                .deadline = after(now, settings.upgrade_timeout)};
}

// Leaves in `bytes` what came glued to the answer: the server's first frames.
void Session::State::read_answer(Upgrading& upgrading, BytesView& bytes, Instant now) {
  for (;;) {
    const auto complete = upgrading.parser.read(bytes);
    if (!complete) return refuse(complete.error());
    if (!*complete) return;
    ResponseHead head = upgrading.parser.take();
    const bool interim = head.status / 100 == 1 && head.status != 101;
    if (!interim) return judge(upgrading, std::move(head), now);
    if (++upgrading.interim > kMaxInterim)
      return refuse(Error{.fault = Fault::Protocol,
                          .text = "bad upgrade answer: more than 5 interim responses"});
  }
}

void Session::State::judge(Upgrading& upgrading, ResponseHead head, Instant now) {
  auto agreement = judge_answer(head, upgrading.key, upgrading.subprotocols);
  if (!agreement) return refuse(agreement.error());
  Conversation::Rules rules = upgrading.rules;
  rules.allowed_rsv = agreement->extensions.rsv;
  phase.emplace<Conversation>(rules, outlet, now);
  outlet.events.push(Opened{.subprotocol = std::move(agreement->subprotocol),
                            .extensions = std::move(agreement->extensions.text),
                            .headers = std::move(head.fields)});
}

void Session::State::refuse(std::optional<Error> error) {
  phase = Refused{};
  outlet.events.push(Ended{std::move(error)});
}

Session::Session(SessionSettings settings, Random& random, Instant now)
    : state_(std::make_unique<State>(random)) {
  state_->start(settings, now);
}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

void Session::receive(BytesView bytes, Instant now) {
  if (Upgrading* upgrading = state_->upgrading()) state_->read_answer(*upgrading, bytes, now);
  if (Conversation* conversation = state_->conversation()) conversation->receive(bytes, now);
  // Bytes first: an answer that is here counts, however late we were woken for it.
  tick(now);
}

void Session::receive_eof(Instant) {
  if (Conversation* conversation = state_->conversation()) return conversation->receive_eof();
  if (state_->upgrading() != nullptr)
    state_->refuse(Error{.fault = Fault::Tcp,
                         .text = "stream ended before the answer to the upgrade was complete"});
}

void Session::tick(Instant now) {
  if (Conversation* conversation = state_->conversation()) return conversation->tick(now);
  const Upgrading* upgrading = state_->upgrading();
  if (upgrading != nullptr && now >= upgrading->deadline)
    state_->refuse(Error{.fault = Fault::Timeout,
                         .text = "the server did not answer the upgrade in time",
                         .phase = "upgrading"});
}

void Session::send(const Message& message) {
  assert(is_open());
  if (Conversation* conversation = state_->conversation()) conversation->send(message);
}

void Session::ping(BytesView payload) {
  assert(is_open());
  if (Conversation* conversation = state_->conversation()) conversation->ping(payload);
}

void Session::close(CloseCode code, std::string_view reason, Instant now) {
  if (Conversation* conversation = state_->conversation())
    return conversation->close(code, reason, now);
  if (state_->upgrading() != nullptr) state_->refuse(std::nullopt);
}

std::optional<Event> Session::next_event() {
  return state_->outlet.events.pop();
}

BytesView Session::output() const {
  return state_->outlet.output.bytes();
}

void Session::output_taken(std::size_t bytes) {
  state_->outlet.output.take(bytes);
  if (Conversation* conversation = state_->conversation()) conversation->output_taken();
}

Instant Session::deadline() const {
  if (const Conversation* conversation = state_->conversation()) return conversation->deadline();
  const Upgrading* upgrading = state_->upgrading();
  return upgrading != nullptr ? upgrading->deadline : Instant::max();
}

bool Session::is_open() const {
  const Conversation* conversation = state_->conversation();
  return conversation != nullptr && conversation->is_open();
}

bool Session::is_closing() const {
  const Conversation* conversation = state_->conversation();
  return conversation != nullptr && conversation->is_closing();
}

bool Session::is_finished() const {
  const Conversation* conversation = state_->conversation();
  return conversation != nullptr ? conversation->is_over() : state_->upgrading() == nullptr;
}

}  // namespace wsrelay::ws
