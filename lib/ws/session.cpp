#include "ws/session.hpp"

#include <cassert>
#include <cstring>
#include <variant>

#include "ws/conversation.hpp"
#include "ws/refusal.hpp"
#include "ws/response_head.hpp"
#include "ws/upgrade.hpp"

namespace wsrelay::ws {
namespace {

constexpr int kMaxInterim = 5;  // 1xx answers before the real one

// What lives until the answer is judged. The settings (credentials among them) go with it.
struct Upgrading {
  std::string key;
  Offered offered;
  Conversation::Rules rules;
  Instant deadline;
  ResponseHeadParser parser = {};
  int interim = 0;
};
// The answer was no, and its body is still coming.
struct Refusing {
  Refusal refusal;
  Instant deadline;
};
struct Over {};  // there never was a conversation; Ended waits or was told

}  // namespace

struct Session::State {
  explicit State(Random& random) : outlet{&random} {}

  Outlet outlet;
  std::variant<Over, Upgrading, Refusing, Conversation> phase;

  void start(const SessionSettings& settings, Instant now);
  void read_answer(Upgrading& upgrading, BytesView& bytes, Instant now);
  void judge(Upgrading& upgrading, ResponseHead head, Instant now);
  void read_refusal(Refusing& refusing, BytesView& bytes);
  void tell_refusal(Refusing& refusing);
  void fail(Error error);
  void end(std::optional<Error> error);

