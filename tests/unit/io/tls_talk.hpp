// A TLS client of ours and a server of GnuTLS's own, over a stream in memory. The constructor runs
// the handshake to its end: then there is a stream or an error.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "io/tls_stream.hpp"
#include "support/pipe_stream.hpp"
#include "tls_server.hpp"

namespace wsrelay::io {

struct Talk {
  explicit Talk(const Identity& identity, const TlsPeer& peer = {.name = "example.com"},
                const test::PipeOptions& pipe = {}, const TlsServerOptions& options = {},
                TlsSettings settings = {}, const Secret& key_password = Secret()) {
    test::PipeEnds ends = test::pipe_pair(sim, pipe);
    ours = ends.first.get();
    server = std::make_unique<TlsServer>(std::move(ends.second), identity, options);
    if (settings.ca_file.empty()) settings.ca_file = ca_file().path();
    const auto context = contexts.context(settings, key_password).value();
    auto handshake = TlsHandshake::start(std::move(ends.first), context, peer).value();
    for (int i = 0; i < 200'000 && !stream && !error; ++i) {
      auto outcome = handshake.advance();
      if (!outcome) {
        error = outcome.error();
      } else if (*outcome != nullptr) {
        stream = std::move(*outcome);
      } else {
        const Wait wait = handshake.wait();
        EXPECT_TRUE(wait.fd && (wait.readable || wait.writable)) << "waits for nothing";
      }
      server->step();
    }
  }
  std::string why() const {
    return error ? error->text
                 : std::string("no end of the handshake; the server says ") +
                       gnutls_strerror(server->last);
  }
  // Everything that there is to read; also lets the server work.
  std::string read_all(std::size_t wanted) {
    std::string text;
    std::array<std::byte, 1000> buffer{};
    for (int i = 0; i < 500'000 && text.size() < wanted && !error && !end; ++i) {
      server->step();
      const auto read = stream->read(buffer);
      if (!read) {
        error = read.error();
      } else {
        end = read->end;
        text += as_text(BytesView(buffer).first(read->bytes));
      }
    }
    return text;
  }
  void write_all(std::string_view text) {
    for (int i = 0; i < 500'000 && !text.empty() && !error; ++i) {
      const auto written = stream->write(as_bytes(text));
      if (!written) {
        error = written.error();
      } else {
        text.remove_prefix(written->bytes);
      }
      server->step();
    }
    EXPECT_TRUE(text.empty());
    for (int i = 0; i < 1000; ++i) server->step();
  }

  test::Sim sim;
  TlsContexts contexts;
  test::PipeStream* ours = nullptr;
  std::unique_ptr<TlsServer> server;
  std::unique_ptr<ByteStream> stream;
  std::optional<Error> error;
  bool end = false;
};

inline constexpr const char* kTls12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
inline constexpr const char* kTls13 = "NORMAL:-VERS-ALL:+VERS-TLS1.3";

/// A server with the right name, signed by authority().
inline const Identity& good() {
  static const Identity made = make_identity({.names = {"example.com"}}, &authority());
  return made;
}

}  // namespace wsrelay::io
