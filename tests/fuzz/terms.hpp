// How a session begins, from one byte: bits 1-2: data is told as messages, frames or chunks; 3:
// with compression; 4, 5: the server, we keep our context.
#pragma once

#include <optional>
#include <string>

#include "ws/session.hpp"

namespace wsrelay::fuzz {

struct Terms {
  Terms(unsigned how, std::uint8_t client_bits, std::uint8_t server_bits) {
    settings.host = "h";
    settings.subprotocols = {"a"};
    settings.receiving = static_cast<ws::Receiving>(((how >> 1) & 3) % 3);
    if ((how & 8) == 0) return;
    agreed = ws::DeflateParameters{.client_max_window_bits = client_bits,
                                   .server_max_window_bits = server_bits,
                                   .client_context_takeover = (how & 32) != 0,
                                   .server_context_takeover = (how & 16) != 0};
    settings.deflate = {.offer = ws::DeflateSettings::Offer::On,
                        .client_max_window_bits = 15,
                        .client_context_takeover = agreed->client_context_takeover,
                        .server_context_takeover = agreed->server_context_takeover,
                        .threshold = 8};
  }

  /// As the server answers it.
  std::string extension_line() const {
    if (!agreed) return {};
    std::string line = "Sec-WebSocket-Extensions: permessage-deflate";
    line += "; client_max_window_bits=" + std::to_string(agreed->client_max_window_bits);
    line += "; server_max_window_bits=" + std::to_string(agreed->server_max_window_bits);
    if (!agreed->client_context_takeover) line += "; client_no_context_takeover";
    if (!agreed->server_context_takeover) line += "; server_no_context_takeover";
    return line + "\r\n";
  }

  std::optional<ws::DeflateParameters> agreed = {};  // nothing: no compression
  ws::SessionSettings settings = {};
};

}  // namespace wsrelay::fuzz