  Conversation* conversation() { return std::get_if<Conversation>(&phase); }
  Upgrading* upgrading() { return std::get_if<Upgrading>(&phase); }
  Refusing* refusing() { return std::get_if<Refusing>(&phase); }
};

void Session::State::start(const SessionSettings& settings, Instant now) {
  std::string key = new_upgrade_key(*outlet.random);
  const auto request = upgrade_request(settings, key);
  if (!request) return fail(request.error());
  std::memcpy(outlet.output.append(request->size()), request->data(), request->size());
  phase =
      Upgrading{.key = std::move(key),
                .offered = {.subprotocols = settings.subprotocols,
                            .subprotocol_required = settings.subprotocol_required,
                            .deflate = settings.deflate},
                .rules = {.limits = {.size = settings.max_message, .frames = settings.max_frames},
                          .receiving = settings.receiving,
                          .chunk = settings.chunk,
                          .close_timeout = settings.close_timeout,
                          .deflate = settings.deflate},
                .deadline = after(now, settings.upgrade_timeout)};
}

// Leaves in `bytes` what came glued to the answer: the server's first frames.
void Session::State::read_answer(Upgrading& upgrading, BytesView& bytes, Instant now) {
  for (;;) {
    const auto complete = upgrading.parser.read(bytes);
    if (!complete) return fail(complete.error());
    if (!*complete) return;
    ResponseHead head = upgrading.parser.take();
    const bool interim = head.status / 100 == 1 && head.status != 101;
    if (!interim) return judge(upgrading, std::move(head), now);
    if (++upgrading.interim > kMaxInterim)
      return fail(Error{.fault = Fault::Protocol,
                        .text = "bad upgrade answer: more than 5 interim responses"});
  }
}

void Session::State::judge(Upgrading& upgrading, ResponseHead head, Instant now) {
  auto agreement = judge_answer(head, upgrading.key, upgrading.offered);
  if (!agreement && agreement.error().fault == Fault::Http) {
    const Instant deadline = upgrading.deadline;
    phase = Refusing{Refusal(std::move(head), std::move(agreement.error())), deadline};
    return;
  }
  if (!agreement) return fail(std::move(agreement.error()));
  Conversation::Rules rules = upgrading.rules;
  rules.agreed = agreement->extensions.deflate;
  phase.emplace<Conversation>(rules, outlet, now);
  outlet.events.push(Opened{.subprotocol = std::move(agreement->subprotocol),
                            .extensions = std::move(agreement->extensions.text),
                            .headers = std::move(head.fields)});
}

void Session::State::read_refusal(Refusing& refusing, BytesView& bytes) {
  refusing.refusal.read(bytes);
  if (refusing.refusal.is_complete()) tell_refusal(refusing);
}

void Session::State::tell_refusal(Refusing& refusing) {
  outlet.events.push(refusing.refusal.take());
  fail(refusing.refusal.take_error());
}

void Session::State::fail(Error error) {
  error.phase = "upgrading";
  end(std::move(error));
}

void Session::State::end(std::optional<Error> error) {
  phase = Over{};
  outlet.events.push(Ended{std::move(error)});
}

Session::Session(SessionSettings settings, Random& random, Instant now)
    : state_(std::make_unique<State>(random)) {
  state_->start(settings, now);
}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

std::size_t Session::receive(BytesView bytes, Instant now) {
  BytesView rest = bytes;
  if (Upgrading* upgrading = state_->upgrading()) state_->read_answer(*upgrading, rest, now);
  if (Refusing* refusing = state_->refusing()) state_->read_refusal(*refusing, rest);
  if (Conversation* conversation = state_->conversation())
    return bytes.size() - rest.size() + conversation->receive(rest, now);
  // Bytes first: an answer that is here counts, however late we were woken for it.
  tick(now);
  return bytes.size();
}

void Session::receive_eof(Instant) {
  if (Conversation* conversation = state_->conversation()) return conversation->receive_eof();
  if (Refusing* refusing = state_->refusing()) return state_->tell_refusal(*refusing);
  if (state_->upgrading() != nullptr)
    state_->fail(Error{.fault = Fault::Tcp,
                       .text = "stream ended before the answer to the upgrade was complete"});
}

void Session::tick(Instant now) {
  if (Conversation* conversation = state_->conversation()) return conversation->tick(now);
  if (now < deadline()) return;
  if (Refusing* refusing = state_->refusing()) return state_->tell_refusal(*refusing);
  state_->fail(
      Error{.fault = Fault::Timeout, .text = "the server did not answer the upgrade in time"});
}

void Session::send(const Message& message) {
  assert(is_open());
  if (Conversation* conversation = state_->conversation()) conversation->send(message);
}

Result<void> Session::send_part(Opcode opcode, BytesView payload, bool fin) {
  if (Conversation* conversation = state_->conversation())
    return conversation->send_part(opcode, payload, fin);
  return wsrelay::fail(Fault::Local, "the session is not open");
}

bool Session::in_parts() const {
  const Conversation* conversation = state_->conversation();
  return conversation != nullptr && conversation->in_parts();
}

void Session::ping(BytesView payload) {
  assert(is_open());
  if (Conversation* conversation = state_->conversation())
    conversation->send_control(Opcode::Ping, payload);
}

void Session::pong(BytesView payload) {
  assert(is_open());
  if (Conversation* conversation = state_->conversation())
    conversation->send_control(Opcode::Pong, payload);
}

void Session::close(CloseCode code, std::string_view reason, Instant now) {
  if (Conversation* conversation = state_->conversation())
    return conversation->close(code, reason, now);
  if (!is_finished()) state_->end(std::nullopt);
}

void Session::adjust(const SessionLimits& limits) {
  if (Upgrading* upgrading = state_->upgrading()) upgrading->rules.take(limits);
  if (Conversation* conversation = state_->conversation()) conversation->adjust(limits);
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
  if (const Upgrading* upgrading = state_->upgrading()) return upgrading->deadline;
  if (const Refusing* refusing = state_->refusing()) return refusing->deadline;
  return Instant::max();
}

CompressionCount Session::compression() const {
  const Conversation* conversation = state_->conversation();
  return conversation != nullptr ? conversation->compression() : CompressionCount{};
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
  return conversation != nullptr ? conversation->is_over()
                                 : std::holds_alternative<Over>(state_->phase);
}

}  // namespace wsrelay::ws
