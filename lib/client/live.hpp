// The conversation over one stream, from the upgrade to the last byte: bytes between stream and
// session, messages between session and the floor above, Pings, time limits. Knows nothing of
// attempts before or after it. Lives as long as the stream.
//
//   run() until it answers how it ended; abandon() instead ends it at once. Afterwards only
//   destruction is left. All that was handed over and did not leave has been given back then.
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "client/client.hpp"
#include "client/handover.hpp"
#include "client/liveness.hpp"
#include "client/reconnect_policy.hpp"

namespace wsrelay::client {

struct Client::Parting {
  Ending why;
  std::optional<LastClose> close = {};               // if it was open
  std::optional<ws::Refused> refused = {};           // if the upgrade was
  std::unique_ptr<io::ByteStream> stream = nullptr;  // if the server's end of it is worth a wait
};

class Client::Live {
 public:
  /// `shared` and `random` must outlive it.
  Live(Shared& shared, std::unique_ptr<io::ByteStream> stream, ws::SessionSettings settings,
       Random& random, Instant now);

  std::variant<io::Wait, Parting> run(const io::Turn& turn);
  /// Without a word to the server.
  Parting abandon(Instant now);

  /// Nothing was read for a while because we did not want to.
  void excuse(Instant now);
  void adjust(Instant now);  // to new settings

 private:
  bool may_read(const io::Turn& turn) const;
  Result<bool> pull(const io::Turn& turn);
  Result<bool> read_stream(Instant now);
  Result<bool> broken_off(const Error& error, Instant now);
  bool receive(BytesView bytes, Instant now);
  Result<void> push(Instant now);
  Instant patience() const;
  bool is_settled(bool pushed) const;

  bool tell_events(Instant now);
  void tell(ws::Opened& opened, Instant now);
  void tell(ws::Refused& refused, Instant now);
  void tell(ws::Received& received, Instant now);
  void tell(ws::ReceivedPart& received, Instant now);
  void tell(ws::PingReceived& ping, Instant now);
  void tell(ws::PongReceived& pong, Instant now);
  void tell(ws::Closed& closed, Instant now);
  void tell(ws::Ended& ended, Instant now);

  void hand_over(Instant now);
  void begin_close(Instant now);

  std::optional<Error> keep_alive(Instant now);
  void set_round_trip(Duration rtt);
  void count_compression();
  Parting leave(std::optional<Error> error, Instant now);
  Parting end(std::optional<Error> error, Instant now);
  io::Wait wait_for(bool more, Instant now) const;

  Shared& shared_;
  std::unique_ptr<io::ByteStream> stream_;
  ws::Session session_;
  Handover handover_;
  ws::CompressionCount compressed_before_;
  std::optional<Instant> opened_ = {};
  std::optional<Liveness> liveness_ = {};  // from the upgrade on
  std::optional<ws::Refused> refused_ = {};
  std::optional<LastClose> close_ = {};
  std::optional<Error> ended_ = {};

  Bytes unread_ = {};                    // what the session did not take yet
  std::size_t untold_ = 0;               // bytes since the newest event
  std::optional<Instant> stalled_ = {};  // since when the stream takes no byte of our output
  bool more_to_read_ = true;             // the stream did not say "wait" last time
  bool want_writable_ = false;
  bool server_ended_ = false;  // the stream, or it broke
  bool broken_ = false;        // the stream: not even shut() is left
};

}  // namespace wsrelay::client
